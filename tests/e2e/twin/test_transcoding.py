"""Origins and clients of different formats over real HTTP, their keyrings in Secrets Manager; and the example."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack
import pytest
from boto3 import Session

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from brine_client import AlreadySent, Client, ContentRefused, Credentials, NotPermitted
from brine_codec import Codec, Keyring
from brine_codec.envelope.http_target import canonical_target
from tests.e2e.twin.test_refreshes import records
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine_cli.http.messages import HttpRequest

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples/sealed_origin.py"
JSON, MSGPACK, SEALED = "application/json", "application/msgpack", "application/vnd.brine.sealed"
KEYS = {
    "origins": '{"1": "the origins secret, long enough to be one"}',
    "clients": '{"1": "the clients secret, long enough to be one"}',
}
ROUTES = """
[[route]]
name = "sealed"
prefix = "/sealed"
origin = "{origin}/sealed"
transcoding = {{ origin = "sealed", origin_keys = "origins", client_keys = "clients" }}
[[route]]
name = "signed"
prefix = "/signed/orders"
origin = "{origin}/sealed"
transcoding = {{ origin = "sealed", origin_keys = "origins", client_keys = "clients" }}
[[route]]
name = "json"
prefix = "/json"
origin = "{origin}/json"
transcoding = {{ origin = "json", client_keys = "clients" }}
[[route]]
name = "packed"
prefix = "/packed"
origin = "{origin}/packed"
transcoding = {{ origin = "msgpack", client_keys = "clients" }}
[[route]]
name = "keyless"
prefix = "/keyless"
origin = "{origin}/sealed"
transcoding = {{ origin = "sealed", origin_keys = "nowhere" }}
"""
LAND = {"name": "Korea", "area": 100.5, "code": b"KR", "neighbours": (1, 2)}
LAND_JSON = '{"name":"Korea","area":100.5,"code":{"$bytes":"S1I="},"neighbours":{"$tuple":[1,2]}}'
AT_ORIGIN = Codec(Keyring.from_json(KEYS["origins"]), purpose="brine origin")
AT_CLIENT = Codec(Keyring.from_json(KEYS["clients"]), purpose="brine client")


@dataclass
class Origin:
    """Speaks the format that its path begins with. `/sealed/forged` is a pickle that makes the file `canary`."""

    canary: Path
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: HttpRequest) -> HttpResponse:
        path = asked.target.decode()
        self.asked.append(f"{asked.method} {path}")
        kind, content = {
            "sealed": (SEALED, self.sealed),
            "json": (JSON, lambda _: LAND_JSON.encode()),
            "packed": (MSGPACK, lambda _: msgpack.packb(LAND["name"])),
        }[path.split("/")[1]]
        assert dict(asked.headers)[b"accept"] == kind.encode()
        lasting = ((b"cache-control", b"max-age=600"), (b"etag", b'"v1"'), (b"content-type", kind.encode()))
        return HttpResponse(status=200, headers=lasting, body=content(asked))

    def sealed(self, asked: HttpRequest) -> bytes:
        path = asked.target.decode()
        if path == "/sealed/forged":
            return self.pickle
        answer: object = LAND
        if asked.method == "POST":
            answer = AT_ORIGIN.open(asked.body, context=("request", "POST", canonical_target(path)), now=time.time())
        return AT_ORIGIN.seal(answer, context=("response", canonical_target(path)), now=time.time())

    @property
    def pickle(self) -> bytes:
        return f"cpathlib\nPath\n(V{self.canary}\ntRp0\n0cbuiltins\ngetattr\n(g0\nVtouch\ntR(tR.".encode()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    return Origin(tmp_path_factory.mktemp("origin") / "canary")


@pytest.fixture(scope="module")
def example() -> Iterator[str]:
    """The URL of the example's origin."""
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.sealed_origin", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    with process:
        yield process.stdout.readline().decode().split()[-1]
        process.kill()


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The functions' output."""
    return []


@pytest.fixture(scope="module")
def twin(origin: Origin, example: str, lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    listener = listen("127.0.0.1", 0)
    routes = tmp_path_factory.mktemp("routes") / "routes.toml"
    theirs = EXAMPLE.with_suffix(".toml").read_text().replace("http://127.0.0.1:8080", example)
    routes.write_text(theirs + ROUTES.format(origin=url_of(listener)))
    with (
        HttpServer(listener, origin),
        Twin(template=ROOT / "samples/template.yaml", routes=routes, show=lines.append) as running,
    ):
        session = Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        secrets = session.client("secretsmanager", endpoint_url=running.aws_endpoint)
        for name, text in KEYS.items():
            secrets.create_secret(Name=name, SecretString=text)
        yield running


@dataclass
class Got:
    """An answer."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def is_hit(self) -> bool:
        return self.fields["cache-status"].startswith("brine; hit")


def ask(twin: Twin, path: str, method: bytes = b"GET", body: bytes = b"", **fields: str) -> Got:
    """The answer; names of `fields` have "_" for "-"."""
    lines = [f"{name.replace('_', '-')}: {value}".encode() for name, value in fields.items()]
    if body:
        lines.append(b"content-length: %d" % len(body))
    status, headers, content = split(converse(twin.url, request(method, path.encode(), *lines) + body))
    named = (line.decode().partition(": ") for line in headers)
    return Got(int(status.split()[1]), {name: value for name, _, value in named}, content)


def opened(path: str, got: Got) -> Any:
    return AT_CLIENT.open(got.body, context=("response", path), now=time.time())


@pytest.mark.parametrize("formats", [(JSON, MSGPACK, SEALED), (SEALED, JSON, MSGPACK), (MSGPACK, SEALED, JSON)])
@pytest.mark.parametrize("speaks", ["sealed", "json"])
def test_a_miss_in_one_format_is_a_hit_in_the_others(
    twin: Twin, origin: Origin, speaks: str, formats: tuple[str, ...]
) -> None:
    path = f"/{speaks}/{formats[0].rpartition('.')[2].replace('/', '-')}"
    for accept in formats:
        got = ask(twin, path, accept=accept)
        assert (got.status, got.fields["content-type"], got.fields["vary"]) == (200, accept, "Accept")
        assert got.is_hit == (accept != formats[0])
        if accept == SEALED:
            assert opened(path, got) == LAND
        elif accept == JSON:
            assert got.body.decode() == LAND_JSON
        else:
            assert msgpack.unpackb(got.body)["code"] == b"KR"
        assert int(got.fields["content-length"]) == len(got.body)
    assert origin.asked.count(f"GET {path}") == 1
    twin.restart_functions()
    assert ask(twin, path, accept=formats[0]).is_hit  # the stored response in the table is enough


def test_a_messagepack_origin_is_read_as_json_and_sealed(twin: Twin) -> None:
    assert ask(twin, "/packed/x", accept=JSON).body == b'"Korea"'
    assert opened("/packed/x", ask(twin, "/packed/x", accept=SEALED)) == "Korea"


@pytest.mark.parametrize("accept", [JSON, MSGPACK, SEALED])
@pytest.mark.parametrize("speaks", ["sealed", "json"])
def test_a_client_validates_by_the_tag_that_it_got(twin: Twin, origin: Origin, speaks: str, accept: str) -> None:
    path = f"/{speaks}/validated"
    tag = ask(twin, path, accept=accept).fields["etag"]
    asked = len(origin.asked)
    unchanged = ask(twin, path, accept=accept, if_none_match=tag)
    assert (unchanged.status, unchanged.body, unchanged.fields["etag"]) == (304, b"", tag)
    other = MSGPACK if accept == JSON else JSON
    assert ask(twin, path, accept=other, if_none_match=tag).status == 200
    assert len(origin.asked) == asked


@pytest.mark.parametrize(("kind", "body"), [(JSON, LAND_JSON.encode()), (MSGPACK, msgpack.packb([1.5, b"KR"]))])
def test_the_content_of_a_client_reaches_the_origin_sealed(twin: Twin, kind: str, body: bytes) -> None:
    got = ask(twin, "/sealed/sent?x=1", b"POST", body, content_type=kind, accept=kind)
    assert (got.status, got.body) == (200, body)


@pytest.mark.parametrize("speaks", ["sealed", "json"])
def test_the_python_client_gets_objects(twin: Twin, speaks: str) -> None:
    with Client(twin.url, keyring=Keyring.from_json(KEYS["clients"])) as client:
        assert client.get(f"/{speaks}/cor%C3%A9e%20(du sud)/%41?q=%41%2c+x".replace(" ", "%20")) == LAND


def soon(count: int, find: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """So many records. A line may come after the answer that it is about."""
    for _ in range(200):
        if len(found := find()) >= count:
            return found
        time.sleep(0.05)
    return find()


def test_an_unsealed_pickle_is_refused_counted_and_never_opened(twin: Twin, origin: Origin, lines: list[str]) -> None:
    before = len(lines)
    for accept in (JSON, MSGPACK, SEALED):
        got = ask(twin, "/sealed/forged", accept=accept)
        assert (got.status, json.loads(got.body)["type"]) == (502, "urn:brine:problem:origin-seal-refused")
    for kind, status in ((SEALED, 403), ("application/python-pickle", 415)):
        assert ask(twin, "/json/x", b"POST", origin.pickle, content_type=kind).status == status
    assert not origin.canary.exists()
    told = soon(3, lambda: records(lines[before:], route="sealed", problem="origin-seal-refused"))
    assert [record["faults"] for record in told] == [["seal-malformed"]] * 3
    assert [record["SealRefused"] for record in told] == [1, 1, 1]


def test_a_secret_that_is_not_there_is_named_in_the_log(twin: Twin, lines: list[str]) -> None:
    got = ask(twin, "/keyless/x")
    assert (got.status, json.loads(got.body)["type"]) == (503, "urn:brine:problem:keys-unavailable")
    (told,) = soon(1, lambda: records(lines, route="keyless", problem="keys-unavailable"))
    assert told["faults"] == ["keys-unavailable: ResourceNotFoundException"]


def test_the_example_does_what_its_page_says(twin: Twin) -> None:
    page = (ROOT / "docs/formats.md").read_text()
    fetched = ask(twin, "/depot/orders/A-1")
    assert fetched.body.decode() in page
    assert ask(twin, "/depot/orders/A-1", accept=MSGPACK).is_hit
    sent = fetched.body.replace(b'"3.00"', b'"0"').replace(b"A-1", b"B-2")
    assert ask(twin, "/depot/orders", b"POST", sent, content_type=JSON).body == fetched.body.replace(b"A-1", b"B-2")


def test_an_envelope_of_a_signed_client_reaches_the_origin_once(twin: Twin, origin: Origin) -> None:
    keyring, shop = Keyring.from_json(KEYS["clients"]), Credentials("shop", "test")
    options: dict[str, Any] = {"keyring": keyring, "credentials": shop, "region": "us-east-1"}
    with Client(twin.url, principal="user/shop", **options) as client:
        assert client.post("/signed/orders/new?x=1", LAND) == LAND
        assert origin.asked[-1] == "POST /sealed/new?x=1"
        before = len(origin.asked)
        client._nonce = lambda: b"the same for both"
        now = client._clock()
        client._clock = lambda: now
        client.post("/signed/orders/new", LAND)
        with pytest.raises(AlreadySent, match="request-replayed"):
            client.post("/signed/orders/new", LAND)
        assert len(origin.asked) == before + 1
        with pytest.raises(NotPermitted, match="principal-missing"):
            client.post("/sealed/new", LAND)  # no signature is verified there
    with Client(twin.url, principal="user/other", **options) as client, pytest.raises(ContentRefused, match="Tampered"):
        client.post("/signed/orders/new", LAND)
