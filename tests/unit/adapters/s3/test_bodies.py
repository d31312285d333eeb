from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from brine.adapters.aws.errors import AwsError
from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1 import HttpClient, RawResponse
from brine.adapters.s3.bodies import S3BodyStore
from brine.domain.http.fields import Fields
from brine.errors import ConfigError, StoreThrottled, StoreUnavailable
from tests.support.aws_answers import http, xml_error
from tests.support.emulators.aws import lean
from tests.support.loopback import Loopback, answering_always

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.http1 import HttpLimits, RawRequest
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline

type AwsAt = Callable[[Loopback], Aws]

BODY = b"the body"
DIGEST = sha256(BODY).digest()


def read(aws_at: AwsAt, answer: bytes) -> bytes | None:
    with Loopback(answering_always(answer)) as server:
        aws = aws_at(server)
        try:
            return S3BodyStore(aws, "bodies").read(DIGEST, len(BODY))
        finally:
            aws.transport.close()


def write(aws_at: AwsAt, answer: bytes) -> bytes:
    with Loopback(answering_always(answer)) as server:
        aws = aws_at(server)
        try:
            S3BodyStore(aws, "bodies").write(DIGEST, BODY)
        finally:
            aws.transport.close()
    return server.requests[0]


def test_a_missing_object_is_none(aws_at: AwsAt) -> None:
    assert read(aws_at, xml_error("NoSuchKey", 404)) is None


def test_an_object_larger_than_expected_is_not_read(aws_at: AwsAt) -> None:
    announced = b"HTTP/1.1 200 OK\r\ncontent-length: 5000000000\r\n\r\n"

    assert read(aws_at, announced) is None


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (xml_error("AccessDenied", 403), "AccessDenied"),
        (xml_error("NoSuchBucket", 404), "NoSuchBucket"),
        (xml_error("PermanentRedirect", 301), "PermanentRedirect"),
        (http(404, b""), "unknown"),
    ],
)
def test_a_mistake_in_the_setup_is_no_miss(aws_at: AwsAt, answer: bytes, code: str) -> None:
    with pytest.raises(StoreUnavailable, match=f"GetObject: {code}"):
        read(aws_at, answer)


def test_slow_down_is_throttling(aws_at: AwsAt) -> None:
    with pytest.raises(StoreThrottled):
        read(aws_at, xml_error("SlowDown", 503))


@pytest.mark.parametrize(
    "answer",
    [
        http(200, b""),
        xml_error("PreconditionFailed", 412),
        xml_error("ConditionalRequestConflict", 409),
    ],
)
def test_a_write_is_done_when_the_address_is_taken(aws_at: AwsAt, answer: bytes) -> None:
    write(aws_at, answer)


def test_a_write_that_is_refused_raises(aws_at: AwsAt) -> None:
    with pytest.raises(AwsError, match="PutObject: XAmzContentSHA256Mismatch"):
        write(aws_at, xml_error("XAmzContentSHA256Mismatch", 400))


def test_a_write_lets_s3_check_the_digest(aws_at: AwsAt) -> None:
    head, _, body = write(aws_at, http(200, b"")).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")

    assert lines[0] == f"PUT /bodies/bodies/{DIGEST.hex()} HTTP/1.1".encode()
    assert f"x-amz-content-sha256: {DIGEST.hex()}".encode() in lines
    assert b"x-amz-checksum-sha256: " + b64encode(DIGEST) in lines
    assert b"if-none-match: *" in lines
    assert b"content-type: application/octet-stream" in lines
    assert body == BODY


def link(aws_at: AwsAt, answer: bytes) -> str | None:
    with Loopback(answering_always(answer)) as server:
        aws = aws_at(server)
        try:
            return S3BodyStore(aws, "bodies").link(DIGEST, len(BODY), seconds=60, fields=Fields())
        finally:
            aws.transport.close()


def described(size: int, checksum: bytes) -> bytes:
    """The answer to a HeadObject."""
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nx-amz-checksum-sha256: %b\r\n\r\n" % (size, checksum)


def test_a_link_is_to_what_s3_has_checked(aws_at: AwsAt) -> None:
    url = link(aws_at, described(len(BODY), b64encode(DIGEST)))

    assert url is not None
    assert re.match(rf"http://127\.0\.0\.1:[0-9]+/bodies/bodies/{DIGEST.hex()}\?X-Amz-Algorithm=", url)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        described(len(BODY) + 1, b64encode(DIGEST)),
        described(len(BODY), b64encode(sha256(b"another").digest())),
        b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n",
    ],
    ids=["missing", "of another size", "altered", "unchecked"],
)
def test_there_is_no_link_to_what_is_not_as_it_was(aws_at: AwsAt, answer: bytes) -> None:
    assert link(aws_at, answer) is None


def test_a_head_that_is_refused_raises(aws_at: AwsAt) -> None:
    with pytest.raises(AwsError, match="HeadObject: unknown \\(403\\)"):
        link(aws_at, b"HTTP/1.1 403 Forbidden\r\n\r\n")


def test_a_bucket_must_have_a_name(aws_at: AwsAt) -> None:
    with Loopback(answering_always(b"")) as server, pytest.raises(ConfigError):
        S3BodyStore(aws_at(server), "a/b")


class Recording(HttpClient):
    """Notes the addresses of requests; sends none."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, bytes]] = []

    def exchange(
        self, address: OriginAddress, message: RawRequest, limits: HttpLimits, deadline: Deadline
    ) -> RawResponse:
        self.sent.append((str(address), message.head.partition(b" HTTP/")[0]))
        return RawResponse(200, (), BODY)


@pytest.mark.parametrize(
    ("bucket", "address", "folder"),
    [
        ("kept", "https://kept.s3.eu-central-1.amazonaws.com", "/bodies/"),
        ("kept.example", "https://s3.eu-central-1.amazonaws.com", "/kept.example/bodies/"),
    ],
)
def test_on_aws_a_bucket_is_named_by_its_host_where_certificates_allow_it(
    bucket: str, address: str, folder: str
) -> None:
    with Recording() as client:
        aws = Aws(transport=lean(client, None, AwsCredentials("AKID", "hush")))
        S3BodyStore(aws, bucket).read(DIGEST, len(BODY))

    assert client.sent == [(address, f"GET {folder}{DIGEST.hex()}".encode())]
