"""A results cache at the top of a module: importing it needs no environment, and the first use builds the stores."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import brine
from brine.errors import ConfigError
from brine.service.results.lazy_cache import LazyCache, Once
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from brine import Cache

MODULE = """
from brine import cache, cached

quotes = cache("quotes")
acme = quotes.for_tenant("acme")

@cached(quotes, freshness_lifetime=60, scheduled=[("tea",)])
def price(product):
    return product

handler = quotes.handler(lambda event, context: "other")
"""
ENVIRONMENT = {
    "BRINE_TABLE": "table",
    "AWS_REGION": "eu-central-1",
    "BRINE_NAMESPACE": "quotes",
    "BRINE_SIGNING_KEYS": '{"1": "a secret of the tests that is long enough"}',
    "AWS_ACCESS_KEY_ID": "me",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
}


def run(folder: Path, program: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, with the module `quotes` to import."""
    (folder / "quotes.py").write_text(MODULE)
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)


def test_a_module_with_a_cache_imports_without_any_environment(tmp_path: Path) -> None:
    program = """
import sys, quotes
assert quotes.handler({"rawPath": "/"}, None) == "other"
print("brine.bootstrap.results" in sys.modules, "aws_lambda_powertools" in sys.modules, "logging" in sys.modules)
"""
    done = run(tmp_path, program, {})
    assert (done.returncode, done.stdout.split()) == (0, ["False"] * 3), done.stderr


def test_the_first_use_tells_all_that_is_missing_and_a_later_use_tries_again(tmp_path: Path) -> None:
    program = f"""
import os, quotes
from brine.errors import ConfigError
try:
    quotes.price("tea")
except ConfigError as error:
    print(error)
os.environ.update({ENVIRONMENT!r})
assert quotes.price("tea") == "tea"
"""
    done = run(tmp_path, program, {})
    assert done.returncode == 0, done.stderr
    first, *lines = done.stdout.splitlines()
    assert first == "3 environment variables are missing or invalid (docs/settings.md):"
    for name in ("BRINE_TABLE", "BRINE_NAMESPACE", "BRINE_SIGNING_KEYS_SECRET"):
        assert sum(f" {name} " in line for line in lines) == 1
    assert 'the results cache "quotes" has a fault' in done.stderr, "nothing listens at the endpoint"
    assert done.stderr.count("\n") == len({line.partition("(")[2] for line in done.stderr.splitlines()})


def test_in_lambda_a_missing_setting_stops_the_import(tmp_path: Path) -> None:
    lambda_variables = {"AWS_LAMBDA_FUNCTION_NAME": "quotes", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}
    done = run(tmp_path, "import quotes", lambda_variables)
    assert done.returncode == 1
    assert "ConfigError: 6 environment variables are missing or invalid" in done.stderr
    done = run(tmp_path, "import quotes", ENVIRONMENT | lambda_variables)
    assert done.returncode == 0, done.stderr


def test_an_environment_may_be_given() -> None:
    cache = brine.cache("quotes", environment={})
    with pytest.raises(ConfigError, match="BRINE_NAMESPACE"):
        cache.get_or_compute("key", lambda: 1, freshness_lifetime=60)
    with pytest.raises(ValueError, match="tenant"):
        brine.cache("quotes", tenant="\n", environment={})


def test_many_threads_build_the_cache_once() -> None:
    world = World()
    built: list[Cache] = []
    together = threading.Barrier(8)

    def build() -> Cache:
        built.append(world.process())
        return built[-1]

    cache = LazyCache("reports", build, tenant="")
    copies = [cache.for_tenant("acme"), cache]

    def use(number: int) -> int:
        together.wait(30)
        return copies[number % 2].get_or_compute("key", lambda: number, freshness_lifetime=60)

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(use, range(8)))
    assert len(built) == 1
    assert len(set(results[::2])) == len(set(results[1::2])) == 1, "one computation for each tenant"
    assert set(results[::2]) != set(results[1::2])


def test_a_build_that_fails_is_tried_again() -> None:
    attempts: list[int] = []

    def build() -> Cache:
        attempts.append(1)
        if len(attempts) == 1:
            raise ConfigError("missing")
        return World().process()

    once = Once(build)
    with pytest.raises(ConfigError):
        once.get()
    assert once.get() is once.get()
    assert len(attempts) == 2
