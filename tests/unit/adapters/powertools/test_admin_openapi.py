"""The OpenAPI document of the admin API, held against its handlers by schemathesis: answers, statuses and refusals."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from brine.service.admin.api.operations import OPERATIONS
from brine.service.admin.api.schemas import EXPLANATION
from brine_cli.desk.desk import PATHS
from tests.support.gateway.world import response
from tests.unit.adapters.powertools.test_admin_resolver import Api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DOCUMENT = "/_brine/openapi.json"
NAMES = [operation.name for operation in OPERATIONS]
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@cache
def api() -> Api:
    """The admin API over a world with some stored responses."""
    made = Api()
    made.stored.answers.answer = lambda _: response(200, b"hello", cache_control="max-age=60", surrogate_key="orders")
    for path in ("/api/1", "/timed/1"):
        made.stored.world.ask(path)
    made.stored.world.ask("/ours/1", x_tenant="acme")
    return made


def wsgi(environ: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """The admin API as a WSGI application: a request becomes an event of an HTTP API."""
    if "HTTP_AUTHORIZATION" not in environ:  # API Gateway lets it not in
        start("403 Forbidden", [("Content-Type", "application/json")])
        return [b'{"message": "Forbidden"}']
    length = int(environ.get("CONTENT_LENGTH") or 0)
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": environ.get("QUERY_STRING", ""),
        "headers": {"content-type": environ.get("CONTENT_TYPE", "")},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "body": environ["wsgi.input"].read(length).decode("utf-8", "replace"),
        "isBase64Encoded": False,
    }
    result = api().resolver(event, None)
    status = HTTPStatus(result["statusCode"])
    start(f"{status.value} {status.phrase}", list(result["headers"].items()))
    return [result["body"].encode()]


@cache
def described() -> Any:
    """The schema that the admin API describes itself with."""
    return schemathesis.openapi.from_wsgi(DOCUMENT, wsgi, headers={"Authorization": "x"})


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return api()("GET", "openapi.json")[1]


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", [one.name for one in OPERATIONS if one.name != "explain"])
def test_the_handlers_keep_to_the_document(name: str, mode: GenerationMode) -> None:
    check(name, mode)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_an_explanation_keeps_to_the_document(mode: GenerationMode, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = EXPLANATION["required"]
    assert isinstance(needed, list)
    verdict = {"sentence": "A hit.", "action": "serve", "result": "hit"}
    explanation = dict.fromkeys(needed) | {"at": 1.0, "method": "GET", "target": "/", "verdict": verdict}
    monkeypatch.setattr(Api, "explain", lambda *_: explanation)
    check("explain", mode)


def check(name: str, mode: GenerationMode) -> None:
    """Send generated requests of one operation, and check each answer."""
    operation = next(one for one in OPERATIONS if one.name == name)
    schema = described()[operation.path][operation.method]
    checks = CHECKS.get_by_names(CHECKED)

    @EXAMPLES
    @seed(0)
    @given(case=schema.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        case.call_and_validate(checks=checks)

    run()


def test_every_operation_is_described_once_with_its_method() -> None:
    paths = document()["paths"]
    assert {(path, method.upper()) for path, methods in paths.items() for method in methods} == {
        (operation.path, operation.method) for operation in OPERATIONS
    }
    assert [one["operationId"] for methods in paths.values() for one in methods.values()] == NAMES


def test_the_document_is_valid() -> None:
    for methods in document()["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                for content in answer["content"].values():
                    jsonschema.Draft202012Validator.check_schema(content["schema"])
    assert json.dumps(document())


def test_the_twin_answers_all_operations() -> None:
    """But stats: those of the twin are its own, about live requests."""
    assert {*PATHS, "/_brine/stats"} == {operation.path for operation in OPERATIONS}
