"""The signature of a token is checked with the key of its issuer, which is fetched as API Gateway does it."""

from __future__ import annotations

import pytest

from brine_cli.api_gateway.authorization.issuer_keys import IssuerKeys
from brine_cli.api_gateway.authorization.tokens import TokenRefused, read_token, unsigned_token
from tests.unit.twin.api_gateway.authorization.signed_tokens import ISSUER, Issuer


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_a_signed_token(issuer: Issuer, algorithm: str) -> None:
    IssuerKeys(issuer.fetch).verify(read_token(issuer.token({"sub": "ada"}, algorithm)), ISSUER)


def test_a_token_with_other_claims_than_those_that_were_signed(issuer: Issuer) -> None:
    header, _, signature = issuer.token({"sub": "ada"}).split(".")
    forged = ".".join((header, unsigned_token({"sub": "eve"}).split(".")[1], signature))
    with pytest.raises(TokenRefused, match="the signature of the token is not that of its issuer's key"):
        IssuerKeys(issuer.fetch).verify(read_token(forged), ISSUER)


@pytest.mark.parametrize("signature", ["", "AAAA", "_" * 342])
def test_a_signature_that_is_none(issuer: Issuer, signature: str) -> None:
    signed = issuer.token({"sub": "ada"}).rpartition(".")[0]
    with pytest.raises(TokenRefused, match="the signature"):
        IssuerKeys(issuer.fetch).verify(read_token(f"{signed}.{signature}"), ISSUER)


def test_a_token_of_another_key_with_the_same_id(issuer: Issuer) -> None:
    with pytest.raises(TokenRefused, match="the signature"):
        IssuerKeys(issuer.fetch).verify(read_token(Issuer().token({"sub": "ada"})), ISSUER)


def test_an_algorithm_that_the_twin_does_not_verify(issuer: Issuer) -> None:
    with pytest.raises(TokenRefused, match="the twin verifies RS256, RS384, RS512 only"):
        IssuerKeys(issuer.fetch).verify(read_token(unsigned_token({})), ISSUER)


def test_keys_are_kept_for_two_hours(issuer: Issuer) -> None:
    issuer.fetched.clear()
    clock = Clock()
    keys, token = IssuerKeys(issuer.fetch, clock), read_token(issuer.token({"sub": "ada"}))
    for seconds, fetches in ((0.0, 2), (7200.0, 2), (7201.0, 4)):
        clock.now = seconds
        keys.verify(token, ISSUER)
        assert len(issuer.fetched) == fetches


def test_an_unknown_key_is_asked_for_again_but_not_at_once(issuer: Issuer) -> None:
    issuer.fetched.clear()
    clock = Clock()
    keys, token = IssuerKeys(issuer.fetch, clock), read_token(issuer.token({"sub": "ada"}, kid="2"))
    for seconds, fetches in ((0.0, 2), (5.0, 2), (11.0, 4)):
        clock.now = seconds
        with pytest.raises(TokenRefused, match=f"{ISSUER} has no key 2, which the token names as kid"):
            keys.verify(token, ISSUER)
        assert len(issuer.fetched) == fetches


def test_an_issuer_that_does_not_answer() -> None:
    def refuse(_: str) -> bytes:
        raise OSError("Connection refused")

    with pytest.raises(
        TokenRefused, match=r"cannot be read from https://issuer\.example/\.well-known/openid-config.*ref"
    ):
        IssuerKeys(refuse).verify(read_token(Issuer().token({})), ISSUER)
