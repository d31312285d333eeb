"""The behaviour that every Origin must have."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

import pytest

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.errors import OriginTimeout
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.routing.origin import OriginAddress
    from brine.ports.origins import Origin

type Application = Callable[[Request], Response]


class Served(Protocol):
    """Puts an application behind the adapter; gives the adapter and the address to ask."""

    def __call__(self, application: Application) -> tuple[Origin, OriginAddress]: ...


def soon() -> Deadline:
    return Deadline(time.monotonic() + 5, time.monotonic)


class OriginContract:
    """Each adapter's tests inherit this once and give the fixture `served`."""

    @pytest.mark.parametrize("status", [200, 203, 206, 299, 302, 404, 418, 499, 500, 503, 599, 999])
    def test_every_final_status_comes_back(self, served: Served, status: int) -> None:
        origin, address = served(lambda _: Response(status=status, body=b"x"))

        assert origin.fetch(address, Request(method="GET", path="/"), soon()).status == status

    @pytest.mark.parametrize(
        "body", [b"", b"\r\n\r\n", bytes(range(256)) * 2000], ids=["empty", "blank lines", "500 KB"]
    )
    def test_the_body_comes_back(self, served: Served, body: bytes) -> None:
        origin, address = served(lambda _: Response(status=200, body=body))

        assert origin.fetch(address, Request(method="GET", path="/"), soon()).body == body

    def test_repeated_fields_and_their_order_come_back(self, served: Served) -> None:
        lines = [
            ("set-cookie", "a=1"),
            ("x-b", "2"),
            ("set-cookie", "c=3; Path=/"),
            ("x-empty", ""),
            ("via", "1.1 \xe9\xff"),
        ]
        origin, address = served(lambda _: Response(status=200, fields=Fields(lines)))

        fields = origin.fetch(address, Request(method="GET", path="/"), soon()).fields

        assert [line for line in fields if line[0] != "content-length"] == lines

    @pytest.mark.parametrize(
        "target", ["/", "/a//b/../c;d", "/%2f%2F%c3%a4?", "/?a=b&a=%20+&%", "/'\"<>{}|^`\\", "/\xe4?\xff"]
    )
    def test_the_target_arrives_byte_for_byte(self, served: Served, target: str) -> None:
        seen: list[str] = []

        def application(request: Request) -> Response:
            seen.append(request.target)
            return Response(status=204)

        origin, address = served(application)
        path, mark, query = target.partition("?")
        origin.fetch(address, Request(method="GET", path=path, query=query if mark else None), soon())

        assert seen == [target]

    def test_method_fields_and_body_arrive(self, served: Served) -> None:
        seen: list[Request] = []

        def application(request: Request) -> Response:
            seen.append(request)
            return Response(status=201)

        origin, address = served(application)
        lines = [("accept", "a/b"), ("x-twice", "1"), ("x-twice", "\xe9 2")]
        body = bytes(range(256)) * 1000
        origin.fetch(address, Request(method="PATCH", path="/", fields=Fields(lines), body=body), soon())

        assert (seen[0].method, seen[0].body) == ("PATCH", body)
        assert [line for line in seen[0].fields if line[0] not in ("host", "content-length")] == lines

    @pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
    def test_a_response_that_has_no_body_has_none(self, served: Served, method: str, status: int) -> None:
        origin, address = served(lambda _: Response(status=status, fields=Fields([("etag", '"1"')]), body=b"abc"))

        response = origin.fetch(address, Request(method=method, path="/"), soon())

        assert (response.status, response.fields.get("etag"), response.body) == (status, '"1"', b"")

    def test_a_redirect_is_an_answer_like_others(self, served: Served) -> None:
        asked: list[str] = []

        def application(request: Request) -> Response:
            asked.append(request.path)
            return Response(status=301, fields=Fields([("location", "/b")]))

        origin, address = served(application)

        assert origin.fetch(address, Request(method="GET", path="/a"), soon()).fields.get("location") == "/b"
        assert asked == ["/a"]

    def test_nothing_is_sent_when_the_deadline_has_passed(self, served: Served) -> None:
        asked: list[Request] = []

        def application(request: Request) -> Response:
            asked.append(request)
            return Response(status=200)

        origin, address = served(application)

        with pytest.raises(OriginTimeout):
            origin.fetch(address, Request(method="GET", path="/"), Deadline(10.0, lambda: 10.0))
        assert asked == []
