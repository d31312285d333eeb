"""`brine dev` serves the template that pyproject.toml names, or else template.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.project.default_template import default_template

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "template"),
    [
        (None, "template.yaml"),
        ("", "template.yaml"),
        ('[tool.brine]\ntemplate = "stack/main.yaml"', "stack/main.yaml"),
        ("[tool.brine]\nother = 1", "template.yaml"),
        ("[tool.brine]\ntemplate = 1", "template.yaml"),
        ("tool = 1", "template.yaml"),
        ("no TOML", "template.yaml"),
        ("\xff", "template.yaml"),
    ],
)
def test_the_template_that_pyproject_names(
    text: str | None, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "pyproject.toml").write_bytes(text.encode("latin-1"))
    assert default_template() == template
