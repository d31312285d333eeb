"""No web page of another machine gets at the twin or at its AWS emulator; the developer's own programs and pages do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from brine_cli.emulators.run import run_emulator
from brine_cli.twin import Twin
from tests.support.emulators.sdk import aws_client
from tests.unit.twin.api_gateway.signing import signed
from tests.unit.twin.wire import converse, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEMPLATE = Path(__file__).parent / "fixtures/template.yaml"
EVIL = "https://evil.test"
SECRET = "brine-dev-signingkeys"


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(template=TEMPLATE) as running:
        yield running


@pytest.fixture(scope="module")
def open_emulator() -> Iterator[str]:
    """moto as `brine emulators` starts it: at a URL that samconfig.toml knows, so without a secret path."""
    with run_emulator("moto", secret="", hosts=("host.docker.internal",)) as url:
        aws_client("secretsmanager", url).create_secret(Name=SECRET, SecretString="{}")
        yield url


def sent(url: str, request_line: str, headers: Mapping[str, str] | str = "", body: bytes = b"") -> tuple[int, bytes]:
    """Status and head with body. `headers` may be lines as they are, without any of our own but Connection."""
    lines = headers if isinstance(headers, str) else "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    text = f"{request_line}\r\n{lines}connection: close\r\n\r\n"
    answer = converse(url, text.encode("latin-1") + body)
    return int(answer.split(b" ", 2)[1]), answer


def asked_for_secrets(url: str, **headers: str) -> tuple[int, bytes]:
    """The answer to a signed ListSecrets, as an SDK would send it, with further or other header fields."""
    path = urlsplit(url).path or "/"
    body = b"{}"
    fields = {"x-amz-target": "secretsmanager.ListSecrets", "content-type": "application/x-amz-json-1.1"}
    fields = signed("a", url=url, method="POST", headers=fields, body=body, secret="b", service="secretsmanager")
    fields |= {"content-length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    return sent(url, f"POST {path} HTTP/1.1", fields, body)


@pytest.fixture(params=["twin", "emulator", "open emulator"])
def door(request: pytest.FixtureRequest, twin: Twin, open_emulator: str) -> str:
    """The URL of each server that listens."""
    return {"twin": twin.url, "emulator": str(twin.aws_endpoint), "open emulator": open_emulator}[request.param]


def test_an_sdk_reads_secrets(twin: Twin, open_emulator: str) -> None:
    for url in (str(twin.aws_endpoint), open_emulator):
        status, answer = asked_for_secrets(url)
        assert (status, SECRET.encode() in answer) == (200, True)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"origin": EVIL}, 403),
        ({"origin": "null"}, 403),
        ({"host": "evil.test"}, 421),
        ({"host": "evil.test:3000", "origin": "http://evil.test:3000", "sec_fetch_site": "same-origin"}, 421),
        ({"sec_fetch_site": "cross-site"}, 403),
    ],
)
def test_a_foreign_page_reads_no_secret_though_it_knows_everything(
    twin: Twin, open_emulator: str, fields: dict[str, str], expected: int
) -> None:
    for url in (str(twin.aws_endpoint), open_emulator):
        status, answer = asked_for_secrets(url, **fields)
        assert status == expected
        assert SECRET.encode() not in answer
        assert b"access-control-" not in answer.lower()


def preflight(url: str, origin: str) -> tuple[int, bytes]:
    fields = {"host": urlsplit(url).netloc, "origin": origin, "access-control-request-method": "POST"}
    wanted = {"access-control-request-headers": "authorization,x-amz-target,content-type"}
    return sent(url, f"OPTIONS {urlsplit(url).path or '/'} HTTP/1.1", fields | wanted)


def test_no_preflight_of_a_foreign_page_succeeds(door: str) -> None:
    for origin in (EVIL, "null", "http://localhost.evil.test"):
        status, answer = preflight(door, origin)
        assert status == 403
        assert b"access-control-" not in answer.lower()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_no_form_of_a_foreign_page_is_taken(door: str, content_type: str) -> None:
    form = b"Action=CreateQueue&QueueName=by-a-form&Version=2012-11-05"
    for site in ({"origin": EVIL}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        fields = {"host": urlsplit(door).netloc, "content-type": content_type, "content-length": str(len(form)), **site}
        assert sent(door, f"POST {urlsplit(door).path or '/'} HTTP/1.1", fields, form)[0] == 403


def test_no_web_socket_of_a_foreign_page_is_opened(door: str) -> None:
    fields = {
        "host": urlsplit(door).netloc,
        "origin": EVIL,
        "upgrade": "websocket",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "sec-websocket-version": "13",
    }
    assert sent(door, f"GET {urlsplit(door).path or '/'} HTTP/1.1", fields)[0] == 403


@pytest.mark.parametrize(
    ("version", "lines", "expected"),
    [
        ("1.1", "", 400),
        ("1.1", "host: {own}\r\nhost: evil.test\r\n", 400),
        ("1.1", "host: evil.test\r\nhost: {own}\r\n", 400),
        ("1.1", "host: {own}\r\nhost: {own}\r\n", 400),
        ("1.0", "", 400),
        ("1.0", "host: evil.test\r\n", 421),
        ("1.1", "HOST: EVIL.TEST\r\n", 421),
        ("1.1", "host: localhost.:{port}\r\n", 421),
        ("1.1", "host: user@{own}\r\n", 400),
        ("1.1", "host: [::1\r\n", 400),
        ("1.1", "host: 0.0.0.0:{port}\r\n", 421),
    ],
)
def test_hosts_that_are_not_ours(door: str, version: str, lines: str, expected: int) -> None:
    parts = urlsplit(door)
    own = lines.format(own=parts.netloc, port=parts.port)
    assert sent(door, f"GET {parts.path or '/'} HTTP/{version}", own)[0] == expected


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "bodies.localhost"])
def test_hosts_that_are_ours(twin: Twin, host: str) -> None:
    for url in (twin.url, str(twin.aws_endpoint)):
        parts = urlsplit(url)
        status, answer = sent(
            url, f"GET {parts.path}/about?X-Amz-Signature=x HTTP/1.1", {"host": f"{host}:{parts.port}"}
        )
        assert status in {200, 404}, answer
        assert b"Misdirected" not in answer


def test_a_target_with_a_foreign_authority(door: str) -> None:
    parts = urlsplit(door)
    for authority, expected in (("evil.test", 421), (f"user@{parts.netloc}", 400)):
        line = f"GET http://{authority}{parts.path or '/'} HTTP/1.1"
        assert sent(door, line, {"host": parts.netloc})[0] == expected


def test_a_page_of_this_machine_gets_its_answer(twin: Twin) -> None:
    fields = {"host": urlsplit(twin.url).netloc, "origin": "http://localhost:5173"}
    for request_line in ("GET /about HTTP/1.1", "OPTIONS /about HTTP/1.1"):
        assert sent(twin.url, request_line, {**fields, "access-control-request-method": "GET"})[0] == 200


def test_allowed_hosts_and_origins_are_answered_by_both() -> None:
    with Twin(template=TEMPLATE, allow_hosts=["box.test"], allow_origins=[EVIL]) as twin:
        fields = {"host": f"box.test:{urlsplit(twin.url).port}", "origin": EVIL}
        assert sent(twin.url, "GET /about HTTP/1.1", fields)[0] == 200
        assert asked_for_secrets(str(twin.aws_endpoint), origin=EVIL)[0] == 200
        assert sent(twin.url, "GET /about HTTP/1.1", {**fields, "origin": "https://evil.test:1"})[0] == 403


def test_without_its_path_the_emulator_answers_nobody(twin: Twin) -> None:
    whole = urlsplit(str(twin.aws_endpoint))
    assert len(whole.path) == 1 + 32
    for path in ("", "/", "/x", f"/x{whole.path}", whole.path[:-1], f"{whole.path}x", whole.path.upper()):
        if path != whole.path:
            status, answer = asked_for_secrets(whole._replace(path=path).geturl())
            assert (status, b"use the whole URL" in answer) == (403, True)
            assert whole.path[1:].encode() not in answer


def test_two_emulators_have_different_paths(twin: Twin) -> None:
    with run_emulator("moto") as other:
        assert urlsplit(other).path != urlsplit(str(twin.aws_endpoint)).path


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/moto-api/data.json",
        "/moto-api/reset",
        "/?Action=ListQueues&Version=2012-11-05",
        "/sqs_us-east-1/?Action=ListQueues&Version=2012-11-05",
        "/latest/meta-data/iam/security-credentials/",
    ],
)
def test_requests_that_a_link_can_make_are_refused_without_the_path(open_emulator: str, target: str) -> None:
    """Where the URL is known and no field shows that a browser sends it: an image on a page, a followed link."""
    for name in ("localhost", "host.docker.internal"):
        host = {"host": f"{name}:{urlsplit(open_emulator).port}"}
        for method in ("GET", "POST"):
            assert sent(open_emulator, f"{method} {target} HTTP/1.1", {**host, "content-length": "0"})[0] == 403


@pytest.mark.parametrize("path", ["/", "/sqs_us-east-1/", "/sqs_us-east-1", "/moto-api/", "/queue/"])
def test_a_link_that_looks_presigned_reaches_s3_alone(open_emulator: str, path: str) -> None:
    queues = aws_client("sqs", open_emulator)
    before = queues.list_queues().get("QueueUrls", [])
    query = "Action=CreateQueue&QueueName=by-a-link&Version=2012-11-05"
    signature = "X-Amz-Credential=a%2F20260101%2Fus-east-1%2Fsqs%2Faws4_request&X-Amz-Signature=0"
    host = {"host": urlsplit(open_emulator).netloc}
    _, answer = sent(open_emulator, f"GET {path}?{query}&{signature} HTTP/1.1", host)
    assert b"CreateQueueResponse" not in answer
    assert queues.list_queues().get("QueueUrls", []) == before


def test_presigned_links_work_with_and_without_a_path(twin: Twin, open_emulator: str) -> None:
    for url in (str(twin.aws_endpoint), open_emulator):
        s3 = aws_client("s3", url)
        s3.create_bucket(Bucket="links")
        s3.put_object(Bucket="links", Key="a b/\xfc", Body=b"content")
        link = s3.generate_presigned_url("get_object", Params={"Bucket": "links", "Key": "a b/\xfc"})
        parts = urlsplit(link)
        status, answer = sent(url, f"GET {parts.path}?{parts.query} HTTP/1.1", {"host": parts.netloc})
        assert (status, split(answer)[2].endswith(b"content")) == (200, True)


def test_browsers_run_no_script_in_what_emulators_answer(twin: Twin) -> None:
    """A page in a bucket, or one that a link spells out for httpbin, would be a page of this machine."""
    s3 = aws_client("s3", str(twin.aws_endpoint))
    s3.put_object(Bucket=twin.resources["Bodies"], Key="page", Body=b"<script>", ContentType="text/html")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": twin.resources["Bodies"], "Key": "page"})
    for url in (link, f"{twin.httpbin}/base64/PHNjcmlwdD4="):
        parts = urlsplit(url)
        _, answer = sent(url, f"GET {parts.path}?{parts.query} HTTP/1.1", {"host": parts.netloc})
        head, _, body = answer.partition(b"\r\n\r\n")
        assert (b"text/html" in head, b"<script>" in body) == (True, True)
        assert b"\r\ncontent-security-policy: sandbox\r\n" in head + b"\r\n"


LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
SANDBOX = {b"content-security-policy: sandbox", b"x-content-type-options: nosniff"}


@pytest.mark.parametrize(
    "fields",
    [
        {**LINK, "sec-fetch-site": "cross-site"},
        {**LINK, "sec-fetch-site": "none"},  # as for a link in a mail
        {**LINK, "sec-fetch-site": "same-origin"},
        {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin"},
        {"user-agent": "Mozilla/5.0 (Macintosh) Version/15.6 Safari/605.1.15"},  # knows no Fetch Metadata
    ],
)
@pytest.mark.parametrize("path", ["/about", "/nothing-is-here"])
def test_browsers_run_no_script_in_a_page_of_the_twin(twin: Twin, fields: dict[str, str], path: str) -> None:
    """The gateway removes the fields that its origin names in Connection, so the twin adds these for any answer."""
    _, answer = sent(twin.url, f"GET {path} HTTP/1.1", {"host": urlsplit(twin.url).netloc, **fields})
    assert set(split(answer)[1]) >= SANDBOX


@pytest.mark.parametrize(
    "fields",
    [
        {
            "sec-fetch-mode": "cors",
            "sec-fetch-dest": "empty",
            "sec-fetch-site": "same-origin",
            "user-agent": "Mozilla/5.0",
        },
        {"sec-fetch-mode": "cors", "sec-fetch-site": "same-site", "origin": "http://localhost:5173"},
        {"user-agent": "curl/8.5.0"},
        {},
    ],
)
def test_a_request_other_than_for_a_page_gets_the_answer_unchanged(twin: Twin, fields: dict[str, str]) -> None:
    _, answer = sent(twin.url, "GET /about HTTP/1.1", {"host": urlsplit(twin.url).netloc, **fields})
    assert SANDBOX.isdisjoint(split(answer)[1])


def test_a_refusal_tells_an_sdk_what_to_do(twin: Twin) -> None:
    whole = urlsplit(str(twin.aws_endpoint))
    with pytest.raises(ClientError, match="use the whole URL"):
        aws_client("secretsmanager", whole._replace(path="").geturl()).list_secrets()


def test_a_refusal_is_told_to_the_client_and_on_the_console() -> None:
    console: list[str] = []
    with Twin(template=TEMPLATE, report=console.append) as twin:
        fields = {"host": urlsplit(twin.url).netloc, "origin": EVIL}
        _, answer = sent(twin.url, "GET /about HTTP/1.1", fields)
    told = json.loads(split(answer)[2])
    assert told["message"] == "Forbidden"
    assert f"--allow-origin {EVIL}." in told["twin"]
    assert console == [f"GET /about -> 403: {told['twin']}"]


@pytest.mark.parametrize("page", ["GET /_brine/", "GET /_brine/stats", "POST /_brine/purge", "POST /_brine/invoke/x"])
def test_another_page_of_this_machine_does_not_reach_the_twins_own_pages(twin: Twin, page: str) -> None:
    host = urlsplit(twin.url).netloc
    for origin, is_refused in ((f"http://{host}", False), ("http://localhost:8000", True), ("", False)):
        fields = {"host": host, "content-type": "text/plain", "content-length": "2"}
        fields |= {"origin": origin} if origin else {}
        assert (sent(twin.url, f"{page} HTTP/1.1", fields, b"{}")[0] == 403) == is_refused
