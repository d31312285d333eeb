"""The plugin for pytest in a project of a user: it is found by itself, imports little, and may be left out."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import brine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

APP = """
from brine import App, Fetch
app = App()

@app.get("/orders/<order>", freshness_lifetime="1m")
def whole(order: str, fetch: Fetch) -> object:
    return [fetch("orders", f"/{order}").json(), fetch("stock").json()]

@app.post("/orders/<order>", purges=["orders"])
def change(order: str) -> None: pass
"""
PASSING = """
import sys

def test_what_is_imported():
    assert {name for name in sys.modules if name.split(".")[0] in ("brine", "brine_codec", "msgpack")} == {EXPECTED}
"""
FAILING = """
from app import app

def test_status(brine_app):
    assert brine_app(app, fetch={"orders": {"/8": 1}}).get("/orders/7").status == 200

def test_result(brine_app):
    client = brine_app(app, fetch={"orders": {"/7": 1}, "stock": 2})
    assert client.get("/orders/7").result == "hit"

def test_purged(brine_app):
    client = brine_app(app)
    client.post("/orders/7")
    assert client.purged == ["stock"]

def test_outcomes(brine_caches):
    from brine import cache
    cache("numbers").get_or_compute("key", int, freshness_lifetime=60)
    assert brine_caches.outcomes == ["hit"]
"""


def pytest_in(folder: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a project without any configuration or environment."""
    (folder / "app.py").write_text(APP)
    (folder / "test_app.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *options]
    return subprocess.run(command, cwd=folder, env={}, check=False, capture_output=True, text=True)


def test_importing_the_plugin_imports_nothing_else() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import brine.testing.plugin; print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], check=True, capture_output=True, text=True)
    assert sorted(done.stdout.split()) == ["brine", "brine.testing", "brine.testing.plugin"]


def test_pytest_finds_the_plugin_and_imports_no_more_for_tests_without_it(tmp_path: Path) -> None:
    expected = '{"brine", "brine.testing", "brine.testing.plugin"}'
    done = pytest_in(tmp_path, PASSING.replace("{EXPECTED}", expected))
    assert done.returncode == 0, done.stdout


def test_pytest_leaves_the_plugin_out_if_told_so(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, PASSING.replace("{EXPECTED}", "set()"), "-p", "no:brine")
    assert done.returncode == 0, done.stdout
    done = pytest_in(tmp_path, "def test_app(brine_app): pass", "-p", "no:brine")
    assert (done.returncode, "fixture 'brine_app' not found" in done.stdout) == (1, True)


def test_a_failed_assertion_says_why(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, FAILING, "-W", "error")
    assert done.returncode == 1
    assert "4 failed" in done.stdout, done.stdout
    for words in (
        "where 502 = <AppResponse 502 problem, the test's answers for orders have no path /7, which gets a 404,",
        "GET /orders/7 -> <AppResponse 200 miss, stored, parts {'orders': 'miss', 'stock': 'miss'}, content b'[1,2]'>",
        "fetched from orders: /7",
        "At index 0 diff: 'orders' != 'stock'",
        "POST /orders/7 -> <AppResponse 200 pass",
        "purged: orders",
        "At index 0 diff: 'miss' != 'hit'",
    ):
        assert words in done.stdout, done.stdout


@pytest.mark.parametrize(("copied", "is_told"), [(None, False), (brine.__version__, False), ("0.0.9", True)])
def test_the_header_tells_of_a_copy_of_another_version(tmp_path: Path, copied: str | None, is_told: bool) -> None:
    if copied is not None:
        (tmp_path / ".brine").mkdir()
        (tmp_path / ".brine/version").write_text(f"{copied}\n")
    done = pytest_in(tmp_path, "def test_it(): pass", "-v")
    told = f"{brine.__version__} is installed, and .brine has 0.0.9. Run `brine vendor` before `sam build`"
    assert (told in done.stdout) is is_told, done.stdout
