"""Hints from samconfig.toml: the values that `sam deploy` gives to parameters, and that `brine dev` does not use.

They are often the addresses of production, to which a local twin must not send requests unasked.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

_URL: Final = re.compile(r"https?://[^@?\s]+")
_LONG: Final = re.compile(r"ParameterKey=(?P<name>[^,]+),ParameterValue=(?P<value>.*)")


def samconfig_hints(template: Path, unset: Container[str]) -> Iterator[str]:
    """Yield a line for each parameter in `unset` that `sam deploy` gets from samconfig.toml beside the template.

    A value is shown if it is a URL. Other values may be secrets.
    """
    try:
        document = tomllib.loads((template.parent / "samconfig.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    shown: set[str] = set()
    for environment, commands in document.items():
        for name, value in _overrides(commands):
            if name in unset and name not in shown:
                shown.add(name)
                text = value if _URL.fullmatch(value) else "VALUE"
                yield (
                    f"{name} has a value for `sam deploy` in samconfig.toml (environment {environment}), which the "
                    f"local twin does not use. To use it: --parameter {name}={text}"
                )


def _overrides(commands: Any) -> Iterator[tuple[str, str]]:
    """Yield the parameters of `sam deploy` in one environment of the file, by name."""
    for command in ("deploy", "global"):
        match commands:
            case {**tables} if isinstance(tables.get(command), dict):
                of_command: Any = tables[command]
                given = (of_command.get("parameters") or {}).get("parameter_overrides") or ()
            case _:
                continue
        for part in shlex.split(given) if isinstance(given, str) else map(str, given):
            long = _LONG.fullmatch(part)
            name, _, value = (long["name"], "=", long["value"]) if long else part.partition("=")
            yield name, value.strip('"')
