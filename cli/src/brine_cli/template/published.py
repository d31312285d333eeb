"""The values that a stack publishes for other stacks: the exports of its outputs, and SSM parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from brine_cli.errors import NotEmulated

if TYPE_CHECKING:
    from collections.abc import Mapping

_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:(?P<service>[a-z-]+):(?P<name>[^}:]+)(?P<rest>[^}]*)\}\}")
_EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The exports and the SSM parameters of the stacks beside a stack, by name."""

    exports: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    parameters: Mapping[str, str] = field(default_factory=lambda: _EMPTY)

    def joined(self, other: Published) -> Published:
        """Return the exports and SSM parameters of both. If both have a name, `other` gives the value."""
        return Published(exports={**self.exports, **other.exports}, parameters={**self.parameters, **other.parameters})

    def export(self, name: str, where: str) -> str:
        """Return the value of an export. Raises NotEmulated with a message that begins with `where`."""
        if name not in self.exports:
            raise NotEmulated(f"{where}: no stack beside this one exports {name}. Give its template with --beside")
        return self.exports[name]

    def parameter(self, name: str, where: str) -> str:
        """Return the value of an SSM parameter. Raises NotEmulated with a message that begins with `where`."""
        if name not in self.parameters:
            raise NotEmulated(
                f"{where}: no stack beside this one has the SSM parameter {name}. Give its template with --beside"
            )
        return self.parameters[name]

    def without_dynamic_references(self, text: str, where: str) -> str:
        """Return `text` with the values of SSM parameters instead of `{{resolve:ssm:...}}`.

        Raises NotEmulated, also for the dynamic references to secrets, with a message that begins with `where`.
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html)
        """

        def value(found: re.Match[str]) -> str:
            if found["service"] != "ssm":
                raise NotEmulated(f"{where}: the local twin has no value for {found[0]}")
            return self.parameter(found["name"], where)

        return _DYNAMIC_REFERENCE.sub(value, text)
