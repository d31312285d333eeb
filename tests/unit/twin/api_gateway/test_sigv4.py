"""Requests signed by botocore are accepted. Altered requests are refused, and the console shows the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine_cli.api_gateway.principals import Principal
from brine_cli.api_gateway.sigv4 import SKEW, SignatureRefused, signer_of
from tests.unit.twin.api_gateway.signing import received, signed


def date_of(headers: dict[str, str]) -> datetime:
    return datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def accepted(headers: dict[str, str], *, target: str = "/", method: str = "GET", body: bytes = b"") -> Principal:
    return signer_of(received(headers, target=target, method=method, body=body), date_of(headers))


def refusal(
    headers: dict[str, str], *, target: str = "/", method: str = "GET", body: bytes = b"", now: datetime | None = None
) -> str:
    with pytest.raises(SignatureRefused) as refused:
        signer_of(received(headers, target=target, method=method, body=body), now or date_of(headers))
    return str(refused.value)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/exchange/orders",
        "/exchange/orders/",
        "/with%20space/%F0%9F%A6%89",
        "/%2F/%25/~a-b._c",
        "/@:!$&'()*+,;=",
        "/a//b/./c/../d",
        "/..",
        "/a?",
        "/a?b",
        "/a?z=1&a=2&a=1&a=10",
        "/a?wait=20&max=10&x=%2F%20%2B&y=",
    ],
)
def test_targets(target: str) -> None:
    assert accepted(signed(url=f"http://api.test{target}"), target=target).access_key == "producer"


@given(path=st.text(st.characters(exclude_categories=["Cs"]), max_size=12), body=st.binary(max_size=40))
def test_any_path_and_body(path: str, body: bytes) -> None:
    target = "/" + quote(path)
    headers = signed(url=f"http://api.test{target}", method="POST", body=body)
    accepted(headers, target=target, method="POST", body=body)
    assert refusal(headers, target=target + "x", method="POST", body=body)
    assert refusal(headers, target=target, method="POST", body=body + b"x")


def test_signed_fields_are_compared_without_needless_spaces() -> None:
    headers = signed(headers={"x-Note": "  a   b ", "Content-Type": "text/plain"})
    accepted(headers)
    accepted(headers | {"x-note": "a b"})
    assert "the secret" in refusal(headers | {"x-note": "a c"})


def test_a_field_in_two_lines_is_one() -> None:
    headers = signed(headers={"x-note": "a,b"})
    alone = received({name: value for name, value in headers.items() if name != "x-note"})
    lines = (*alone.headers, (b"x-note", b"a "), (b"x-note", b" b"))
    assert signer_of(replace(alone, headers=lines), date_of(headers)).access_key == "producer"


def test_fields_that_are_not_signed_may_change() -> None:
    accepted(signed() | {"accept": "text/html", "user-agent": "curl"})


def test_a_temporary_key() -> None:
    headers = signed("run-7@producer", token="a token, whatever it is")
    assert accepted(headers).arn == "arn:aws:sts::123456789012:assumed-role/producer/run-7"
    assert "the secret" in refusal(headers | {"x-amz-security-token": "another"})


@pytest.mark.parametrize("declared", ["UNSIGNED-PAYLOAD", sha256(b"text").hexdigest()])
def test_a_declared_payload_hash(declared: str) -> None:
    headers = signed(method="PUT", headers={"X-Amz-Content-SHA256": declared}, body=b"text")
    accepted(headers, method="PUT", body=b"text")
    if declared == "UNSIGNED-PAYLOAD":
        accepted(headers, method="PUT", body=b"other")
    else:
        assert "not that of its body" in refusal(headers, method="PUT", body=b"other")


def test_the_date_may_be_five_minutes_off() -> None:
    headers = signed()
    for minutes in (SKEW, -SKEW):
        signer_of(received(headers), date_of(headers) + minutes)
        beyond = minutes + timedelta(seconds=1 if minutes > timedelta() else -1)
        assert "more than five minutes" in refusal(headers, now=date_of(headers) + beyond)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (signed(secret="guessed"), 'the signature is not what the secret "test" makes of this request'),
        (signed(region="eu-central-1"), "it is signed for execute-api in eu-central-1"),
        (signed(service="s3"), "it is signed for s3 in us-east-1"),
        (signed("na me"), "no Authorization field"),
        (signed("a:b"), "neither NAME nor SESSION@ROLE"),
        (signed("a@"), "neither NAME nor SESSION@ROLE"),
        (signed("a@b@c"), "neither NAME nor SESSION@ROLE"),
        (signed() | {"authorization": "Bearer x"}, "no Authorization field"),
        (signed() | {"x-amz-meta": "unsigned"}, "must be signed: x-amz-meta"),
        (signed() | {"host": "other.test"}, "the secret"),
    ],
)
def test_what_is_refused(headers: dict[str, str], reason: str) -> None:
    assert reason in refusal(headers)


def test_without_any_signature() -> None:
    with pytest.raises(SignatureRefused, match="no Authorization field"):
        signer_of(received({"host": "api.test"}), datetime(2026, 7, 10, tzinfo=UTC))


def changed(headers: dict[str, str], old: str, new: str) -> dict[str, str]:
    assert old in headers["authorization"]
    return headers | {"authorization": headers["authorization"].replace(old, new)}


def test_fields_that_must_be_signed() -> None:
    assert "must be signed: host" in refusal(changed(signed(), "host;", ""))
    assert "must be signed: x-amz-date" in refusal(changed(signed(), ";x-amz-date", ""))
    assert "are missing: x-gone" in refusal(changed(signed(), "x-amz-date", "x-amz-date;x-gone"))


def test_dates_that_do_not_fit() -> None:
    headers = signed()
    now = date_of(headers)
    assert "not of the form" in refusal(headers | {"x-amz-date": "today"}, now=now)
    other_day = (now - timedelta(days=1)).strftime("%Y%m%d")
    assert "differ" in refusal(changed(headers, headers["x-amz-date"][:8], other_day), now=now)


def test_arn_and_id_of_a_user_and_of_a_session() -> None:
    user, session = Principal.of("producer"), Principal.of("run-7@producer")
    assert user is not None
    assert session is not None
    assert user.claims == {
        "accessKey": "producer",
        "accountId": "123456789012",
        "callerId": user.id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": "arn:aws:iam::123456789012:user/producer",
        "userId": user.id,
    }
    assert (user.id[:4], len(user.id)) == ("AIDA", 21)
    assert (session.id[:4], session.id[21:]) == ("AROA", ":run-7")
    assert session.claims["userId"] == session.id
