"""The admin function's handler: it answers the sample events as the gateway's operator, and logs who did what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from brine.service.admin.api.schemas import EXPLANATION
from tests.support.events import load_event
from tests.support.loopback import Loopback, answering_always
from tests.unit.functions.invoking import KEYS, Output, running, variables_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.emulators.aws import Emulator
    from tests.unit.functions.invoking import Invoker

FUNCTIONS = Path(__file__).parents[3] / "functions"
OPERATOR = "arn:aws:sts::123456789012:assumed-role/operator/ana"
CHECKS = ("table", "keys of gateway", "keys of functions of yours")
ANSWER = (
    b"HTTP/1.1 200 OK\r\ncache-control: max-age=60\r\nsurrogate-key: order-7\r\ncontent-type: text/plain\r\n"
    b"content-length: 6\r\n\r\nhushed"
)
ROUTES = '[[route]]\nname = "api"\nprefix = "/api"\norigin = "{origin}"\n'


class Deployed:
    """A gateway and an admin function on the same stores."""

    def __init__(self, gateway: Invoker, admin: Invoker, output: Output) -> None:
        self.gateway, self.admin, self.output = gateway, admin, output

    def get(self, path: str = "/api/cache/60") -> str:
        """The Cache-Status of an answer of the gateway."""
        event = load_event("http-api/get-api.json")
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        status: str = self.gateway(event)["headers"]["cache-status"]
        return status

    def ask(self, sample: str, **changes: object) -> tuple[int, dict[str, Any]]:
        """The status and the document of an answer to a sample event with these changes."""
        answer = self.admin(load_event(f"http-api/admin-{sample}.json") | changes)
        return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def deployed(emulator: Emulator, tmp_path: Path) -> Iterator[Deployed]:
    with Loopback(answering_always(ANSWER)) as origin:
        routes = tmp_path / "routes.toml"
        routes.write_text(ROUTES.format(origin=origin.address))
        variables = variables_on(emulator, routes) | {"BRINE_PURGE_DELTA": "0"}
        secret = emulator.create_secret(f"{variables['BRINE_TABLE']}-functions", KEYS.replace("of the", "of other"))
        own = variables | {"BRINE_FUNCTION_KEYS_SECRET": secret, "POWERTOOLS_SERVICE_NAME": "admin"}
        own["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"  # an audit line is written whatever the level is
        output = Output()
        with (
            running(variables, tmp_path / "g", Output(), code=FUNCTIONS / "gateway", handler="app.handler") as gateway,
            running(own, tmp_path / "a", output, code=FUNCTIONS / "admin", handler="app.handler") as admin,
        ):
            yield Deployed(gateway, admin, output)


def test_an_operator_finds_explains_and_purges_a_response(deployed: Deployed) -> None:
    assert deployed.ask("health") == (
        200,
        {
            "status": "ok",
            "checks": [{"check": name, "error": None} for name in CHECKS],
        },
    )
    assert deployed.ask("explain")[1]["verdict"]["result"] == "miss"
    assert deployed.get().startswith("brine; fwd=uri-miss")
    (item,) = deployed.ask("stored")[1]["items"]
    assert (item["url"], item["function"], item["tags"]) == ("/api/cache/60", "gateway", ["order-7"])
    explained = deployed.ask("explain")[1]
    assert (explained["verdict"]["result"], explained["api"]["route"]) == ("hit", "$default")
    jsonschema.validate(explained, EXPLANATION)
    preview = deployed.ask("purge-preview")[1]
    assert (preview["count"], preview["stamps"]) == (1, ["route:api"])
    assert deployed.get().startswith("brine; hit")
    assert deployed.ask("purge")[1]["target"] == "/cache/60"
    assert deployed.get().startswith("brine; fwd=uri-miss")


def test_each_request_and_each_purge_is_logged_with_its_operator_and_without_what_was_purged(
    deployed: Deployed,
) -> None:
    deployed.ask("purge-preview")
    deployed.ask("purge")
    deployed.ask("purge", body=json.dumps({"tag": "order-7", "tenant": "acme", "soft": True}))
    deployed.ask("purge", body=json.dumps({"route": "api"}))
    deployed.ask("purge", body="{}")
    deployed.ask("health", requestContext=load_event("http-api/get-jwt.json")["requestContext"])
    lines = deployed.output.log
    assert [line["message"] for line in lines] == [
        "administered",
        *["purged", "administered"] * 3,
        *["administered"] * 2,
    ]
    purged = [line for line in lines if line["message"] == "purged"]
    assert {line["principal"] for line in purged} == {OPERATOR}
    assert [line["by"] for line in purged] == ["url", "tag", "route"]
    assert [line.get("route") for line in purged] == [None, None, "api"]
    assert [(line["soft"], line.get("for_tenant"), line["done"]) for line in purged] == [
        (False, None, True),
        (True, True, True),
        (False, None, True),
    ]
    assert [line["status"] for line in lines if line["message"] == "administered"] == [200, 200, 200, 200, 400, 200]
    assert [lines[-2]["operation"], lines[-1]["principal"]] == ["purge", "user-1"]
    assert all(line["request_id"] for line in lines)
    for secret in ("/api/cache/60", "order-7", "acme"):
        assert secret not in "\n".join(deployed.output.lines)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("console.html", "text/html; charset=utf-8"),
        ("console.js", "text/javascript; charset=utf-8"),
        ("console.json", "application/json"),
    ],
)
def test_the_console_is_served_with_its_policy(deployed: Deployed, path: str, kind: str) -> None:
    event = load_event("http-api/admin-health.json")
    event["rawPath"] = event["requestContext"]["http"]["path"] = f"/_brine/{path}"
    answer = deployed.admin(event)
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, kind)
    assert answer["headers"]["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert path != "console.json" or json.loads(answer["body"]) == {"live": False}


def test_an_event_that_is_no_request_gets_a_problem(deployed: Deployed) -> None:
    events: list[object] = [{}, [], {"Records": []}]
    for event in events:
        answer = deployed.admin(event)
        assert (answer["statusCode"], json.loads(answer["body"])["type"]) == (400, "urn:brine:problem:event-invalid")


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/exchange/orders", "the exchange answers /exchange/orders, and not the gateway."),
        ("/_brine/health", "this admin function answers /_brine/health, and not the gateway."),
    ],
)
def test_a_request_that_reaches_another_function_is_not_explained(deployed: Deployed, path: str, detail: str) -> None:
    assert deployed.ask("explain", body=json.dumps({"url": path}))[1]["detail"] == detail


def test_an_explanation_has_the_fields_of_the_client_and_not_those_of_the_operator(deployed: Deployed) -> None:
    asked = {"url": "/api/a%20b?x=1", "method": "POST", "headers": [["X-One", "1"], ["Cookie", "a=b"]], "body": "{}"}
    explained = deployed.ask("explain", body=json.dumps(asked))[1]
    sent = {one["name"]: one["fate"] for one in explained["upstream"]["fields"]}
    assert (sent["x-one"], sent["cookie"]) == ("kept", "kept")
    assert not {"x-amz-date", "authorization"} & sent.keys()
    assert (explained["method"], explained["target"]) == ("POST", "/api/a%20b?x=1")
    assert explained["upstream"]["target"] == "/a%20b?x=1"


def test_an_explanation_of_a_signed_path_says_so(deployed: Deployed) -> None:
    api = deployed.ask("explain", body=json.dumps({"url": "/signed/x"}))[1]["api"]
    assert api == {"route": "ANY /signed/{proxy+}", "function": "the gateway", "authorizer": "AWS_IAM"}
