"""A probe fetches few responses, politely, and keeps the fields that decide about their storing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.errors import OriginUnreachable
from brine_cli.errors import CommandError
from brine_cli.replay.origins.probe import PAUSE, ProbePlan, popular_targets, probe, probed_routes
from brine_cli.replay.origins.samples import OriginSample, Samples, read_samples
from brine_cli.replay.rows import Row

if TYPE_CHECKING:
    from pathlib import Path

    from brine.adapters.memory.origin import Outcome

ROUTES = parse_routes(
    '[[route]]\nname = "shop"\nprefix = "/shop"\norigin = "http://origin.test/v1"\n'
    '[[route]]\nname = "other"\nprefix = "/other"\norigin = "http://other.test"\n',
    {},
)
PAGE = Response(
    status=200,
    fields=Fields([("Cache-Control", "max-age=60"), ("Set-Cookie", "id=secret"), ("X-Powered-By", "PHP")]),
    body=b"hello",
)


def get(target: str, status: int = 200, method: str = "GET") -> Row:
    return Row(1.0, method, target, status, 5)


def probed(outcomes: dict[str, Outcome], targets: list[str], *what: str, samples: Samples | None = None) -> list[str]:
    """The requests that the origins got."""
    origin, pauses = MemoryOrigin(outcomes), list[float]()
    probe(
        targets,
        probed_routes(ProbePlan(what=what), ROUTES),
        ROUTES,
        samples if samples is not None else Samples(),
        origin=origin,
        clock=lambda: 100.0,
        sleep=pauses.append,
    )
    assert pauses == [PAUSE] * len(origin.requests)
    return [f"{address} {request.method} {request.target}" for address, request in origin.requests]


def test_the_most_requested_targets_of_each_route_are_fetched() -> None:
    rows = [
        get("/shop/a"),
        get("/shop/b"),
        get("/shop/b"),
        get("/shop/c", 404),
        get("/shop/d", 200, "POST"),
        get("/other/x"),
    ]
    routes = probed_routes(ProbePlan(what=("shop",)), ROUTES)
    assert popular_targets([rows[:3], rows[3:]], routes, ROUTES, 1) == ["/shop/b"]
    assert popular_targets([rows], routes, ROUTES, 9) == ["/shop/b", "/shop/a"]


def test_a_sample_keeps_the_fields_that_decide_and_no_value_of_a_cookie() -> None:
    samples = Samples()
    sent = probed({"/v1/a?x=1": PAGE}, ["/shop/a?x=1"], "shop", samples=samples)
    assert sent == ["http://origin.test GET /v1/a?x=1"]
    assert samples.by_target == {
        "/shop/a?x=1": OriginSample(200, (("cache-control", "max-age=60"), ("set-cookie", "left-out=1")), 5, 0.0)
    }


def test_a_target_with_a_sample_is_not_fetched_again() -> None:
    samples = Samples({"/shop/a": OriginSample(200, (), 5, 0.1)})
    assert probed({}, ["/shop/a"], "all", samples=samples) == []


def test_a_url_stands_for_the_origins_of_all_routes() -> None:
    sent = probed({"/stage/a": PAGE, "/stage/x": PAGE}, ["/shop/a", "/other/x"], "https://staging.test:8443/stage")
    assert sent == ["https://staging.test:8443 GET /stage/a", "https://staging.test:8443 GET /stage/x"]


def test_an_origin_that_fails_three_times_gets_no_more_requests() -> None:
    failing: dict[str, Outcome] = {f"/v1/{name}": OriginUnreachable("refused") for name in "abcde"}
    with pytest.raises(
        CommandError, match=r"the origin of the route shop does not answer /shop/c: refused\. Check its"
    ):
        probed(failing, [f"/shop/{name}" for name in "abcde"], "shop")


@pytest.mark.parametrize(
    ("what", "why"), [("shp", "A has no route of this name"), ("ftp://h.test", "no http or https")]
)
def test_a_wrong_value_is_refused(what: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        probed_routes(ProbePlan(what=(what,)), ROUTES)


def test_samples_are_written_and_read(tmp_path: Path) -> None:
    file = tmp_path / "samples.json"
    samples = Samples({"/shop/a": OriginSample(200, (("etag", '"1"'),), 5, 0.125)})
    samples.write(file)
    assert read_samples(file) == samples


@pytest.mark.parametrize("text", ["", "{}", '{"version": 2, "responses": {}}', '{"version": 1, "responses": {"a": 1}}'])
def test_another_file_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "samples.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=r"this is not a file of samples.*Delete it, and make it anew with --probe"):
        read_samples(file)


def test_a_target_without_a_sample_gets_that_of_the_nearest_path() -> None:
    near, far = OriginSample(200, (("etag", '"near"'),), 5, 0.1), OriginSample(200, (), 5, 0.1)
    samples = Samples(
        {"/shop/products/1": near, "/shop/search?q=a": far, "/shop/products/9": OriginSample(404, (), 0, 0.1)}
    )
    assert samples.of("/shop/products/2") == near
    assert samples.of("/shop/other") in {near, far}
    assert samples.of("/account") is None
