"""The tenant of a request, by its route's rule, and requests without a known tenant."""

from __future__ import annotations

import pytest

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.tenant import tenant_header, tenant_of

SAID = {"claim:org": "acme", "lambda:org": "other", "claim:empty": "", "claim:odd": "a\nb", "claim:half": "\ud800"}


def request(*lines: tuple[str, str]) -> Request:
    return Request(method="GET", path="/", fields=Fields(lines), principal=SAID)


@pytest.mark.parametrize(
    ("source", "tenant"),
    [
        ("claim:org", "acme"),
        ("lambda:org", "other"),
        *((f"claim:{name}", None) for name in ("empty", "odd", "half", "nope")),
        ("iam:account", None),
    ],
)
def test_an_authorizer_says_it(source: str, tenant: str | None) -> None:
    assert tenant_of(source, request(("org", "x"), ("claim:org", "x"), (source, "x"))) == tenant


@pytest.mark.parametrize(
    ("lines", "tenant"),
    [
        ([("X-Tenant", "acme")], "acme"),
        ([("x-tenant", " acme inc\t")], "acme inc"),
        ([("x-tenant", "caf\u00c3\u00a9")], "caf\u00e9"),
        ([("x-tenant", "caf\u00e9")], None),
        ([], None),
        ([("x-tenant", "")], None),
        ([("x-tenant", " ")], None),
        ([("x-tenant", "acme"), ("x-tenant", "acme")], None),
        ([("x-tenant", "mine,acme")], None),
        ([("x-tenant", "a\tb")], None),
        ([("x-tenant", "acme"), ("connection", "X-Tenant")], None),
    ],
)
def test_a_header_says_it_once_and_reaches_the_origin(lines: list[tuple[str, str]], tenant: str | None) -> None:
    assert tenant_of("header:x-tenant", request(*lines)) == tenant


def test_only_a_header_is_one() -> None:
    assert tenant_header("header:x-tenant") == {"x-tenant"}
    assert tenant_header("claim:org") == tenant_header(None) == frozenset()


def test_what_an_authorizer_said_is_not_shown() -> None:
    assert "acme" not in repr(request())
