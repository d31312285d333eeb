"""Explanations of routes that convert formats, and of requests in envelopes, which are not used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.service.admin.explain.explainer import Explainer
from tests.support.gateway.world import response
from tests.unit.service.transcoding.test_sealed_requests import ACCOUNT, SHOP, accepting, seal, send
from tests.unit.service.transcoding.world import JSON, MSGPACK, SEALED, transcoding_world

if TYPE_CHECKING:
    from tests.support.gateway.world import World

BODY = b'{"id": "A-1"}'


def explainer(world: World) -> Explainer:
    return Explainer(gateway=world.gateway, in_process=True)


def test_the_origin_gets_its_own_format() -> None:
    world = transcoding_world()
    world.outcomes["/x"] = response(200, BODY, content_type=JSON)
    request = Request(method="GET", path="/json/x", fields=Fields([("accept", MSGPACK), ("accept-encoding", "gzip")]))
    explained = explainer(world).explain(request)
    assert explained.upstream is not None
    sent = {one.name: (one.fate, one.value) for one in explained.upstream.fields}
    assert sent["accept"] == ("changed", JSON)
    assert sent["accept-encoding"] == ("changed", "identity")
    answer = world.ask("/json/x", accept=MSGPACK, accept_encoding="gzip")
    assert (answer.result, explained.verdict.result) == ("miss", "miss")
    [(_, received)] = world.origin.requests
    assert received.fields.get("accept") == JSON
    assert explainer(world).explain(request).verdict.result == "hit"


def test_a_format_that_is_not_there_is_a_problem() -> None:
    request = Request(method="GET", path="/packed/x", fields=Fields([("accept", "text/html")]))
    explained = explainer(transcoding_world()).explain(request)
    assert (explained.verdict.action, explained.verdict.problem) == ("problem", "format-unacceptable")


def test_an_envelope_is_not_used_up() -> None:
    world, envelope = accepting(transcoding_world()), seal()
    request = Request(
        method="POST",
        path="/sealed/orders",
        query="x=1",
        fields=Fields([("content-type", SEALED), ("accept", JSON)]),
        body=envelope,
        principal={"iam:user": SHOP},
    )
    for _ in range(2):
        explained = explainer(world).explain(request, account=ACCOUNT)
        assert (explained.verdict.action, explained.verdict.result) == ("forward", "pass")
    assert send(world, envelope).response.status == 200
    altered = Request(
        method="POST",
        path="/sealed/orders",
        query="x=1",
        fields=request.fields,
        body=envelope[:-1] + b"!",
        principal={"iam:user": SHOP},
    )
    assert explainer(world).explain(altered, account=ACCOUNT).verdict.problem == "seal-refused"
