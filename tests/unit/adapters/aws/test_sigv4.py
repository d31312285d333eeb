from __future__ import annotations

import calendar
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.auth import SIGNED_HEADERS_BLACKLIST, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials
from hypothesis import given
from hypothesis import strategies as st

from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.aws.signing.sigv4 import SigV4Signer

ENCODED = st.lists(st.sampled_from([*"abcXYZ059-._~", "%2F", "%C3%A9", "%20", "%2B"]), max_size=12).map("".join)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True).filter(
    lambda name: name not in {"host", "date", "authorization", *SIGNED_HEADERS_BLACKLIST}
)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


@dataclass(frozen=True)
class Asked:
    """A request to sign."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    now: float
    token: str | None


def requests(paths: st.SearchStrategy[str]) -> st.SearchStrategy[Asked]:
    return st.builds(
        Asked,
        method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
        path=paths,
        query=st.lists(st.tuples(ENCODED, st.sampled_from(["", "="]), ENCODED).map("".join), max_size=4).map("&".join),
        headers=st.dictionaries(NAMES, VALUES, max_size=5),
        body=st.binary(max_size=50),
        now=st.floats(0, 4e9),
        token=st.none() | st.from_regex(r"[A-Za-z0-9+/=]{1,40}", fullmatch=True),
    )


def ours(asked: Asked, service: str, headers: dict[str, str]) -> dict[str, str]:
    signer = SigV4Signer(AwsCredentials("AKID", "secret/key+", asked.token), "eu-central-1", service)
    return signer.sign(
        method=asked.method,
        path=asked.path,
        query=asked.query,
        headers={"host": "service.test:8080", **headers},
        payload_hash=sha256(asked.body).hexdigest(),
        now=asked.now,
    )


def theirs(asked: Asked, auth_class: type[SigV4Auth], service: str, headers: dict[str, str]) -> str:
    """The signature of the SDK, made step by step as it does itself, but at a given time."""
    auth: Any = auth_class(SdkCredentials("AKID", "secret/key+", asked.token), service, "eu-central-1")
    request = AWSRequest(
        asked.method, f"http://service.test:8080{asked.path}?{asked.query}", headers=headers, data=asked.body
    )
    request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(asked.now))
    auth._modify_request_before_signing(request)
    signature: str = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return signature


@pytest.mark.slow
@given(requests(st.just("/")))
def test_signatures_are_those_of_the_sdk(asked: Asked) -> None:
    signed = ours(asked, "dynamodb", asked.headers)

    assert signed["authorization"].endswith(f", Signature={theirs(asked, SigV4Auth, 'dynamodb', asked.headers)}")


@given(requests(st.lists(ENCODED, min_size=1, max_size=4).map(lambda segments: "/" + "/".join(segments))))
def test_signatures_for_s3_are_those_of_the_sdk(asked: Asked) -> None:
    headers = {**asked.headers, "x-amz-content-sha256": sha256(asked.body).hexdigest()}
    signed = ours(asked, "s3", headers)

    assert signed["authorization"].endswith(f", Signature={theirs(asked, S3SigV4Auth, 's3', asked.headers)}")


@given(
    st.dictionaries(st.from_regex(r"response-[a-z-]{1,12}", fullmatch=True), st.text(max_size=20), max_size=4),
    st.integers(1, 604_800),
    st.floats(0, 4e9),
    st.none() | st.from_regex(r"[A-Za-z0-9+/=]{1,40}", fullmatch=True),
)
def test_links_are_signed_as_the_sdk_does(query: dict[str, str], seconds: int, now: float, token: str | None) -> None:
    signer = SigV4Signer(AwsCredentials("AKID", "secret/key+", token), "eu-central-1", "s3")
    link = signer.presign(host="s3.test:8080", path="/a/b%20c", query=query, seconds=seconds, now=now)

    signed, _, signature = link.rpartition("&X-Amz-Signature=")
    asked = parse_qs(signed, keep_blank_values=True, strict_parsing=True, errors="strict")
    assert {name: asked[name] for name in query} == {name: [value] for name, value in query.items()}
    assert (asked["X-Amz-Expires"], asked.get("X-Amz-Security-Token")) == ([str(seconds)], token and [token])
    auth: Any = S3SigV4QueryAuth(SdkCredentials("AKID", "secret/key+", token), "s3", "eu-central-1", expires=seconds)
    request = AWSRequest("GET", f"http://s3.test:8080/a/b%20c?{signed}")
    request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    assert signature == auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


@given(requests(st.lists(ENCODED, min_size=1, max_size=4).map(lambda segments: "/" + "/".join(segments))))
def test_links_that_ask_for_headers_are_signed_as_the_sdk_does(asked: Asked) -> None:
    signer = SigV4Signer(AwsCredentials("AKID", "secret/key+", asked.token), "eu-central-1", "s3")
    link = signer.presign(
        method=asked.method,
        host="service.test:8080",
        path=asked.path,
        query={},
        headers=asked.headers,
        seconds=900,
        now=asked.now,
    )

    signed, _, signature = link.rpartition("&X-Amz-Signature=")
    credentials = SdkCredentials("AKID", "secret/key+", asked.token)
    auth: Any = S3SigV4QueryAuth(credentials, "s3", "eu-central-1", expires=900)
    request = AWSRequest(asked.method, f"http://service.test:8080{asked.path}?{signed}", headers=asked.headers)
    request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(asked.now))
    assert signature == auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


def test_the_key_follows_the_day() -> None:
    signer = SigV4Signer(AwsCredentials("AKID", "secret"), "eu-central-1", "s3")
    midnight = calendar.timegm((2026, 3, 1, 0, 0, 0))

    def signed_at(now: float, signer: SigV4Signer) -> str:
        return signer.sign(method="GET", path="/", headers={"host": "x"}, payload_hash="0", now=now)["authorization"]

    for now in (midnight - 1, midnight, midnight - 1):
        fresh = SigV4Signer(AwsCredentials("AKID", "secret"), "eu-central-1", "s3")
        assert signed_at(now, signer) == signed_at(now, fresh)
    assert "/20260228/" in signed_at(midnight - 1, signer)
    assert "/20260301/" in signed_at(midnight, signer)


@pytest.mark.parametrize("token", [None, "session"])
def test_the_sent_headers_are_the_given_and_the_signed_ones(token: str | None) -> None:
    signer = SigV4Signer(AwsCredentials("AKID", "secret", token), "eu-central-1", "s3")
    signed = signer.sign(method="GET", path="/", headers={"host": "x", "a": "b"}, payload_hash="0", now=0.0)

    assert (signed["host"], signed["a"], signed["x-amz-date"]) == ("x", "b", "19700101T000000Z")
    assert signed.get("x-amz-security-token") == token
    names = signed["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    assert names.split(";") == sorted(signed.keys() - {"authorization"})
