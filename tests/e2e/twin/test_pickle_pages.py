"""The programs of the pages for users of `pickle.dumps`, in the twin: their output is what the pages show."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

from brine_cli.twin import Twin
from tests.e2e.twin.test_transcoding import MSGPACK, ask
from tests.support.markdown import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb.service_resource import Table

ROOT = Path(__file__).parents[3]
SECONDS = 60
ORIGINS = {"http://127.0.0.1:8080": "sealed_origin", "http://127.0.0.1:8081": "json_origin"}


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """A twin with the routes of the pages, and both example origins at free ports."""
    routes = (ROOT / "examples/from_pickle.toml").read_text()
    with ExitStack() as stack:
        for shown, name in ORIGINS.items():
            assert shown in routes
            routes = routes.replace(shown, stack.enter_context(origin(name)))
        file = tmp_path_factory.mktemp("routes") / "routes.toml"
        file.write_text(routes)
        yield stack.enter_context(Twin(template=ROOT / "samples/template.yaml", routes=file))


@contextmanager
def origin(name: str) -> Iterator[str]:
    """The URL of an example's origin at a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"examples.{name}", "0"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    with process:
        try:
            yield process.stdout.readline().decode().split()[-1]
        finally:
            process.kill()


def run(module: str, *arguments: str, **environment: str) -> str:
    """Return the stdout of an example."""
    command = (sys.executable, "-m", f"examples.{module}", *arguments)
    surroundings = os.environ | environment
    done = subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def page(name: str) -> str:
    return (ROOT / f"docs/{name}.md").read_text(encoding="utf-8")


def test_an_order_goes_to_the_service_and_comes_back_as_an_order(twin: Twin) -> None:
    said = run("send_order", twin.url)
    assert said == "Order B-2: Decimal('9.80')\n"
    assert f"$ uv run python -m examples.send_order\n{said}" in page("pickle-send-receive")


def test_the_route_refuses_a_plain_pickle(twin: Twin) -> None:
    plain = pickle.dumps([1])
    refused = ask(twin, "/orders", b"POST", plain, content_type="application/python-pickle")
    assert refused.status == 415
    assert refused.body.decode() in page("pickle-send-receive")


def test_a_sealed_response_is_json_for_a_client_without_accept_and_a_hit_as_messagepack(twin: Twin) -> None:
    assert ask(twin, "/orders/A-1").body.decode() in page("pickle-convert")
    assert ask(twin, "/orders/A-1", accept=MSGPACK).is_hit


def test_the_python_client_gets_objects_from_both_origins(twin: Twin) -> None:
    said = run("get_objects", twin.url)
    assert "Line(sku='tea', count=1, price=Decimal('4.90'))\n" in said
    assert f"$ uv run python -m examples.get_objects\n{said}" in page("pickle-convert")


def test_results_are_computed_once_and_found_by_the_next_process(twin: Twin) -> None:
    assert twin.aws_endpoint is not None
    environment = {
        "AWS_ENDPOINT_URL": twin.aws_endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "me",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BRINE_TABLE": "brine-dev-table",
        "BRINE_BUCKET": "brine-dev-bodies",
        "BRINE_NAMESPACE": "scripts",
        "BRINE_SIGNING_KEYS_SECRET": "brine-dev-functionkeys",
    }
    text = page("pickle-cache")
    for computed in (1, 0):
        said = run("cached_quotes", **environment)
        assert said.startswith(f"20 calls, {computed} computed: Quote(product='tea', price=Decimal('3.25'))\n")
        assert f"$ uv run python -m examples.cached_quotes\n{said}" in text
    exported = dict(word.split("=") for line in text.splitlines() if "$ export " in line for word in line.split()[2:])
    assert exported == environment | {"AWS_ENDPOINT_URL": "$AWS"}


@dataclass
class NaiveCache:
    """The page's code before Brine, with a table in the twin."""

    table: Table
    names: dict[str, Any]

    def quote_of(self, product: str) -> object:
        return self.names["quote_of"](product)

    def put(self, product: str, value: bytes, expires: int) -> None:
        self.table.put_item(Item={"id": f"quote:{product}", "value": value, "expires": expires})


@pytest.fixture
def naive(twin: Twin) -> Iterator[NaiveCache]:
    tables = boto3.resource(
        "dynamodb",
        endpoint_url=twin.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    table = tables.create_table(
        TableName="naive",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    tables.meta.client.update_time_to_live(
        TableName="naive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    names: dict[str, Any] = {"table": table, "pickle": pickle, "Binary": Binary, "time": time}
    exec(blocks(ROOT / "docs/pickle-cache.md", "python")[0], names)  # noqa: S102 - the page's code
    yield NaiveCache(table, names)
    table.delete()


def test_the_naive_cache_keeps_a_result(naive: NaiveCache) -> None:
    asked: list[str] = []

    def ask_the_shop(product: str) -> int:
        asked.append(product)
        return 3

    naive.names["ask_the_shop"] = ask_the_shop
    assert [naive.quote_of("tea"), naive.quote_of("tea")] == [3, 3]
    assert asked == ["tea"]


def test_the_naive_cache_computes_once_for_each_caller_that_misses(naive: NaiveCache) -> None:
    together = threading.Barrier(2)  # breaks, unless both calls compute at the same time
    naive.names["ask_the_shop"] = lambda _: together.wait(SECONDS) >= 0
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(naive.quote_of, ["tea", "tea"])) == [True, True]


def test_the_naive_cache_cannot_keep_more_than_400_kb(naive: NaiveCache) -> None:
    naive.names["ask_the_shop"] = lambda _: bytes(401 * 1024)
    with pytest.raises(ClientError, match="size has exceeded"):
        naive.quote_of("tea")


def test_the_naive_cache_returns_an_expired_result_that_is_not_deleted_yet(naive: NaiveCache) -> None:
    naive.put("tea", pickle.dumps("an old price"), expires=int(time.time()) - 3600)
    assert naive.quote_of("tea") == "an old price"


def test_the_naive_cache_runs_the_code_in_an_item(naive: NaiveCache) -> None:
    naive.put("tea", b"cos\ngetcwd\n(tR.", expires=int(time.time()) + 60)
    assert naive.quote_of("tea") == str(Path.cwd())


def test_a_pickle_of_an_older_class_gives_an_object_without_the_new_field(monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = (make_dataclass("Quote", fields, module="quotes") for fields in (["product"], ["product", "price"]))
    quotes = SimpleNamespace(Quote=older)
    monkeypatch.setitem(sys.modules, "quotes", quotes)
    stored = pickle.dumps(older("tea"))
    quotes.Quote = newer
    assert not hasattr(pickle.loads(stored), "price")  # noqa: S301 - made by this test
