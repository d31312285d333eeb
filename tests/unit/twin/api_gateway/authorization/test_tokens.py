"""Tokens are read in the compact form of RFC 7515."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine_cli.api_gateway.authorization.tokens import TokenRefused, read_token, unsigned_token

CLAIMS = {"sub": "ada", "groups": ["a", "b"], "name": "Ada Ä"}


@pytest.mark.parametrize("prefix", ["", "Bearer ", "bearer ", "BEARER   "])
def test_a_token_with_and_without_bearer(prefix: str) -> None:
    token = read_token(prefix + unsigned_token(CLAIMS))
    assert token.claims == CLAIMS
    assert (token.algorithm, token.signature) == ("none", b"")


def test_the_example_of_the_rfc() -> None:
    # RFC 7515 appendix A.1
    text = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    token = read_token(text)
    assert token.claims == {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}
    assert (token.algorithm, len(token.signature)) == ("HS256", 32)
    assert token.signed == text.rpartition(".")[0].encode()


@pytest.mark.parametrize(
    "text",
    ["", "Bearer ", "a.b", "a.b.c.d", "e30.e30.ä", "e30.!.x", "bnVsbA.e30.", "e30.MQ.", "Basic dXNlcjpw", "e30.e3.x"],
)
def test_what_is_no_token(text: str) -> None:
    with pytest.raises(TokenRefused, match=r"^the token is not a JSON Web Token: "):
        read_token(text)


@given(st.text(max_size=60))
def test_no_text_fails_in_another_way(text: str) -> None:
    with contextlib.suppress(TokenRefused):
        read_token(text)


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text())))
def test_an_unsigned_token_keeps_its_claims(claims: dict[str, object]) -> None:
    assert read_token(unsigned_token(claims)).claims == claims
