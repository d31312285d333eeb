"""Reads texts in which `${NAME}` stands for a variable of the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
VARIABLE = re.compile(rf"\$\{{({_NAME.pattern})\}}")
"""A variable in a text."""


def with_variables(environment: Mapping[str, str], example: str) -> Callable[[object], str]:
    """Return a reader of texts that replaces each `${NAME}`, by BRINE_VARIABLES or else by an environment variable."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not value:
            raise ValueError(f"not a text. Write {example}.")
        names = VARIABLE.findall(value)
        own = _variables(environment) if names else {}
        known = {name: own.get(name) or environment.get(name, "") for name in names}
        for name in names:
            if not known[name]:
                raise ValueError(without_value(name))
        return VARIABLE.sub(lambda match: known[match[1]], value)

    return read


def without_value(name: str) -> str:
    """Return the sentences about a variable that is not set or is empty. They name the places for its value."""
    return (
        f"the environment variable {name} is not set, or is empty. Set it in one of three places: in Environment of "
        f"the function in template.yaml, in the parameter Variables of the stack (Variables={name}=VALUE), or in the "
        f"environment of the command. For `brine dev`, that is --env {name}=VALUE."
    )


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the values of BRINE_VARIABLES by name. Raises ValueError, which shows no value."""
    found = {}
    for item in (environment.get("BRINE_VARIABLES") or "").split(","):
        name, equals, value = item.partition("=")
        if equals and _NAME.fullmatch(name.strip()):
            found[name.strip()] = value.strip()
        elif item.strip():
            raise ValueError("an item of BRINE_VARIABLES is not of the form NAME=value. Write commas between items.")
    return found
