"""The values of a template's parameters."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine_cli.errors import NotEmulated, TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.template.document import Node
    from brine_cli.template.published import Published

_OF_SSM = re.compile(r"AWS::SSM::Parameter::Value<(?P<kind>.+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterValues:
    """The parameters of one template, the values that they were given, and the SSM parameters that they name."""

    declared: Mapping[str, Node]
    given: Mapping[str, str]
    published: Published

    def value(self, name: str) -> Node:
        """Return the value of a declared parameter. Raises NotEmulated if it has none."""
        declared = self.declared[name] or {}
        value = self.given.get(name, declared.get("Default"))
        if value is None:
            raise NotEmulated(f"{name}: the parameter has no default. Give it a value with --parameter")
        kind = str(declared.get("Type"))
        if of_ssm := _OF_SSM.fullmatch(kind):
            kind, value = of_ssm["kind"], self._of_ssm(name, str(value))
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            return [part.strip() for part in str(value).split(",")]
        return self.published.without_dynamic_references(value, name) if isinstance(value, str) else value

    def _of_ssm(self, name: str, value: str) -> str:
        """Return the value of the SSM parameter with the name `value`. A given text that names none is the value."""
        if name in self.given and value not in self.published.parameters:
            return value
        return self.published.parameter(value, name)


def check_given(declared: Mapping[str, Node], given: Mapping[str, str]) -> None:
    """Raise TemplateError if AWS would refuse a value that the user gives for a parameter of a template."""
    for name, value in given.items():
        parameter = declared.get(name) or {}
        allowed, pattern = parameter.get("AllowedValues"), parameter.get("AllowedPattern")
        described = parameter.get("ConstraintDescription")
        if allowed is not None and value not in map(str, allowed):
            raise TemplateError(f"--parameter {name}={value}: the template allows {', '.join(map(str, allowed))}")
        if isinstance(pattern, str) and not _matches(pattern, value):
            reason = described or f"the template allows values that match {pattern}"
            raise TemplateError(f"--parameter {name}={value}: {reason}")


def _matches(pattern: str, value: str) -> bool:
    """Return whether a value matches. CloudFormation has the patterns of Java: what Python lacks matches all values."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)  # for a set in a set, which only Java has
        try:
            return re.fullmatch(pattern, value) is not None
        except (re.error, FutureWarning):
            return True
