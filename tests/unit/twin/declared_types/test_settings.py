"""The settings of `brine types` in a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.declared_types.settings import DEFAULT_SOURCES, TypesSettings, project_settings
from brine_cli.errors import CommandError
from tests.support.projects import write_project

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """
[tool.brine.types]
sources = ["functions/orders/app.py", "shared.messages"]
output = "routes/types.d/classes.toml"
leave_out = ["shop.Access"]
"""


def test_a_project_without_settings_has_defaults(tmp_path: Path) -> None:
    write_project(tmp_path, {"pyproject.toml": "[tool.brine]\nother = 1", "functions/orders/app.py": ""})
    assert project_settings(tmp_path / "functions/orders") == TypesSettings(
        root=tmp_path, sources=("functions/*/app.py",), output=tmp_path / "routes/types.d/generated.toml"
    )


def test_a_folder_without_pyproject_is_a_project(tmp_path: Path) -> None:
    assert project_settings(tmp_path).root == tmp_path


def test_the_table_has_the_settings_also_for_folders_inside(tmp_path: Path) -> None:
    write_project(tmp_path, {"pyproject.toml": TABLE, "functions/orders/pyproject.toml": "[project]\nname = 'orders'"})
    assert project_settings(tmp_path / "functions/orders") == TypesSettings(
        root=tmp_path,
        sources=("functions/orders/app.py", "shared.messages"),
        output=tmp_path / "routes/types.d/classes.toml",
        leave_out=("shop.Access",),
        is_configured=True,
    )


def test_an_empty_table_asks_for_the_defaults(tmp_path: Path) -> None:
    write_project(tmp_path, {"pyproject.toml": "[tool.brine.types]"})
    settings = project_settings(tmp_path)
    assert (settings.is_configured, settings.sources) == (True, DEFAULT_SOURCES)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("sources = 'a.py'", 'sources = "a.py": not a list of names'),
        ("source = []", 'unknown key "source". Did you mean "sources"?'),
        ("output = 'routes/types.d'", 'output = "routes/types.d": not the path of a TOML file'),
        ("leave_out = [1]", "leave_out = [1]: not a list of names"),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_value(tmp_path: Path, table: str, told: str) -> None:
    write_project(tmp_path, {"pyproject.toml": f"[tool.brine.types]\n{table}"})
    with pytest.raises(CommandError) as caught:
        project_settings(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/pyproject.toml: [tool.brine.types]: {told}")


@pytest.mark.parametrize(
    ("text", "told"), [("[tool", "cannot be read: "), ("[tool.brine]\ntypes = 3", "not a table. Write")]
)
def test_a_file_that_is_no_toml_or_no_table_is_named(tmp_path: Path, text: str, told: str) -> None:
    write_project(tmp_path, {"pyproject.toml": text})
    with pytest.raises(CommandError, match=r"pyproject\.toml.*") as caught:
        project_settings(tmp_path)
    assert told in str(caught.value)
