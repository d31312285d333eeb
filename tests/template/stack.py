"""The templates as data to ask questions of; short tags such as !Ref are spelled out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).parents[2]
WITHOUT_DEFAULT = {"Origin": "https://api.example.com"}
"""Values of the parameters that a deployer must give."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The template; `Properties` are plain dicts throughout."""

    template: dict[str, Any]

    @classmethod
    def read(cls, name: str | Path = "template.yaml") -> Self:
        return cls(yaml_parse((ROOT / name).read_text()))

    @classmethod
    def with_samples(cls) -> Self:
        """samples/template.yaml and the stack that it nests, as one template with the resources of both.

        What one stack gives to the other is a reference here. Globals are in the functions.
        """
        return cls.with_brine("samples/template.yaml")

    @classmethod
    def with_brine(cls, name: str | Path) -> Self:
        """A template that nests the production stack as `Brine`, and that stack, as one template."""
        return cls(with_nested(cls.read(name).template, "Brine", cls.read().template))

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        parameters: dict[str, dict[str, Any]] = self.template["Parameters"]
        return parameters

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """Properties of every function, with those from Globals."""
        shared = self.template.get("Globals", {}).get("Function", {})
        return {name: with_globals(shared, own) for name, own in self.of_type("AWS::Serverless::Function").items()}

    @property
    def sealing(self) -> list[str]:
        """The functions that seal with a keyring. The others serve operators and AWS."""
        return [name for name in self.functions if "BRINE_SIGNING_KEYS_SECRET" in self.environment(name)]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties of every resource of one type, by logical id."""
        resources = self.template["Resources"].items()
        return {name: resource["Properties"] for name, resource in resources if resource["Type"] == kind}

    def environment(self, function: str) -> dict[str, str]:
        """The environment of a function without given Parameters; resources stand for themselves."""
        variables = self.functions[function]["Environment"]["Variables"]
        return {name: self._default(value) for name, value in variables.items()}

    def _default(self, value: Any) -> str:
        match value:
            case {"Ref": str(name)} if name in self.parameters:
                return str(self.parameters[name].get("Default", WITHOUT_DEFAULT.get(name)))
            case {"Ref": str(name)}:
                return name
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{(\w+)\}", lambda found: self._default({"Ref": found[1]}), text)
            case {"Fn::Join": [str(separator), {"Ref": str(name)}]}:
                return separator.join(filter(None, [self._default({"Ref": name})]))
            case str():
                return value
            case _:
                raise AssertionError(f"no default for {value}")


def _variables(function: dict[str, Any]) -> dict[str, Any]:
    variables: dict[str, Any] = function.get("Environment", {}).get("Variables", {})
    return variables


def references(value: Any) -> set[str]:
    """Every logical id and Parameter that `value` refers to, however deep."""
    match value:
        case {"Ref": str(name)}:
            return {name}
        case {"Fn::GetAtt": [str(name), *_]}:
            return {name}
        case {"Fn::Sub": str(text)}:
            return {part.partition("}")[0].partition(".")[0] for part in text.split("${")[1:]}
        case dict():
            return set().union(*map(references, value.values()))
        case list():
            return set().union(*map(references, value))
        case _:
            return set()


def with_globals(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The properties of a function, with those from Globals."""
    return shared | own | {"Environment": {"Variables": _variables(shared) | _variables(own)}}


def with_nested(outer: dict[str, Any], name: str, inner: dict[str, Any]) -> dict[str, Any]:
    """The template `outer` with the resources of `inner` in the place of the nested stack `name`."""
    given = outer["Resources"][name]["Properties"]["Parameters"]
    outputs = {f"Outputs.{key}": output["Value"] for key, output in inner["Outputs"].items()}
    resources = {}
    for template, known in ((inner, given), (outer, {f"{name}.{key}": value for key, value in outputs.items()})):
        shared = template["Globals"]["Function"]
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                resource = resource | {"Properties": with_globals(shared, resource["Properties"])}  # noqa: PLW2901 - with the globals
            resources[logical_id] = _substituted(resource, known)
    del resources[name]
    for resource in resources.values():
        if isinstance(resource["Properties"].get("ManagedPolicyArns"), list):  # else a parameter has them
            _add_managed_policies(resource["Properties"], resources)
    parameters = inner["Parameters"] | outer["Parameters"]
    for policy in [one["Properties"] for one in resources.values() if one["Type"] == "AWS::IAM::Policy"]:
        if not references(policy["PolicyDocument"]) & parameters.keys():  # all that it is about is given
            for role in policy["Roles"]:
                properties = resources[role["Ref"]]["Properties"]
                resources[role["Ref"]] |= {"Properties": properties | {"Policies": [*properties["Policies"], policy]}}
    return {
        "Parameters": parameters,
        "Conditions": inner["Conditions"] | outer.get("Conditions", {}),
        "Resources": resources,
    }


def _add_managed_policies(role: dict[str, Any], resources: dict[str, Any]) -> None:
    """Add the managed policies of a role to its own policies, with the tags of the role in the place of variables."""
    managed = json.dumps([resources[policy["Ref"]]["Properties"] for policy in role["ManagedPolicyArns"]])
    for tag in role["Tags"]:
        for variable in ("${aws:PrincipalTag/%s}", "${!aws:PrincipalTag/%s}"):
            managed = managed.replace(variable % tag["Key"], tag["Value"])
    role["Policies"] = [*role["Policies"], *json.loads(managed)]


def _substituted(value: Any, known: dict[str, Any]) -> Any:
    """`value` with each reference to a name in `known` replaced by its meaning there."""
    match value:
        case {"Ref": str(name)} if name in known:
            return known[name]
        case {"Fn::GetAtt": [*parts]} if ".".join(parts) in known:
            return known[".".join(parts)]
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": re.sub(r"\$\{([\w.]+)\}", lambda found: _in_sub(found[1], known), text)}
        case dict():
            return {key: _substituted(part, known) for key, part in value.items()}
        case list():
            return [_substituted(part, known) for part in value]
        case _:
            return value


def _in_sub(name: str, known: dict[str, Any]) -> str:
    match known.get(name):
        case {"Ref": str(found)}:
            return f"${{{found}}}"
        case {"Fn::GetAtt": [*parts]}:
            return f"${{{'.'.join(parts)}}}"
        case _:
            return f"${{{name}}}"
