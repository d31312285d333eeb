"""The template that commands use if they are given none."""

from __future__ import annotations

import tomllib
from pathlib import Path


def default_template() -> str:
    """Return `template` in the table [tool.brine] of pyproject.toml in this folder, or else template.yaml."""
    try:
        document = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "template.yaml"
    table = document.get("tool", {}).get("brine", {})
    return str(table.get("template", "template.yaml"))
