"""Files of a project to check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from brine_cli.checking.project import check_routes_file

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.checking.finding import Finding


class CheckRoutes(Protocol):
    """Checks texts of routes."""

    def __call__(self, text: str, /, **more: str) -> list[Finding]:
        """Return the findings for a routes.toml, and for files of routes.d by their name."""


@pytest.fixture
def check_routes(tmp_path: Path) -> CheckRoutes:
    """Check the text of a routes.toml, and of files of routes.d, without a template."""

    def check(text: str, /, **more: str) -> list[Finding]:
        file = tmp_path / "routes.toml"
        file.write_text(text, encoding="utf-8")
        for name, other in more.items():
            (tmp_path / "routes.d").mkdir(exist_ok=True)
            (tmp_path / f"routes.d/{name}.toml").write_text(other, encoding="utf-8")
        return check_routes_file(file, {"GIVEN": "https://given.test"}).findings

    return check
