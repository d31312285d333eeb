"""A media file behind a gateway: an origin that answers ranges, and a body store that counts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.stores import MemoryBodyStore
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.domain.http.ranges import pieces_of_complete
from brine.errors import StoreThrottled
from brine.ports.deadline import Deadline
from tests.support.gateway.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.routing.origin import OriginAddress
    from brine.service.http_cache.answer import Answer


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that do not compress."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - no secret


@dataclass
class Media:
    """An origin with one file. It supports one range, If-Range and If-None-Match; `asked` has the Range of each GET.

    `meanwhile`: what happens once, while a response is on its way.
    """

    body: bytes
    tag: str | None = '"v1"'
    lifetime: str = "max-age=600"
    asked: list[str | None] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None
    tags: str | None = None

    def answer(self, _address: OriginAddress, request: Request) -> Response:
        response, meanwhile = self.answer_at_once(request), self.meanwhile
        if meanwhile is not None:
            self.meanwhile = None
            meanwhile()
        return response

    def answer_at_once(self, request: Request) -> Response:
        lines = [("cache-control", self.lifetime), ("content-type", "video/mp4")]
        if self.tag is not None:
            lines.append(("etag", self.tag))
        if self.tags is not None:
            lines.append(("cache-tag", self.tags))
        asked = request.fields
        if request.method == "HEAD":
            return Response(status=200, fields=Fields([*lines, ("content-length", str(len(self.body)))]))
        wanted = asked.get("range")
        self.asked.append(wanted)
        if self.tag is not None and asked.get("if-none-match") == self.tag:
            return Response(status=304, fields=Fields(lines))
        pieces = None
        if wanted is not None and asked.get("if-range", self.tag or "") == (self.tag or ""):
            pieces = pieces_of_complete(wanted, len(self.body))
        if pieces is None or len(pieces) > 1:
            return Response(status=200, fields=Fields(lines), body=self.body)
        if not pieces:
            return Response(status=416, fields=Fields([("content-range", f"bytes */{len(self.body)}")]))
        [piece] = pieces
        lines.append(("content-range", piece.content_range))
        return Response(status=206, fields=Fields(lines), body=self.body[piece.start : piece.stop])


class CountingBodies(MemoryBodyStore):
    """A body store that notes the size of each body read and written. `fails`: no body can be read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[int] = []
        self.writes: list[int] = []
        self.fails = False

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        self.reads.append(size)
        if self.fails:
            raise StoreThrottled("slow down")
        return super().read(digest, size)

    def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
        self.writes.append(len(body))
        super().write(digest, body)


@dataclass
class Cinema:
    """A gateway in front of a media file. `room`: bytes of a body that an answer can carry.

    `beside`: another environment, with the same table.
    """

    media: Media
    room: float = inf
    path: str = "/api/film"
    bodies: CountingBodies = field(default_factory=CountingBodies)

    beside: World | None = None
    inline_limit: int = 32_768

    def __post_init__(self) -> None:
        stores = {} if self.beside is None else {n: getattr(self.beside, n) for n in ("items", "leases", "stamps")}
        self.world = World(**stores, bodies=self.bodies, inline_limit=self.inline_limit, l1_bytes=64_000_000)
        self.world.origin = MemoryOrigin(self.media.answer)
        self.restart()

    def restart(self) -> None:
        """A new process."""
        self.world.restart()

    def get(self, wanted: str | None = None, *lines: tuple[str, str], method: str = "GET") -> Answer:
        """Request bytes of the file; without `wanted`, all of them."""
        fields = Fields([*lines, *([] if wanted is None else [("range", f"bytes={wanted}")])])
        deadline = Deadline(self.world.now + 29, lambda: self.world.now)
        request = Request(method=method, path=self.path, fields=fields)
        return self.world.gateway.serve(request, deadline, room=self.room)

    def hit(self, wanted: str | None = None, *lines: tuple[str, str], method: str = "GET") -> Response:
        """Request bytes that must come from the cache."""
        answer = self.get(wanted, *lines, method=method)
        assert answer.result == "hit", (wanted, answer)
        return answer.response
