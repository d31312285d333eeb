"""template.yaml as data to ask questions of; short tags such as !Ref are spelled out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Stack:
    """The template; `Properties` are plain dicts throughout."""

    template: dict[str, Any]

    @classmethod
    def read(cls) -> Self:
        return cls(yaml_parse((ROOT / "template.yaml").read_text()))

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        parameters: dict[str, dict[str, Any]] = self.template["Parameters"]
        return parameters

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """Properties of every function, with those from Globals."""
        shared = self.template["Globals"]["Function"]
        return {
            name: shared | own | {"Environment": {"Variables": _variables(shared) | _variables(own)}}
            for name, own in self.of_type("AWS::Serverless::Function").items()
        }

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
                return str(self.parameters[name]["Default"])
            case {"Ref": str(name)}:
                return name
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
