"""The SSM parameters of a template."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine_cli.errors import NotEmulated
from brine_cli.template.document import properties_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.template.document import Template
    from brine_cli.template.intrinsics import Resolver

_TYPE: Final = "AWS::SSM::Parameter"
_USED: Final = frozenset({"Name", "Type", "Value"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SsmParameter:
    """A parameter with its name, its value, and its type: String or StringList."""

    name: str
    kind: str
    value: str


def ssm_parameters(template: Template, resolver: Resolver) -> Iterator[SsmParameter]:
    """Yield the parameters with a name and a value that the local twin knows."""
    for logical_id, declared in template.resources.items():
        if declared["Type"] != _TYPE:
            continue
        with suppress(NotEmulated):
            resource = resolver.resource(logical_id, _USED) or {}
            match properties_of(resource):
                case {"Name": str(name), "Value": value, **others}:
                    yield SsmParameter(name=name, kind=str(others.get("Type", "String")), value=str(value))
                case _:
                    pass
