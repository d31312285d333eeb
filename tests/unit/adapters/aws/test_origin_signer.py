"""Signatures for origins on AWS, verified as API Gateway does it, and compared with those of botocore."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from brine.adapters.aws.origin_signer import AwsOriginSigner
from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.aws.signing.sigv4 import SigV4Signer
from brine.adapters.http1.errors import ConnectFailed
from brine.domain.credentials.description import AwsSignature
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.origin import OriginAddress
from brine.errors import StoreUnavailable
from brine_cli.api_gateway.principals import SECRET
from brine_cli.api_gateway.sigv4 import signer_of
from brine_cli.http.messages import HttpRequest

if TYPE_CHECKING:
    from brine.adapters.aws.transport import AwsTransport

ORIGIN = OriginAddress("https", "abc.execute-api.us-east-1.amazonaws.com", 443)
NOW = float(calendar.timegm((2026, 3, 1, 12, 0, 0)))
STAMP = "20260301T120000Z"
TEXTS = st.lists(st.sampled_from([*"abZ09-._~!$'()*,;:@+", "%2F", "%C3%A9", "%20", "%2B", "%25"]), max_size=8).map(
    "".join
)
PATHS = st.lists(TEXTS.filter(lambda text: text not in {".", ".."}), min_size=1, max_size=4).map(
    lambda segments: "/" + "/".join(segments)
)
QUERIES = st.none() | st.lists(st.tuples(TEXTS, st.sampled_from(["", "="]), TEXTS).map("".join), max_size=4).map(
    "&".join
)


class _Transport:
    """The credentials of a role."""

    def signer(self, service: str, region: str | None = None) -> SigV4Signer:
        return SigV4Signer(AwsCredentials("gateway", SECRET, "session"), region or "us-east-1", service)


class _WithoutCredentials:
    def signer(self, service: str, region: str | None = None) -> SigV4Signer:
        raise ConnectFailed("no AWS credentials")


def signer(transport: object = None) -> AwsOriginSigner:
    return AwsOriginSigner(Aws(transport=cast("AwsTransport", transport or _Transport())))


def signed(service: Any, path: str, query: str | None = None, method: str = "GET", body: bytes = b"") -> Request:
    request = Request(method=method, path=path, query=query, body=body, fields=Fields([("accept", "*/*")]))
    return signer().signed(request, ORIGIN, AwsSignature(service=service), NOW)


@given(PATHS, QUERIES, st.sampled_from(["GET", "POST"]), st.binary(max_size=9))
def test_api_gateway_accepts_the_signature_of_any_path_and_query(
    path: str, query: str | None, method: str, body: bytes
) -> None:
    request = signed("execute-api", path, query, method, body)
    lines = [("host", ORIGIN.authority), *request.fields.lines]
    received = HttpRequest(
        method=method,
        target=request.target.encode(),
        headers=tuple((name.encode(), value.encode()) for name, value in lines),
        body=body,
        client="192.0.2.7",
    )
    assert signer_of(received, datetime.fromtimestamp(NOW, UTC)).access_key == "gateway"


def by_botocore(auth_class: type[SigV4Auth], service: str, request: Request) -> str:
    """The signature that botocore makes of the request as it is sent."""
    auth: Any = auth_class(Credentials("gateway", SECRET, "session"), service, "us-east-1")
    theirs = AWSRequest(request.method, f"https://{ORIGIN.authority}{request.target}", data=request.body)
    theirs.context["timestamp"] = STAMP
    auth._modify_request_before_signing(theirs)
    made: str = auth.signature(auth.string_to_sign(theirs, auth.canonical_request(theirs)), theirs)
    return made


@given(st.lists(st.from_regex(r"[a-z0-9._~-]{1,5}", fullmatch=True), min_size=1, max_size=4), QUERIES)
def test_a_function_url_gets_the_signature_of_botocore(segments: list[str], query: str | None) -> None:
    segments = [segment for segment in segments if segment not in {".", ".."}]
    request = signed("lambda", "/" + "/".join(segments), query)
    made = request.fields.get("authorization", "")
    assert made.endswith(f"Signature={by_botocore(SigV4Auth, 'lambda', request)}")


@given(PATHS.filter(lambda path: re.search(r"[!$'()*,;:@+]|%2F", path) is None), QUERIES, st.binary(max_size=9))
def test_s3_gets_the_signature_of_botocore_with_the_digest_of_the_content(
    path: str, query: str | None, body: bytes
) -> None:
    request = signed("s3", path, query, "PUT", body)
    assert request.path == path
    assert request.fields.get("x-amz-content-sha256") == sha256(body).hexdigest()
    made = request.fields.get("authorization", "")
    assert made.endswith(f"Signature={by_botocore(S3SigV4Auth, 's3', request)}")


def test_a_query_is_sent_in_the_form_that_is_signed_and_keeps_its_order() -> None:
    assert signed("execute-api", "/a", "z=1+2&a=%7e:&b").target == "/a?z=1%202&a=~%3A&b="


def test_a_signature_is_for_the_region_of_the_route_and_carries_the_session() -> None:
    request = Request(method="GET", path="/")
    made = signer().signed(request, ORIGIN, AwsSignature(service="s3", region="eu-west-1"), NOW)
    assert "/20260301/eu-west-1/s3/aws4_request" in made.fields.get("authorization", "")
    assert made.fields.get("x-amz-security-token") == "session"
    assert "host" not in made.fields


def test_a_process_without_credentials_says_so() -> None:
    with pytest.raises(StoreUnavailable):
        signer(_WithoutCredentials()).signed(Request(method="GET", path="/"), ORIGIN, AwsSignature(service="s3"), NOW)
