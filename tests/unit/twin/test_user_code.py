"""Code of users is imported for a moment, and leaves nothing behind."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from brine_cli.errors import CommandError
from brine_cli.user_code import imported_file, imported_module

if TYPE_CHECKING:
    from pathlib import Path


def project(root: Path, **files: str) -> Path:
    """Write files, by their paths with "__" for "/"."""
    for name, text in files.items():
        file = root / f"{name.replace('__', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_two_functions_may_have_modules_of_one_name(tmp_path: Path) -> None:
    project(
        tmp_path, a__app="from models import X", a__models="X = 1", b__app="from models import X", b__models="X = 2"
    )
    found = []
    for folder in ("a", "b"):
        with imported_file(tmp_path / folder / "app.py") as module:
            found.append((module.__name__, module.X))
            assert sys.modules["app"] is module
    assert found == [("app", 1), ("app", 2)]


def test_what_was_imported_is_forgotten_and_what_was_there_is_back(tmp_path: Path) -> None:
    project(tmp_path, functions__app="import shared_by_all.messages", shared_by_all__messages="import colorsys")
    before, path = dict(sys.modules), list(sys.path)
    sys.modules.pop("colorsys", None)
    with imported_file(tmp_path / "functions/app.py", tmp_path):
        assert "shared_by_all.messages" in sys.modules
    assert sys.modules.keys() - before.keys() <= {"colorsys"}  # the standard library stays
    assert sys.path == path
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_module_of_the_project_is_read_anew_each_time(tmp_path: Path) -> None:
    for value in (1, 2):
        project(tmp_path, shop_of_test__messages=f"X = {value}")
        with imported_module("shop_of_test.messages", tmp_path) as module:
            assert value == module.X


def test_a_library_in_the_folder_stays_imported(tmp_path: Path) -> None:
    """Some libraries cannot be imported twice."""
    project(tmp_path, app="import library_of_test")
    installed = project(tmp_path / ".venv/lib/site-packages", library_of_test="").resolve()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(installed)])
        patch.setattr(sys, "modules", dict(sys.modules))
        with imported_file(tmp_path / "app.py"):
            pass
        assert "library_of_test" in sys.modules


@pytest.mark.parametrize(
    ("code", "told"),
    [("1/0", "ZeroDivisionError: division by zero"), ("raise SystemExit(3)", "SystemExit: 3")],
)
def test_a_failing_import_names_the_source_and_the_error(tmp_path: Path, code: str, told: str) -> None:
    file = project(tmp_path, failing_of_test=code) / "failing_of_test.py"
    with pytest.raises(CommandError) as caught, imported_file(file):
        pass
    assert str(caught.value) == f"{file} cannot be imported: {told}"
    with pytest.raises(CommandError) as caught, imported_module("failing_of_test", tmp_path):
        pass
    assert str(caught.value) == f"failing_of_test cannot be imported: {told}"
    assert "failing_of_test" not in sys.modules
