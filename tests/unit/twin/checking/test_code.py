"""Mistakes in the code of functions, found in its text and by its import in another process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.checking.code.imports import mistakes_of_imports
from brine_cli.checking.code.text import FunctionCode
from brine_cli.checking.project import check_project
from tests.unit.twin.checking.test_templates import write

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.checking.finding import Finding

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: shop
      Handler: app.handler
      Environment:
        Variables:
          BRINE_TABLE: table
          BRINE_BUCKET: bucket
          BRINE_SIGNING_KEYS_SECRET: secret
          BRINE_NAMESPACE: shop
      Events:
        Any:
          Type: HttpApi
"""
ROUTES = '[[route]]\nname = "orders"\ninternal = true\norigin = "https://orders.test"\n'
APP = "from brine import App, Fetch\n\napp = App()\n\n\n"


def check(folder: Path, code: str, *, template: str = TEMPLATE, imports: bool = True) -> list[Finding]:
    """The findings for a project of one function with this code."""
    write(folder, {"template.yaml": template, "shop/app.py": code, "shop/routes.toml": ROUTES})
    return check_project(folder / "template.yaml", environment={}, imported=None if imports else ()).findings


def told(findings: list[Finding]) -> list[tuple[str, int | None, str]]:
    """The code, the line and the message of each finding."""
    return [(one.code, one.place.line if one.place else None, one.message) for one in findings]


def test_a_function_without_mistakes_has_no_finding(tmp_path: Path) -> None:
    code = f"""{APP}@app.get("/x/<key>", freshness_lifetime="1m")
def x(key: str, fetch: Fetch) -> str:
    fetch.all(("orders", "/1"), ("orders", "/2"))
    return fetch("orders", key).text


@app.before_fetch("orders")
def sign(request, route): ...


print("noise on stdout")
handler = app.handler
"""
    assert told(check(tmp_path, code)) == []


def test_every_wrong_setting_of_every_decorator_is_told_at_its_place(tmp_path: Path) -> None:
    code = f"""{APP}@app.get("/a", freshness_lifetime="60 s", grace=-1)
def a() -> str: ...


@app.get("/b", frshness_lifetime="60s")
def b() -> str: ...


@app.get("/b")
def c() -> str: ...


@app.get("/b")
def d() -> str: ...


handler = app.handler
"""
    found = check(tmp_path, code)
    assert told(found) == [
        ("BR021", 6, 'freshness_lifetime = "60 s": not a duration.'),
        ("BR021", 6, "grace = -1: not a duration."),
        ("BR021", 10, 'unknown setting "frshness_lifetime".'),
        ("BR021", 18, "another function has this method and path."),
    ]
    assert found[1].place is not None
    assert found[1].shown[found[1].place.column - 1 :].startswith("-1")


def test_a_route_that_no_file_has_is_told_without_running_the_code(tmp_path: Path) -> None:
    code = f"""{APP}@app.get("/a")
def orders_page(fetch: Fetch) -> str:
    fetch("ordrs")
    return fetch.all(("orders", ""), ("offers", ""))


@app.after_fetch("orders-page")
def own(response, request, route): ...


@app.after_fetch("order")
def other(response, request, route): ...
"""
    found = check(tmp_path, code, imports=False)
    assert [(one.code, one.given, one.place and one.place.line, one.remedy) for one in found] == [
        ("BR022", '"ordrs"', 8, 'Did you mean "orders"?'),
        ("BR022", '"offers"', 9, "Add the route to routes.toml beside the code."),
        ("BR022", '"order"', 16, 'Did you mean "orders"?'),
        ("BR014", "Handler: app.handler", 7, "Write handler = app.handler into app.py, or correct the name."),
    ]


def test_a_mistake_of_syntax_is_told_and_the_code_is_not_run(tmp_path: Path) -> None:
    write(tmp_path, {"shop/models.py": "def f(:\n", "shop/tests/test_x.py": "def f(:\n"})
    found = check(tmp_path, "raise SystemExit\nhandler = 1\n")
    assert told(found) == [("BR001", 1, "not valid Python: invalid syntax.")]
    assert found[0].file.name == "models.py"


@pytest.mark.parametrize(
    ("code", "message", "remedy"),
    [
        ("from json import dumps, lods\n", "ImportError: cannot import name 'lods' from 'json'", "'loads'"),
        ("total = 1\nprint(totla)\n", "NameError: name 'totla' is not defined.", "'total'"),
        ("import json\njson.lods\n", "AttributeError: module 'json' has no attribute 'lods'.", "'loads'"),
    ],
)
def test_a_misspelt_name_in_code_gets_the_nearest_one(tmp_path: Path, code: str, message: str, remedy: str) -> None:
    (found,) = check(tmp_path, f"{code}handler = 1\n")
    assert found.message.startswith(message)
    assert found.remedy == f"Did you mean: {remedy}?"


@pytest.mark.parametrize(
    ("code", "line", "message"),
    [
        ("import no_such_module_9\n", 1, "ModuleNotFoundError: No module named 'no_such_module_9'."),
        ("x = 1\nx.y\n", 2, "AttributeError: 'int' object has no attribute 'y'."),
        ("import sys\nsys.exit(3)\n", 2, "SystemExit: 3."),
    ],
)
def test_an_import_that_fails_is_told_with_the_line_of_the_function(
    tmp_path: Path, code: str, line: int, message: str
) -> None:
    (found,) = check(tmp_path, f"{code}handler = 1\n")
    assert told([found]) == [("BR020", line, message)]
    assert found.remedy


def test_a_missing_module_is_told_with_the_way_to_install_it(tmp_path: Path) -> None:
    (found,) = check(tmp_path, "import no_such_module_9\nhandler = 1\n")
    assert "The package no_such_module_9 is not installed in" in found.remedy


def test_missing_settings_of_an_app_are_told(tmp_path: Path) -> None:
    template = TEMPLATE.replace("          BRINE_TABLE: table\n", "")
    (found,) = check(tmp_path, f"{APP}handler = app.handler\n", template=template)
    assert found.code == "BR021"
    assert "BRINE_TABLE" in found.message


def test_an_annotation_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    code = f'{APP}@app.get("/a")\ndef a() -> "Missing": ...\n\n\nhandler = app.handler\n'
    (found,) = check(tmp_path, code)
    assert found.code == "BR021"
    assert "name 'Missing' is not" in found.message
    assert found.place is not None
    assert found.place.line == 6


def test_an_import_that_never_ends_is_ended(tmp_path: Path) -> None:
    write(tmp_path, {"template.yaml": TEMPLATE, "shop/app.py": "import time\ntime.sleep(60)\nhandler = 1\n"})
    from brine_cli.checking.templates.stacks import CheckedTemplates  # noqa: PLC0415 - for this test alone

    templates = CheckedTemplates(tmp_path / "template.yaml", {}, {})
    assert templates.functions is not None
    (one,) = templates.functions.found
    code = FunctionCode(one.function.code, one.function.handler)
    (found,) = mistakes_of_imports([(one, code)], time_limit=0.5)
    assert (found.code, found.message) == ("BR020", "its import takes more than 0.5 s.")


def test_a_process_that_ends_at_once_is_told(tmp_path: Path) -> None:
    (found,) = check(tmp_path, "import os\nos._exit(7)\nhandler = 1\n")
    assert told([found]) == [("BR020", None, "its process ended without a result: 7.")]
