"""A world with an origin that answers by a function of the request, and requests with all header lines written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.ports.deadline import Deadline
from tests.support.gateway.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.routing.origin import OriginAddress
    from brine.service.http_cache.answer import Answer

type Line = tuple[str, str]


def world_with(answer: Callable[[Request], Response]) -> World:
    """A world with an origin that answers by this function."""

    def fetch(_address: OriginAddress, request: Request) -> Response:
        return answer(request)

    world = World()
    world.origin = MemoryOrigin(fetch)
    world.restart()
    return world


def reply(status: int, *lines: Line, body: bytes = b"") -> Response:
    return Response(status=status, fields=Fields(lines), body=body)


def ask(world: World, *lines: Line, method: str = "GET", path: str = "/api/x") -> Answer:
    request = Request(method=method, path=path, fields=Fields(lines))
    return world.gateway.serve(request, Deadline(world.now + 29, lambda: world.now))
