"""Code of users is imported for a moment, and leaves nothing behind."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from brine_cli.errors import CommandError
from brine_cli.user_code import imported_file, imported_module
from tests.support.projects import write_project

if TYPE_CHECKING:
    from pathlib import Path


def test_two_functions_may_have_modules_of_one_name(tmp_path: Path) -> None:
    for folder, value in (("a", 1), ("b", 2)):
        write_project(tmp_path / folder, {"app.py": "from models import X", "models.py": f"X = {value}"})
    found = []
    for folder in ("a", "b"):
        with imported_file(tmp_path / folder / "app.py") as module:
            found.append((module.__name__, module.X))
            assert sys.modules["app"] is module
    assert found == [("app", 1), ("app", 2)]


def test_what_was_imported_is_forgotten_and_what_was_there_is_back(tmp_path: Path) -> None:
    code = {"functions/app.py": "import shared_by_all.messages", "shared_by_all/messages.py": "import colorsys"}
    write_project(tmp_path, code)
    before, path = dict(sys.modules), list(sys.path)
    sys.modules.pop("colorsys", None)
    with imported_file(tmp_path / "functions/app.py", tmp_path):
        assert "shared_by_all.messages" in sys.modules
    assert sys.modules.keys() - before.keys() <= {"colorsys"}  # the standard library stays
    assert sys.path == path
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_module_of_the_project_is_read_anew_each_time(tmp_path: Path) -> None:
    for value in (1, 2):
        write_project(tmp_path, {"shop_of_test/messages.py": f"X = {value}"})
        with imported_module("shop_of_test.messages", tmp_path) as module:
            assert value == module.X


def test_a_library_in_the_folder_stays_imported(tmp_path: Path) -> None:
    """Some libraries cannot be imported twice."""
    write_project(tmp_path, {"app.py": "import library_of_test"})
    installed = write_project(tmp_path / ".venv/lib/site-packages", {"library_of_test.py": ""}).resolve()
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
    file = write_project(tmp_path, {"failing_of_test.py": code}) / "failing_of_test.py"
    with pytest.raises(CommandError) as caught, imported_file(file):
        pass
    assert str(caught.value) == f"{file} cannot be imported: {told}"
    with pytest.raises(CommandError) as caught, imported_module("failing_of_test", tmp_path):
        pass
    assert str(caught.value) == f"failing_of_test cannot be imported: {told}"
    assert "failing_of_test" not in sys.modules
