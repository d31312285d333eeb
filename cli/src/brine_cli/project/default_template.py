"""The template that `brine dev` serves if it is given none."""

from __future__ import annotations

import tomllib
from pathlib import Path


def default_template() -> str:
    """Return `template` in the table [tool.brine] of pyproject.toml in this folder, or else template.yaml."""
    try:
        document = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "template.yaml"
    match document:
        case {"tool": {"brine": {"template": str(template)}}}:
            return template
        case _:
            return "template.yaml"
