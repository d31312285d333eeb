"""Puts the production stack into the distributions: its template, its functions and the sources of its layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface  # type: ignore[import-not-found]  # the builder has it


class StackHook(BuildHookInterface):  # type: ignore[misc]  # as above
    """Adds the paths that pyproject.toml lists: from the checkout to the sdist, and from there to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files. An editable installation finds them in the checkout instead."""
        if version == "editable":
            return
        packed = Path(self.root) / "stack"  # in a source distribution
        source = packed if packed.is_dir() else Path(self.root).parent
        target = "stack" if self.target_name == "sdist" else "brine_cli/stack"
        for path in self.config["paths"]:
            build_data["force_include"][str(source / path)] = f"{target}/{path}"
