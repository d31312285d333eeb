from __future__ import annotations

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.http.messages import Request, Response
from brine.domain.routing.origin import OriginAddress
from brine.errors import OriginTimeout, OriginUnreachable
from brine.ports.deadline import Deadline

ADDRESS = OriginAddress(scheme="http", host="origin.test", port=80)
SOON = Deadline(1.0, lambda: 0.0)


def test_a_table_gives_the_outcome_for_a_target_and_notes_the_request() -> None:
    origin = MemoryOrigin({"/a?b": Response(status=200, body=b"x"), "/down": OriginUnreachable("refused")})
    request = Request(method="GET", path="/a", query="b")

    assert origin.fetch(ADDRESS, request, SOON).body == b"x"
    assert origin.fetch(ADDRESS, Request(method="GET", path="/a"), SOON).status == 404
    with pytest.raises(OriginUnreachable, match="refused"):
        origin.fetch(ADDRESS, Request(method="GET", path="/down"), SOON)
    assert len(origin.requests) == 3
    assert origin.requests[0] == (ADDRESS, request)


def test_a_function_may_answer_by_what_came_before() -> None:
    origin = MemoryOrigin(lambda _, __: Response(status=200) if len(origin.requests) > 1 else OriginTimeout("slow"))

    with pytest.raises(OriginTimeout):
        origin.fetch(ADDRESS, Request(method="GET", path="/"), SOON)
    assert origin.fetch(ADDRESS, Request(method="GET", path="/"), SOON).status == 200
