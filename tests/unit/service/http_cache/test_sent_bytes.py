"""The gateway selects by the bytes that it sends: a field outside the key cannot change another client's answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine import __version__
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryItemStore
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.errors import OriginMalformed
from brine.ports.deadline import Deadline
from brine_codec import Keyring
from tests.support.gateway.world import KEYS, World, response, status_of
from tests.support.registered_fields import COMMON, REGISTERED

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.routing.origin import OriginAddress
    from brine.service.http_cache.answer import Answer


def reflecting(vary: str | None = None, **fields: str) -> World:
    """A world with an origin that answers with the bytes of the header that it got."""

    def answer(_address: OriginAddress, request: Request) -> Outcome:
        body = "\n".join(f"{name}: {value}" for name, value in request.fields).encode("latin-1")
        varying = {} if vary is None else {"vary": vary}
        return response(200, body, **{"cache_control": "max-age=60", **varying, **fields})

    world = World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    return world


def ask(world: World, path: str, *lines: tuple[str, str], method: str = "GET") -> Answer:
    request = Request(method=method, path=path, fields=Fields(lines))
    return world.gateway.serve(request, Deadline(world.now + 29, lambda: world.now))


VALUES = {
    "origin": ["https://a.example", "https://a.example,", ",https://a.example", "https://a.example, https://b.example"],
    "accept-language": ["de, en", "en, de", "en;q=1.0,de", "EN, de", "de;q=0.5, en", "en-us", "en-US"],
    "accept": ["text/html, text/plain", "text/plain, text/html", "TEXT/html,text/plain", "text/html;q=0.5"],
    "accept-encoding": ["gzip, br", "br,gzip", "gzip;q=0.5, br", "gzip;q=0, br", "", ","],
    "cookie": ["a=1,2", "a=1, 2", "a=1; b=2", "a=1;b=2"],
    "user-agent": ["a (b, c)", "a (b,c)"],
    "x-kind": ["a,b", "a, b", "a,,b", "a,b,", "A,b", '"a,b"', '{"a":1,"b":2}', '{"a":1, "b":2}'],
    "forwarded": ["for=1,for=2", "for=1, for=2"],
}


@pytest.mark.parametrize("name", VALUES)
def test_clients_share_a_response_only_if_the_origin_got_the_same_bytes_from_both(name: str) -> None:
    """Ask for each pair of values in both orders: a hit must give the same answer as the origin would."""
    for first in VALUES[name]:
        for second in VALUES[name]:
            world = reflecting(vary=name)
            ask(world, "/open/x", (name, first))
            shared = ask(world, "/open/x", (name, second))
            alone = ask(reflecting(vary=name), "/open/x", (name, second))
            assert shared.response.body == alone.response.body, (first, second, shared.result)


@pytest.mark.parametrize("name", sorted(REGISTERED | COMMON))
def test_no_field_of_one_client_is_seen_in_what_another_gets(name: str) -> None:
    """The origin shows the fields that it got in a public answer. A client may only share its own credentials."""
    world = reflecting()
    negotiated = name.lower() in {"accept", "accept-charset", "accept-encoding", "accept-language"}
    ask(world, "/keyed/x", (name, "evil"), ("X-Region", "1"))
    got = ask(world, "/keyed/x", ("X-Region", "1")).response.body
    assert b"evil" not in got or negotiated


@pytest.mark.parametrize("lines", [(("Cookie", "a=1"),), (("User-Agent", "x"),), (("X-Unknown", "1"), ("Cookie", "b"))])
def test_a_field_that_is_not_sent_does_not_select(lines: tuple[tuple[str, str], ...]) -> None:
    world = reflecting(vary="Cookie, User-Agent, X-Unknown")
    assert ask(world, "/api/x").stored
    assert ask(world, "/api/x", *lines).result == "hit"


def test_a_post_that_may_be_stored_says_no_more_than_a_get(monkeypatch: pytest.MonkeyPatch) -> None:
    world = reflecting(content_location="/x")
    monkeypatch.setattr("tests.support.gateway.world.ROUTES", STORING_POSTS)
    world.restart()
    stored = ask(world, "/posts/x", ("X-Forwarded-Host", "evil"), ("Content-Type", "a/b"), method="POST")
    assert stored.stored
    ours = f"user-agent: brine/{__version__}\nx-forwarded-prefix: /posts\nvia: 1.1 brine\ncdn-loop: brine"
    assert stored.response.body == f"content-type: a/b\n{ours}".encode()
    assert ask(world, "/posts/x").response.body == stored.response.body


STORING_POSTS = """
[[route]]
name = "posts"
prefix = "/posts"
origin = "http://origin.test"
store_post = true
"""

SECRETS = ["Basic dXNlcjpodW50ZXIy", "session=hunter2", "hunter2"]


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "X-Token"])
def test_no_selecting_value_is_stored(name: str) -> None:
    items = MemoryItemStore()
    world = World({"/x": response(cache_control="public, max-age=60", vary=name)}, items=items)
    for number, secret in enumerate(SECRETS):
        assert ask(world, "/open/x", (name, secret)).stored, number
    kept = "".join(repr((place, vars_of(item))) for place, item in items.items.items())
    for secret in (*SECRETS, "dXNlcjpodW50ZXIy"):
        assert secret not in kept
        assert secret.encode().hex() not in kept
    for secret in SECRETS:
        assert ask(world, "/open/x", (name, secret)).result == "hit"
        world.restart()
        assert ask(world, "/open/x", (name, secret)).result == "hit"


def vars_of(item: object) -> dict[str, object]:
    return {name: getattr(item, name) for name in ("envelope", "route", "target", "tags", "generation", "evict_at")}


def test_the_hash_is_keyed_by_the_signing_key_and_by_the_url() -> None:
    def digests(keys: str, path: str) -> set[bytes | None]:
        world = World({path: response(cache_control="public, max-age=60", vary="x-kind")})
        world.keyring = Keyring.from_json(keys)
        world.restart()
        ask(world, f"/open{path}", ("X-Kind", "a"))
        [entry] = [entry for entry, _ in world.responses.store.memory._entries.values()]  # type: ignore[attr-defined]
        return set(entry.selection.digests)

    other = KEYS.replace("a secret", "another secret")
    assert digests(KEYS, "/x") == digests(KEYS, "/x")
    assert digests(KEYS, "/x").isdisjoint(digests(other, "/x") | digests(KEYS, "/y"))


def test_a_new_signing_key_ends_no_variant_and_a_retired_one_only_makes_misses() -> None:
    both = KEYS.replace("}", ', "2": "a second secret of the tests, long enough"}')
    world = World({"/x": response(cache_control="max-age=60", vary="x-kind")})
    for kind in "abc":
        ask(world, "/open/x", ("X-Kind", kind))
    world.keyring = Keyring.from_json(both)
    for _ in range(2):
        world.restart()
        assert [ask(world, "/open/x", ("X-Kind", kind)).result for kind in "abc"] == ["hit"] * 3
    assert ask(world, "/open/x", ("X-Kind", "d")).stored
    assert ask(world, "/open/x", ("X-Kind", "d")).result == "hit"
    world.keyring = Keyring.from_json('{"2": "a second secret of the tests, long enough"}')
    world.restart()
    assert [ask(world, "/open/x", ("X-Kind", kind)).stored for kind in "abcd"] == [True] * 4
    assert [ask(world, "/open/x", ("X-Kind", kind)).result for kind in "abcd"] == ["hit"] * 4


CONTROLS = [chr(code) for code in (*range(1, 9), 11, 12, *range(14, 32), 127)]


@pytest.mark.parametrize("control", CONTROLS, ids=repr)
def test_a_control_character_of_an_origin_is_a_blank_for_everybody(control: str) -> None:
    world = World({"/x": response(cache_control="max-age=60", x_note=f"a{control}b", etag=f'"{control}"')})
    for result in ("miss", "hit"):
        answer = ask(world, "/open/x")
        assert (answer.result, answer.response.fields.get("x-note")) == (result, "a b")
    world.restart()
    assert ask(world, "/open/x").response.fields.get("x-note") == "a b"


@pytest.mark.parametrize("control", ["\x01", "\x0b", "\x7f"], ids=repr)
@pytest.mark.parametrize(
    "lines",
    [
        {"cache_control": "no{}-store, max-age=60"},
        {"cache_control": "pri{}vate, max-age=60"},
        {"cache_control": "s-maxage=60{}"},
        {"cache_control": "max-age={}60"},
        {"cdn_cache_control": "s-maxage=60{}", "cache_control": "public, max-age=60"},
        {"expires": "Fri, 31 Dec 2100 00:00:00 GMT{}", "cache_control": "must-revalidate"},
    ],
)
def test_a_control_character_repairs_no_permission_and_hides_no_restriction(
    lines: dict[str, str], control: str
) -> None:
    world = World({"/x": response(200, b"x", **{name: value.replace("{}", control) for name, value in lines.items()})})
    assert not ask(world, "/open/x").stored


def test_a_control_character_in_expires_leaves_the_response_stale() -> None:
    """The grace of the route lets it stand in for errors, and for nothing else."""
    world = World({"/x": response(200, b"x", expires="Fri, 31 Dec 2100 00:00:00 GMT\x01")})
    assert [ask(world, "/open/x").result for _ in range(2)] == ["miss", "miss"]


@pytest.mark.parametrize("value", ["a\r\nset-cookie: b", "a\nb", "a\0", "\u0100"])
def test_a_line_break_of_an_origin_is_never_passed_on(value: str) -> None:
    world = World({"/x": response(cache_control="max-age=60", x_note=value)})
    answer = ask(world, "/open/x")
    assert (answer.problem, answer.response.status) == ("origin-malformed", 502)
    assert "set-cookie" not in answer.response.fields
    assert OriginMalformed.__name__ not in status_of(answer)


def test_a_stored_envelope_with_a_control_character_is_a_miss() -> None:
    world = World({"/x": response(cache_control="max-age=60")})
    ask(world, "/open/x")
    [place] = [place for place in world.items.items if place[1] == "main"]
    cache = world.responses.store
    stored = cache.codec.open(world.items.items[place].envelope, context=(place[0][2:], "main"), now=world.now)
    spoilt = stored.response.fields.with_line("x-note", "a\x01")
    assert isinstance(stored.response, Response)
    envelope = cache.codec.seal(
        replace(stored, fields=spoilt), context=(place[0][2:], "main"), now=world.now, expires_at=2**32 - 1
    )
    world.items.items[place] = replace(world.items.items[place], envelope=envelope)
    world.restart()
    answer = ask(world, "/open/x")
    assert (answer.result, answer.response.fields.get("x-note")) == ("miss", None)


ODD = [
    ("traceparent", '"><script>evil</script>'),
    ("tracestate", "evil=" + "x" * 8_000),
    ("cache-control", "no-transform, max-age=77"),
    ("if-range", '"evil"'),
    ("authorization", "evil"),
    ("accept", "evil/" + "x" * 8_000),
]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        *((line, status) for line in ODD for status in (400, 403, 431, 503)),
        *((line, status) for line in ODD[:-1] for status in (302, 404)),
        *((line, 200) for line in ODD[:3]),
    ],
)
def test_no_client_makes_the_origin_answer_otherwise_for_all(line: tuple[str, str], status: int) -> None:
    """The origin refuses any odd request, and gives the refusal a lifetime."""

    def answer(_address: OriginAddress, request: Request) -> Outcome:
        odd = {name for name, _ in ODD} - {"accept"}
        if any(name in odd or "evil" in value for name, value in request.fields):
            return response(status, b"odd", cache_control="max-age=60")
        return response(200, b"fine", cache_control="max-age=60")

    world = World()
    world.origin = MemoryOrigin(answer)
    world.restart()
    ask(world, "/api/x", line, ("range", "bytes=0-1"))
    ask(world, "/api/x", line)
    assert ask(world, "/api/x").response.body == b"fine"
