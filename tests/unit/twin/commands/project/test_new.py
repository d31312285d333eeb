"""`brine new` and `brine vendor` list what they wrote and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import brine_cli
from brine_cli.__main__ import main
from brine_cli.commands.project import new
from brine_cli.project.new_project import project_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, which is the current folder."""
    project_files(tmp_path / "shop-front", None).write()
    monkeypatch.chdir(tmp_path / "shop-front")
    return tmp_path / "shop-front"


def test_a_function_lists_its_files_and_the_commands_to_try_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "function", "order-history", "--path", "/v1/orders/"]) == 0
    assert capsys.readouterr().out == (
        "  events/order-history.json\n"
        "  functions/order_history/app.py\n"
        "  functions/order_history/requirements.txt\n"
        "  functions/order_history/routes.toml\n"
        "  template.yaml (changed)\n"
        "  tests/test_order_history.py\n"
        "\n"
        "Next:\n"
        "  uv run pytest tests/test_order_history.py\n"
        "  uv run brine dev\n"
        "  curl -i http://127.0.0.1:3000/v1/orders/7\n"
    )


@pytest.mark.parametrize(
    ("prefix", "path"), [((), "/stock/17"), (("--prefix", "/"), "/17"), (("--prefix", "/s/"), "/s/17")]
)
def test_a_route_lists_its_files_and_the_commands_to_try_it(
    prefix: tuple[str, ...], path: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "route", "stock", "--origin", "https://stock.example.com", *prefix]) == 0
    assert capsys.readouterr().out == (
        "  routes/routes.d/stock.toml\n"
        "  tests/test_stock_route.py\n"
        "\n"
        "Next:\n"
        "  uv run pytest tests/test_stock_route.py\n"
        "  uv run brine dev\n"
        f"  curl -i http://127.0.0.1:3000{path}\n"
    )


def test_the_origin_of_a_route_is_that_of_the_stack_if_none_is_given(project: Path) -> None:
    assert main(["new", "route", "stock"]) == 0
    assert 'origin = "${BRINE_ORIGIN}"' in (project / "routes/routes.d/stock.toml").read_text()


def test_a_project_lists_its_files_and_the_commands_to_try_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(folder: Path, **options: object) -> list[str]:
        assert options.pop("report")
        assert options == {"origin": "https://api.example.com", "wheels": tmp_path}
        return ["template.yaml", "Makefile"]

    monkeypatch.setattr(new, "new_project", write)
    options = ["--origin", "https://api.example.com", "--wheels", str(tmp_path)]
    assert main(["new", "project", "shop-front", *options]) == 0
    out = capsys.readouterr().out
    assert out.startswith("  Makefile\n  template.yaml\n\nNext:\n  cd shop-front\n  uv run brine dev\n")
    assert "  curl -i http://127.0.0.1:3000/hello/7 " in out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("function", "class"), "brine: 'class' cannot be the name of a function: "),
        (("function", "hello"), "/template.yaml has a resource HelloFunction. "),
        (("function", "orders", "--path", "orders"), "brine: 'orders' is not a path: "),
        (("route", "Stock"), "brine: 'Stock' cannot be the name of a route: "),
        (("route", "api"), 'brine: .brine/layers/routes/routes.toml has a route with the name "api". '),
        (("project", "tests"), "brine: tests exists and is not an empty folder. "),
        (("project", "x/Y"), "brine: 'Y' cannot be the name of a project: "),
    ],
)
def test_a_refusal_is_one_message_and_exit_code_1(
    command: tuple[str, ...], message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *command]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("brine: ")
    assert message in line


def test_vendor_names_the_copy_and_its_version(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vendor"]) == 0
    version = brine_cli.__version__
    assert capsys.readouterr().out == f".brine has Brine {version}: nest .brine/template.yaml in your template\n"
    assert (project / ".brine/template.yaml").is_file()


def test_vendor_takes_the_folder_of_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vendor", "--project", str(tmp_path)]) == 0
    assert (tmp_path / ".brine/template.yaml").is_file()
    assert main(["vendor", "--project", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err == f"brine: {tmp_path / 'none'} is not a folder: give the folder of a project\n"
