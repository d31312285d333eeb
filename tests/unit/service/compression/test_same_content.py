"""Whatever a client accepts and has, it ends with the content that a gateway without compression gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from brine.adapters.memory.origin import MemoryOrigin
from tests.support.gateway.codings import content
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from brine.domain.http.messages import Request, Response

ACCEPTED = st.sampled_from(
    [
        *("gzip", "br", "zstd", "gzip, deflate, br, zstd", "identity", "*", "gzip;q=0", "br;q=0.5, gzip;q=0.7", ""),
        *("identity;q=0, gzip", "gzip;q=0.2, identity;q=0.9", "deflate", None),
    ]
)
SIZES = st.sampled_from([0, 1, 900, 1_023, 1_024, 2_048, 5_000, 40_000])
VALIDATORS = st.sampled_from(["etag", "weak", "date", "both", "none"])
TYPES = st.sampled_from(["text/plain", "application/json", "image/png"])
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@dataclass
class Source:
    """An origin with one resource, which changes. It evaluates conditions itself."""

    size: int
    validator: str
    media: str
    version: int = 0

    def __call__(self, request: Request) -> Response:
        fields = {"content_type": self.media, "cache_control": "max-age=60"}
        tag = f'"v{self.version}"'
        if self.validator in {"etag", "both"}:
            fields["etag"] = tag
        if self.validator == "weak":
            fields["etag"] = f"W/{tag}"
        if self.validator in {"date", "both"}:
            fields["last_modified"] = DATE if self.version == 0 else f"Sun, 06 Nov 1994 08:50:{self.version:02} GMT"
        if fields.get("etag", "none") in request.fields.get("if-none-match", ""):
            return response(304, b"", **fields)
        body = (b"%d " % self.version) * (self.size // 2)
        return response(200, body, **fields, content_length=str(len(body)))


def world_of(source: Source, *, is_compressing: bool = True) -> World:
    world = World()
    world.origin = MemoryOrigin(lambda _, request: source(request))
    world.restart()
    if not is_compressing:
        restart_without_compression(world)
    return world


def restart_without_compression(world: World) -> None:
    world.restart()
    world.gateway = replace(world.gateway, coder=None)


class Clients:
    """A client of both gateways. It keeps what the compressing one gave, by tag, and validates it."""

    def __init__(self, source: Source) -> None:
        self.compressing = world_of(source)
        self.plain = world_of(source, is_compressing=False)
        self.kept: dict[str, bytes] = {}

    def wait(self) -> None:
        for world in (self.compressing, self.plain):
            world.now += 61

    def restart(self) -> None:
        self.compressing.restart()
        restart_without_compression(self.plain)

    def get(self, **fields: str) -> None:
        got = self.compressing.ask(**fields).response
        wanted = self.plain.ask().response
        tag = got.fields.get("etag")
        if got.status == 304:
            assert tag is None or self.kept[tag] == wanted.body
            return
        assert (got.status, content(got)) == (200, wanted.body)
        if tag is not None:
            self.kept[tag] = wanted.body

    def validate(self, **fields: str) -> None:
        self.get(**fields, **({"if_none_match": ", ".join(self.kept)} if self.kept else {}))

    def head(self, **fields: str) -> None:
        head = self.compressing.ask("/api/x", "HEAD", **fields).response
        self.plain.ask("/api/x", "HEAD")
        whole, wanted = self.compressing.ask(**fields).response, self.plain.ask().response
        assert content(whole) == wanted.body
        names = {"content-encoding", "etag", "vary", "content-type"}
        assert head.fields.only(names).lines == whole.fields.only(names).lines

    def range(self, **fields: str) -> None:
        wanted = self.plain.ask(range="bytes=2-5").response
        tag = next(reversed(self.kept), '"none"')
        for condition in ({}, {"if_range": tag}):
            got = self.compressing.ask(**fields, **condition, range="bytes=2-5").response
            if got.status == 206:
                assert got.body == wanted.body
                assert "content-encoding" not in got.fields
                assert not condition or self.kept.get(tag, b"")[2:6] == got.body


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["get", "get", "validate", "validate", "head", "range", "wait", "restart", "change"]), ACCEPTED
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(STEPS, SIZES, VALIDATORS, TYPES)
def test_the_client_ends_with_the_same_content(
    steps: list[tuple[str, str | None]], size: int, validator: str, media: str
) -> None:
    source = Source(size, validator, media)
    clients = Clients(source)
    for step, accepted in steps:
        match step:
            case "wait" | "restart":
                getattr(clients, step)()
            case "change":
                source.version += 1
            case _:
                getattr(clients, step)(**({} if accepted is None else {"accept_encoding": accepted}))
