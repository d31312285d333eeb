"""A TOML file that is a list of tables: read, with every mistake named by its place."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from brine.errors import ConfigError


def read_toml(text: str, source: str) -> dict[str, Any]:
    """What the text says. Raises ConfigError: `source:line:column: not valid TOML: why`."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
        end = (text.count("\n") + 1, len(text) - text.rfind("\n"))
        line, column = match.groups() if match and match[1] else end
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise ConfigError(f"{source}:{line}:{column}: not valid TOML: {message}") from None
