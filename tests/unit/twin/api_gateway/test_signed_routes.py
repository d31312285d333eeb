"""A route with AWS_IAM, over HTTP: the event has the signer, and unsigned requests are refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from brine_cli.twin import Twin
from tests.unit.twin.api_gateway.signing import signed
from tests.unit.twin.wire import converse, split

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parents[1] / "fixtures/signed.yaml"


@pytest.fixture(scope="module")
def twin(console: list[str]) -> Iterator[Twin]:
    with Twin(template=TEMPLATE, report=console.append) as running:
        yield running


def send(twin: Twin, path: str, headers: dict[str, str], *, method: str = "GET", body: bytes = b"") -> tuple[int, Any]:
    lines = {"host": urlsplit(twin.url).netloc, "connection": "close", **headers}
    if body:
        lines["content-length"] = str(len(body))
    head = "\r\n".join([f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "", ""])
    status, _, content = split(converse(twin.url, head.encode("latin-1") + body))
    return int(status.split()[1]), json.loads(content)


def test_a_signed_request_gives_its_principal(twin: Twin) -> None:
    body = b'{"id": 1}'
    path = "/exchange/orders?wait=20"
    headers = signed(url=twin.url + path, method="POST", headers={"content-type": "application/json"}, body=body)
    status, event = send(twin, path, headers, method="POST", body=body)
    assert status == 200
    iam = event["requestContext"]["authorizer"]["iam"]
    assert (iam["accessKey"], iam["userArn"]) == ("producer", "arn:aws:iam::123456789012:user/producer")
    assert (event["body"], event["rawQueryString"]) == ('{"id": 1}', "wait=20")
    assert "authorization" not in event["headers"]
    assert event["headers"]["x-amz-date"] == headers["x-amz-date"]


def test_an_unsigned_request(twin: Twin, console: list[str]) -> None:
    console.clear()
    assert send(twin, "/exchange/orders", {}) == (403, {"message": "Forbidden"})
    assert console == ["GET /exchange/orders -> 403: it has no Authorization field with a signature of version 4"]


def test_a_signature_for_another_method(twin: Twin) -> None:
    assert send(twin, "/", signed(url=f"{twin.url}/"), method="DELETE") == (403, {"message": "Forbidden"})


@pytest.mark.parametrize(("method", "path"), [("GET", "/open"), ("OPTIONS", "/preflight"), ("GET", "/other")])
def test_open_routes_beside_it(twin: Twin, method: str, path: str) -> None:
    status, event = send(twin, path, {"authorization": "Bearer x"}, method=method)
    assert status == 200
    assert "authorizer" not in event["requestContext"]
    assert event["headers"]["authorization"] == "Bearer x"


def test_a_route_that_asks_for_it_by_itself(twin: Twin) -> None:
    assert send(twin, "/chosen", {}, method="OPTIONS")[0] == 403
    assert send(twin, "/chosen", signed(url=f"{twin.url}/chosen", method="OPTIONS"), method="OPTIONS")[0] == 200


def curl(*arguments: str) -> tuple[int, Any]:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not on the PATH")
    command = [program, "--silent", "--max-time", "20", "--write-out", "\n%{http_code}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "option --aws-sigv4: is unknown" in done.stderr:
        pytest.skip("this curl is older than 7.75 and cannot sign")
    assert done.returncode == 0, done.stderr
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


@pytest.mark.parametrize(("key", "principal"), [("consumer", "user/consumer"), ("s@role", "assumed-role/role/s")])
def test_curl(twin: Twin, key: str, principal: str) -> None:
    scope = "aws:amz:us-east-1:execute-api"
    content = ["--json", '{"name": "x"}', "-H", "x-amz-security-token: t"]
    status, event = curl("--aws-sigv4", scope, "--user", f"{key}:test", *content, f"{twin.url}/exchange/orders?a=1&b=2")
    assert (status, event["body"]) == (200, '{"name": "x"}')
    assert event["requestContext"]["authorizer"]["iam"]["userArn"].endswith(f":{principal}")
    assert curl("--aws-sigv4", scope, "--user", f"{key}:guessed", *content, twin.url)[0] == 403
