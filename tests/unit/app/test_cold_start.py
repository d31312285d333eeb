"""The modules that a function with an app imports until it answers a hit, counted in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.events import load_event
from tests.unit.functions.invoking import ROOT, variables_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.emulators.aws import Emulator

pytestmark = pytest.mark.slow

MODULE = """
from dataclasses import dataclass

from brine import App, Fetch, cache, cached

app = App()
quotes = cache("quotes")


@dataclass(frozen=True)
class Page:
    title: str


@cached(quotes, freshness_lifetime="1m")
def price(product: str) -> str:
    return product


@app.get("/pages/<path>", freshness_lifetime="1m", grace="1m", tags=lambda path: [path])
def page(path: str, fetch: Fetch) -> Page:
    return Page("a title")


handler = app.handler
"""
RUN = """
import json, sys
from types import SimpleNamespace
import function
context = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000, aws_request_id="1")
answer = function.handler(json.loads(sys.argv[1]), context)
assert function.price("tea") == "tea"
print(json.dumps([answer["headers"]["cache-status"], answer["body"], sorted(sys.modules)]))
"""
COSTLY = {
    "asyncio",
    "aws_lambda_powertools.event_handler",
    "boto3",
    "botocore.awsrequest",  # Powertools itself imports botocore, which alone has no modules
    "botocore.session",
    "brine.adapters.botocore",
    "brine.adapters.powertools.resolver",
    "brine.adapters.powertools.runner",
    "brine.domain.channels.message",
    "brine.service.functions.decoding",
    "brine.service.principals",
    "brine.service.transcoding.build",
    "brine.service.transcoding.client_envelopes",
    "brine.testing",
    "concurrent.futures",
    "msgpack",
    "pydantic",
}
"""Modules for running functions and for tests. No hit needs them."""


def run(folder: Path, program: str, environment: Mapping[str, str], *arguments: str) -> str:
    """Return what a program prints in a process of its own, with the module `function` to import."""
    (folder / "function.py").write_text(MODULE)
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_module_with_an_app_and_a_cache_needs_no_environment_and_imports_little(tmp_path: Path) -> None:
    imported = set(run(tmp_path, "import function, sys; print(*sys.modules)", {}).split())
    assert "brine.app.app" in imported
    assert COSTLY & imported == set()
    assert {"aws_lambda_powertools", "brine.app.engine", "brine.bootstrap.results", "logging"} & imported == set()


def test_a_hit_of_a_results_cache_in_lambda_imports_no_sdk(emulator: Emulator, tmp_path: Path) -> None:
    variables = variables_on(emulator, tmp_path / "none.toml") | {**emulator.environment, "BRINE_NAMESPACE": "test"}
    program = """
import sys
from brine import cache
resolved = cache("quotes").resolve("tea", lambda: 1, freshness_lifetime=60)
print(resolved.event.outcome, *{module.partition(".")[0] for module in sys.modules} & {"boto3", "botocore", "urllib3"})
"""
    assert [run(tmp_path, program, variables).split() for _ in range(2)] == [["miss"], ["hit"]]
    outside = {name: value for name, value in variables.items() if name != "AWS_EXECUTION_ENV"}
    assert sorted(run(tmp_path, program, outside).split()) == ["botocore", "hit", "urllib3"], "the names are right"


def test_a_hit_in_a_new_environment_imports_nothing_that_functions_need(emulator: Emulator, tmp_path: Path) -> None:
    variables = variables_on(emulator, tmp_path / "none.toml") | {
        **emulator.environment,
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "BRINE_NAMESPACE": "test",
        "LAMBDA_TASK_ROOT": str(tmp_path),
    }
    del variables["BRINE_ROUTES"]
    event = json.dumps(load_event("http-api/get-cache.json") | {"rawPath": "/pages/tea", "rawQueryString": ""})
    (miss, first, run_by_miss), (hit, second, run_by_hit) = (
        json.loads(run(tmp_path, RUN, variables, event).splitlines()[-1]) for _ in range(2)
    )
    assert (miss.split("; ")[1:], hit.split("; ")[1]) == (["fwd=uri-miss", "fwd-status=200", "stored", "ttl=60"], "hit")
    assert first == second == '{"title":"a title"}'
    needed = {"aws_lambda_powertools.event_handler", "brine.adapters.powertools.runner"}
    assert needed <= set(run_by_miss), "the names are right"
    assert COSTLY & set(run_by_hit) == set()


def test_the_functions_of_the_stack_import_nothing_of_powertools(emulator: Emulator, tmp_path: Path) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text('[[route]]\nname = "bin"\nprefix = "/"\norigin = "http://127.0.0.1:1"\n')
    variables = variables_on(emulator, routes) | emulator.environment | {"AWS_LAMBDA_FUNCTION_NAME": "function"}
    for name in ("gateway", "refresher"):
        program = f"import sys; sys.path.insert(0, {str(ROOT / 'functions' / name)!r}); import app; print(*sys.modules)"
        imported = set(run(tmp_path, program, variables).split())
        assert "brine.adapters.emf.answer_log" in imported
        assert "aws_lambda_powertools" not in imported
