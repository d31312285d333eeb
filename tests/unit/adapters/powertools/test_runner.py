"""Functions as Powertools runs them: arguments, objects, responses, middlewares, handlers of exceptions, and errors."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from brine.app.app import App
from brine.errors import PartFailed
from brine.testing import Reply
from tests.support.gateway.parts import app_of, client_of

if TYPE_CHECKING:
    from brine.service.functions.async_fetch import AsyncFetch
    from brine.service.functions.fetch import Fetch

SECRET = "a secret of the function"


@dataclass(frozen=True)
class Basket:
    """A basket of the tests."""

    items: tuple[int, ...]
    owner: str = "me"


@dataclass(frozen=True)
class Wanted:
    """The content of a request of the tests."""

    count: int


def test_the_arguments_in_the_path_are_decoded_texts() -> None:
    client = app_of(lambda name, kind: [name, kind], "/w/<name>.<kind>").test()
    assert client.get("/w/a%20%C3%BC.tar.gz").json() == ["a ü.tar", "gz"]


def test_arguments_are_converted_by_their_annotations() -> None:
    def whole(number: int, limit: int = 3) -> int:
        return number * limit

    client = app_of(whole, "/w/<number>").test()
    assert client.get("/w/7").json() == 21
    assert client.get("/w/7?limit=2").json() == 14
    assert (client.get("/w/7").result, client.get("/w/7?limit=2").result) == ("hit", "hit")


@pytest.mark.parametrize("path", ["/w/x", "/w/7?limit=x"])
def test_an_argument_that_cannot_be_converted_is_a_422_that_is_not_stored(path: str) -> None:
    def whole(number: int, limit: int = 3) -> int:
        return number * limit

    client = app_of(whole, "/w/<number>").test()
    answer = client.get(path)
    assert (answer.status, answer.is_stored, answer.problem) == (422, False, None)
    assert answer.json()["detail"][0]["type"] == "int_parsing"


def test_the_content_of_a_request_becomes_an_argument() -> None:
    app = App()

    @app.post("/w")
    def write(wanted: Wanted) -> Basket:
        return Basket(tuple(range(wanted.count)))

    client = app.test()
    assert client.post("/w", {"count": 2}).json() == {"items": [0, 1], "owner": "me"}
    assert client.post("/w", {"count": "x"}).status == 422
    assert client.post("/w", b"{").status in {400, 422}
    assert client.post("/w").status == 422


def test_an_object_is_given_as_json_or_messagepack_from_one_stored_form() -> None:
    def whole() -> Basket:
        return Basket((1, 2))

    client = app_of(whole).test()
    plain, packed = client.get("/w"), client.get("/w", headers={"accept": "application/msgpack"})
    assert (plain.headers["content-type"], plain.json()) == ("application/json", {"items": [1, 2], "owner": "me"})
    assert (packed.result, packed.headers["content-type"]) == ("hit", "application/msgpack")
    assert b"items" in packed.content
    assert plain.headers["etag"] != packed.headers["etag"]
    assert client.get("/w").object() == packed.object() == Basket((1, 2))
    assert plain.headers["vary"] == "Accept"


@pytest.mark.parametrize("accept", ["text/html", "application/x-python-pickle", "application/vnd.brine.sealed"])
def test_no_sealed_object_reaches_a_client(accept: str) -> None:
    client = app_of(lambda: [SECRET]).test()
    for _ in range(2):
        answer = client.get("/w", headers={"accept": accept})
        assert (answer.status, answer.problem) == (406, "format-unacceptable")
        assert SECRET.encode() not in answer.content


def test_a_conditional_request_gets_304_and_a_function_that_made_the_same_object_too() -> None:
    client = app_of(lambda: [1]).test()
    tag = client.get("/w").headers["etag"]
    answer = client.get("/w", headers={"if-none-match": tag})
    assert (answer.status, answer.content, answer.result) == (304, b"", "hit")
    client.clock.advance("61s")
    answer = client.get("/w", headers={"if-none-match": tag})
    assert (answer.status, answer.content, len(client.runs)) == (304, b"", 2)
    assert client.get("/w", headers={"if-none-match": '"other"'}).status == 200


def test_head_runs_the_function_of_get_and_has_its_fields_and_no_content() -> None:
    client = app_of(lambda: [1]).test()
    cold = client.request("HEAD", "/w")
    got = client.get("/w")
    warm = client.request("HEAD", "/w")
    assert (cold.status, cold.content, warm.status, warm.content) == (200, b"", 200, b"")
    assert cold.headers["etag"] == got.headers["etag"] == warm.headers["etag"]
    assert warm.result == "hit"


def test_ranges_apply_to_content_as_made_and_not_to_objects() -> None:
    client = app_of(lambda: Response(200, "text/plain", "0123456789")).test()
    plain = {"accept": "text/plain"}
    assert client.get("/w", headers=plain).content == b"0123456789"
    part = client.get("/w", headers={**plain, "range": "bytes=2-4"})
    assert (part.status, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    client = app_of(lambda: [1]).test()
    assert (client.get("/w", headers={"range": "bytes=0-0"}).status, client.get("/w").json()) == (200, [1])


def test_a_response_of_powertools_passes_unchanged() -> None:
    headers: dict[str, str | list[str]] = {"X-One": "1", "Cache-Control": "max-age=9"}
    client = app_of(lambda: Response(203, "text/html", "<p>ü", headers=headers)).test()
    for accept in ("text/html", "*/*", "application/json", "application/msgpack"):
        answer = client.get("/w", headers={"accept": accept})
        assert (answer.status, answer.content) == (203, "<p>ü".encode())
        assert (answer.headers["content-type"], answer.headers["x-one"]) == ("text/html", "1")
    assert len(client.runs) == 1


def test_a_response_with_bytes_passes_unchanged() -> None:
    client = app_of(lambda: Response(200, "image/png", b"\x89\xff\x00")).test()
    assert client.get("/w", headers={"accept": "image/*"}).content == b"\x89\xff\x00"


def test_a_status_of_the_decorator() -> None:
    app = App()
    app.post("/w", name="w", status=201)(lambda: {"id": 1})
    assert app.test().post("/w").status == 201


def test_a_method_without_a_function_is_405_with_those_that_have_one() -> None:
    app = App()
    app.get("/w", name="w")(lambda: 1)
    app.put("/w", name="w")(lambda: 2)
    client = app.test()
    answer = client.request("DELETE", "/w")
    assert (answer.status, answer.headers["allow"], client.runs) == (405, "GET, HEAD, PUT", [("w", {})])
    app = App()
    app.post("/w", name="w")(lambda: 1)
    answer = app.test().get("/w")
    assert (answer.status, answer.headers["allow"], answer.is_stored) == (405, "POST", False)


def test_an_error_reaches_the_log_and_not_the_client() -> None:
    def whole() -> int:
        raise KeyError(SECRET)

    answer = app_of(whole).test().get("/w")
    assert (answer.status, answer.problem, repr(answer.error)) == (500, "function-failed", f"KeyError('{SECRET}')")
    text = answer.content + b"".join(f"{name}: {value}".encode() for name, value in answer.headers.items())
    assert not [word for word in (SECRET, "KeyError", "Traceback", ".py", "whole") if word.encode() in text]


def test_an_object_that_cannot_be_sealed_is_an_error_that_names_its_place() -> None:
    answer = app_of(lambda: {"a": [threading.Lock()]}).test().get("/w")
    assert (answer.status, answer.problem) == (500, "function-failed")
    assert "a" in str(answer.error)
    assert b"lock" not in answer.content


def test_an_object_whose_keys_are_no_texts_in_json_is_a_problem_without_names() -> None:
    client = app_of(lambda: {(1, 2): SECRET}).test()
    answer = client.get("/w")
    assert (answer.status, answer.problem) == (502, "origin-content-invalid")
    assert SECRET.encode() not in answer.content
    assert client.get("/w", headers={"accept": "application/msgpack"}).status == 200


def test_errors_of_powertools_are_responses_and_are_not_stored() -> None:
    def whole() -> int:
        raise NotFoundError("no such basket")

    client = app_of(whole).test()
    answer = client.get("/w")
    assert (answer.status, answer.json()["message"], answer.is_stored) == (404, "no such basket", False)


def test_negative_lifetimes_keep_a_404() -> None:
    def whole() -> int:
        raise NotFoundError("no such basket")

    client = app_of(whole, negative_lifetimes={404: "10s"}).test()
    assert (client.get("/w").is_stored, client.get("/w").result, len(client.runs)) == (True, "hit", 1)


def test_a_handler_of_exceptions_answers() -> None:
    app = app_of(lambda: 1 // 0)

    @app.exception_handler(ZeroDivisionError)
    def divided(error: ZeroDivisionError) -> Response[str]:
        return Response(418, "text/plain", "no zero")

    answer = app.test().get("/w")
    assert (answer.status, answer.content, answer.problem, answer.is_stored) == (418, b"no zero", None, False)


def test_a_failed_part_is_told_with_its_route_and_reason_unless_a_handler_takes_it() -> None:
    app = app_of(lambda fetch: fetch("a", "/").json())
    answer = app.test(fetch={"a": Reply(None, 404)}).get("/w")
    assert (answer.status, answer.problem) == (502, "part-failed")
    assert str(answer.error) == 'the part "a" failed: it answered 404'
    app = app_of(lambda fetch: fetch("a", "/").json())

    @app.exception_handler(PartFailed)
    def missing(error: PartFailed) -> Response[str]:
        return Response(error.status, "text/plain", f"no {error.route}")

    answer = app.test(fetch={"a": Reply(None, 404)}).get("/w")
    assert (answer.status, answer.content) == (404, b"no a")


def test_middlewares_run_around_the_function_and_not_on_a_hit() -> None:
    seen: list[str] = []

    def outer(app: Any, next_middleware: Any) -> Any:
        seen.append("outer")
        app.append_context(of="outer")
        return next_middleware(app)

    def inner(app: Any, next_middleware: Any) -> Any:
        seen.append(f"inner of {app.context['of']}")
        response = next_middleware(app)
        response.headers["X-Middleware"] = "1"
        return response

    app = app_of(lambda: 1, middlewares=[inner])
    app.use([outer])
    client = app.test()
    assert client.get("/w").headers["x-middleware"] == "1"
    assert client.get("/w").headers["x-middleware"] == "1"
    assert seen == ["outer", "inner of outer"]


def test_a_middleware_may_answer_instead_of_the_function() -> None:
    def refuse(app: Any, next_middleware: Any) -> Any:
        return Response(403, "text/plain", "no")

    app = app_of(lambda: 1 // 0, middlewares=[refuse], tags=lambda: [str(1 // 0)])
    assert app.test().get("/w").status == 403


def test_fetch_is_found_by_its_name_or_by_its_annotation() -> None:
    def typed(parts: Fetch) -> Any:
        return parts("a", "/").json()

    async def awaited(parts: AsyncFetch) -> Any:
        return (await parts("a", "/")).json()

    for function in (typed, awaited):
        function.__annotations__ = {"parts": "Fetch" if function is typed else "AsyncFetch"}
        assert client_of(function, a=1).get("/w").json() == 1


def test_many_threads_run_functions_side_by_side_each_with_its_own_request() -> None:
    together = threading.Barrier(20, timeout=60)

    def whole(name: str) -> str:
        together.wait()
        return name

    client = app_of(whole, "/w/<name>").test()
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda number: client.get(f"/w/{number}").json(), range(20)))
    assert answers == [str(number) for number in range(20)]


class SlowToDescribe:
    """A middleware whose description takes a while: Powertools describes each when it puts a stack together."""

    __name__ = "SlowToDescribe"

    def __call__(self, app: Any, next_middleware: Any) -> Any:
        return next_middleware(app)

    def __repr__(self) -> str:
        time.sleep(0.05)
        return self.__name__


def test_two_first_calls_of_a_function_at_once_leave_it_working() -> None:
    app = App()
    app.use([SlowToDescribe()])

    @app.get("/i/<name>")
    def inner(name: str) -> str:
        return name

    @app.get("/w")
    def whole(fetch: Fetch) -> list[str]:
        return [part.json() for part in fetch.all(("inner", "/i/1"), ("inner", "/i/2"))]

    client = app.test()
    assert client.get("/w").json() == ["1", "2"]
    assert client.get("/i/3").json() == "3"
