"""A world whose origin answers by a function of the request, and requests whose header lines are written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.origin_memory import MemoryOrigin
from brine.domain.fields import Fields
from brine.domain.messages import Request, Response
from brine.ports import Deadline
from tests.unit.service.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.origin import OriginAddress
    from brine.service.answer import Answer

type Line = tuple[str, str]


def world_with(answer: Callable[[Request], Response]) -> World:
    """A world whose origin answers thus."""

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
