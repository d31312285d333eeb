"""The values that templates read from elsewhere: the exports of stacks, SSM parameters, and secrets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from brine_cli.errors import NotEmulated

if TYPE_CHECKING:
    from collections.abc import Mapping

_DYNAMIC_REFERENCE = re.compile(
    r"\{\{resolve:(?P<service>[a-z-]+):(?P<name>arn(?::[^}:]*){6}|[^}:]+)(?P<rest>[^}]*)\}\}"
)
_EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The exports and the SSM parameters of other stacks by name, and the texts of secrets by name and by ARN.

    SSM parameters and secrets may also be those of the file that `brine dev --secrets` gets.
    """

    exports: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    parameters: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    secrets: Mapping[str, str] = field(default_factory=lambda: _EMPTY)

    def joined(self, other: Published) -> Published:
        """Return the values of both. If both have a name, `other` gives the value."""
        return Published(
            exports={**self.exports, **other.exports},
            parameters={**self.parameters, **other.parameters},
            secrets={**self.secrets, **other.secrets},
        )

    def export(self, name: str, where: str) -> str:
        """Return the value of an export. Raises NotEmulated with a message that begins with `where`."""
        if name not in self.exports:
            raise NotEmulated(f"{where}: no stack beside this one exports {name}. Give its template with --beside")
        return self.exports[name]

    def parameter(self, name: str, where: str) -> str:
        """Return the value of an SSM parameter. Raises NotEmulated with a message that begins with `where`."""
        if name not in self.parameters:
            raise NotEmulated(
                f"{where}: no stack here has the SSM parameter {name}. Give its template with --beside, or write "
                f"parameter:{name}=VALUE into the file of --secrets"
            )
        return self.parameters[name]

    def without_dynamic_references(self, text: str, where: str) -> str:
        """Return `text` with the values of SSM parameters and secrets instead of `{{resolve:...}}`.

        Raises NotEmulated with a message that begins with `where`.
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html)
        """

        def value(found: re.Match[str]) -> str:
            if found["service"] in {"ssm", "ssm-secure"}:
                return self.parameter(found["name"], where)
            if found["service"] == "secretsmanager":
                return self._secret(found, where)
            raise NotEmulated(f"{where}: the local twin has no value for {found[0]}")

        return _DYNAMIC_REFERENCE.sub(value, text)

    def _secret(self, found: re.Match[str], where: str) -> str:
        """Return the text of a secret, or the member of it that `:SecretString:MEMBER` names."""
        name, member = found["name"], [*found["rest"].split(":"), "", ""][2]
        if name not in self.secrets:
            value = f'{{"{member}": "VALUE"}}' if member else "VALUE"
            raise NotEmulated(
                f"{where}: the local twin has no value for {found[0]}. Write {name}={value} into the file of --secrets"
            )
        if not member:
            return self.secrets[name]
        try:
            return str(json.loads(self.secrets[name])[member])
        except (ValueError, KeyError, TypeError):
            raise NotEmulated(f"{where}: {found[0]}: the secret is not a JSON object with {member}") from None
