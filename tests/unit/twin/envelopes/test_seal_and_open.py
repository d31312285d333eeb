"""`brine seal` and `brine open`: round trips, facts of the header, and what is never opened."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

import pytest

from brine.domain.caching.stored import StoredResponse
from brine.domain.http.fields import Fields
from brine.domain.results.stored import StoredResult
from brine.service.http_cache.sealing import stored_response_registry
from brine.service.results.sealing import pack, result_codec
from brine_codec import Codec, Keyring, Registry
from tests.unit.twin.envelopes.conftest import KEYS, SECRET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.twin.envelopes.conftest import Run

KEYRING = Keyring.from_json(KEYS)
VERIFIED = ("--keys", "keys.json", "--purpose", "shop", "--context", "acme", "--context", "7")
TYPES = """
[[type]]
name = "shop.Order"
version = 3
fields = { id = "str", placed = "datetime" }
"""
ORDER = b'{"$type":"shop.Order@3","id":"A-1","placed":{"$datetime":"2026-09-21T12:30:00+00:00"}}'


def codec(purpose: str = "shop", registry: Registry | None = None, *, gate: bool = True) -> Codec:
    return Codec(KEYRING, purpose=purpose, registry=registry, gate=gate)


def test_what_is_sealed_opens(run: Run, tmp_path: Path) -> None:
    (tmp_path / "types.toml").write_text(TYPES)
    sealed = run("seal", *VERIFIED, "--types", "types.toml", "--expires-in", "10m", stdin=ORDER)
    assert (sealed.code, sealed.out[:4]) == (0, b"\xf5BR\x01")
    assert "key      2\n" in sealed.errors

    opened = run("open", *VERIFIED, "--types", "types.toml", stdin=sealed.out)
    assert opened.code == 0
    assert opened.json() == {
        "$type": "shop.Order@3",
        "id": "A-1",
        "placed": {"$datetime": "2026-09-21T12:30:00+00:00"},
    }
    assert 'verified for "shop"' in opened.errors


def test_the_types_of_a_project_are_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "routes").mkdir()
    (tmp_path / "routes/types.toml").write_text(TYPES)
    assert run("seal", *VERIFIED, stdin=ORDER).code == 0


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes])
def test_base64_is_read_too(run: Run, encode: Callable[[bytes], bytes]) -> None:
    sealed = codec().seal([1, "é"], context=("acme", "7"), now=time.time())
    text = encode(sealed)
    assert run("open", *VERIFIED, "--json", stdin=text).json()["value"] == [1, "é"]
    assert run("open", *VERIFIED, "--json", stdin=text.rstrip(b"=\n")).json()["value"] == [1, "é"]


def test_a_file_is_written_and_read(run: Run, tmp_path: Path) -> None:
    assert run("seal", *VERIFIED, "--base64", "--output", "e.b64", stdin=b"7").code == 0
    assert (tmp_path / "e.b64").read_bytes().startswith(b"9UJS")
    assert run("open", "e.b64", *VERIFIED).out == b"7\n"


def test_without_keys_the_header_is_printed_and_not_believed(run: Run) -> None:
    sealed = codec().seal("secret text", context=("acme", "7"), now=1_790_000_000, expires_at=1_790_000_600)
    told = run("open", stdin=sealed)
    assert told.code == 1
    assert told.out == b""
    for line in ("version  1", "key      2", "2026-09-21 14:13:20 UTC", "2026-09-21 14:23:20 UTC", "stream   tree"):
        assert line in told.errors
    assert "not verified: every line above may be false" in told.errors
    assert "Give --keys, or --header for the header alone" in told.errors
    assert run("open", "--header", stdin=sealed).code == 0


def test_json_has_the_header_also_of_an_envelope_whose_key_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(f'{{"9": "{SECRET}9"}}')
    sealed = codec().seal(None, now=time.time())
    told = run("open", "--keys", "other.json", "--json", stdin=sealed)
    document = told.json()
    assert told.code == 1
    assert (document["verified"], document["opened"], document["value"]) == (False, False, None)
    assert isinstance(document["header"], dict)
    assert document["header"]["key_id"] == 2
    assert "key 2 is not in the keyring" in str(document["error"])
    assert "The keyring has 9" in str(document["error"])


@pytest.mark.parametrize(
    "options",
    [
        ("--purpose", "other", "--context", "acme", "--context", "7"),
        ("--purpose", "shop", "--context", "acme"),
        ("--purpose", "shop", "--context", "7", "--context", "acme"),
        (),
    ],
)
def test_what_does_not_verify_is_not_opened(run: Run, options: tuple[str, ...]) -> None:
    sealed = codec().seal("secret text", context=("acme", "7"), now=time.time())
    told = run("open", "--keys", "keys.json", *options, stdin=sealed)
    assert (told.code, told.out) == (1, b"")
    assert "the seal does not verify" in told.errors
    assert "secret text" not in told.errors


def test_every_byte_is_verified(run: Run) -> None:
    sealed = bytearray(codec().seal("secret text", context=("acme", "7"), now=time.time()))
    sealed[16] ^= 1  # in the time of its expiry
    assert "the seal does not verify" in run("open", *VERIFIED, stdin=bytes(sealed)).errors


def test_a_class_that_is_not_allowed_is_not_made(run: Run) -> None:
    class Order:
        """A class with a side effect."""

    registry = Registry()
    registry.register(Order, version=3, name="shop.Order", pack=lambda _: (), make=Order)
    sealed = codec(registry=registry).seal(Order(), context=("acme", "7"), now=time.time())
    told = run("open", *VERIFIED, stdin=sealed)
    assert (told.code, told.out) == (1, b"")
    assert "it verifies, and is not opened: no class is registered as 'shop.Order@3'. Give --types" in told.errors


def test_an_expired_envelope_opens_only_on_request(run: Run) -> None:
    sealed = codec().seal(7, context=("acme", "7"), now=1_790_000_000, expires_at=1_790_000_600)
    assert "--even-expired" in run("open", *VERIFIED, stdin=sealed).errors
    assert run("open", *VERIFIED, "--even-expired", stdin=sealed).out == b"7\n"


def test_a_graph_stream_opens_only_on_request(run: Run) -> None:
    sealed = codec(gate=False).seal(7, context=("acme", "7"), now=time.time())
    told = run("open", *VERIFIED, stdin=sealed)
    assert told.code == 1
    assert "--graph opens it, if you trust every holder of the keys" in told.errors
    assert run("open", *VERIFIED, "--graph", stdin=sealed).out == b"7\n"


def test_a_schema_is_taken_from_the_verified_header(run: Run) -> None:
    sealed = run("seal", *VERIFIED, "--schema", "12", stdin=b"7").out
    opened = run("open", *VERIFIED, stdin=sealed)
    assert opened.out == b"7\n"
    assert "schema   12" in opened.errors


def test_the_purposes_of_brine_are_tried(run: Run) -> None:
    response = codec("brine client").seal(7, context=("response", "/orders/a%20b?x=1"), now=time.time())
    opened = run("open", "--keys", "keys.json", "--response", "/orders/a%20b?x=1", stdin=response)
    assert (opened.out, opened.code) == (b"7\n", 0)
    assert 'verified for "brine client"' in opened.errors
    message = codec("brine exchange").seal((b"n", 7), context=("message", "orders", "user/ana"), now=time.time())
    opened = run("open", "--keys", "keys.json", "--message", "orders", "user/ana", "--json", stdin=message)
    assert opened.json()["purpose"] == "brine exchange"


def test_a_stored_response_has_names_for_its_values(run: Run) -> None:
    stored = StoredResponse(
        method="GET",
        target="/7",
        route="shop",
        status=200,
        fields=Fields.from_lowercase([("content-type", "text/plain")]),
        body=b"a body",
        request_time=1.0,
        response_time=2.0,
        fetch_started=1.0,
    )
    registry = stored_response_registry()
    sealed = codec("brine cache", registry, gate=False).seal(stored, context=("key", "main"), now=time.time())
    value = run("open", "--keys", "keys.json", "--context", "key", "--context", "main", "--json", stdin=sealed).json()[
        "value"
    ]
    assert isinstance(value, dict)
    assert (value["kind"], value["route"], value["body"]) == ("StoredResponse", "shop", "a body")
    assert value["fields"] == [["content-type", "text/plain"]]


def test_a_stored_result_has_names_for_its_values(run: Run) -> None:
    stored = StoredResult(
        value={"total": 3}, began=1.0, fresh_until=2.0, grace_until=3.0, tags=("menu",), cache="prices"
    )
    sealed = result_codec(KEYRING, None).seal(pack(stored), context=("key",), now=time.time())
    opened = run("open", "--keys", "keys.json", "--context", "key", stdin=sealed)
    value = opened.json()
    assert (value["value"], value["tags"], value["cache"]) == ({"total": 3}, ["menu"], "prices")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "it begins with no bytes"),
        (b"hello", "it begins with 68 65 6c 6c"),
        (b"\xf5BR\x02" + bytes(90), "version 2, and this is a reader of version 1"),
        (b"\xf5BR\x01" + bytes(20), "cut off: 24 bytes"),
    ],
)
def test_what_is_no_envelope_is_an_error(run: Run, data: bytes, told: str) -> None:
    done = run("open", "--header", stdin=data)
    assert done.code == 1
    assert told in done.errors


@pytest.mark.parametrize(
    ("arguments", "stdin", "told"),
    [
        (("seal", *VERIFIED), b"{", "the input is not an object in JSON: line 1"),
        (("seal", *VERIFIED), b'{"$type":"shop.Order@3","id":"A-1"}', "the input is not an object in JSON"),
        (("seal", *VERIFIED, "--expires-in", "soon"), b"7", "--expires-in soon: not a duration"),
        (("seal", *VERIFIED, "--output", "no/such/file"), b"7", "no/such/file cannot be written"),
        (("seal", *VERIFIED, "--types", "none.toml"), b"7", "none.toml: no such file"),
        (("open", "nothing.bin"), b"", "nothing.bin cannot be read: No such file or directory"),
    ],
)
def test_a_mistake_has_a_remedy(run: Run, arguments: tuple[str, ...], stdin: bytes, told: str) -> None:
    done = run(*arguments, stdin=stdin)
    assert (done.code, done.out) == (1, b"")
    assert told in done.errors


def test_a_context_has_one_form(run: Run) -> None:
    assert run("open", "--context", "a", "--response", "/x", stdin=b"").code == 2
