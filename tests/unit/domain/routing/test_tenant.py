"""The tenant of a request, by its route's rule, and requests without a known tenant."""

from __future__ import annotations

from enum import StrEnum

import pytest

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.tenant import checked_tenant, tenant_header, tenant_of

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


class Customer(StrEnum):
    """Tenants as members."""

    ACME = "acme"


@pytest.mark.parametrize("tenant", ["other", " ", "caf\u00e9 \u00fc", "0", Customer.ACME])
def test_a_text_that_can_be_printed_is_a_tenant(tenant: str) -> None:
    checked = checked_tenant(tenant)
    assert (checked, type(checked)) == (tenant, str)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", "the empty text"),
        ("a\nb", r"a text with '\n' as character 2"),
        ("acme\ud800", r"a text with '\ud800' as character 5"),
        (None, "an object of the class NoneType"),
        (7, "an object of the class int"),
        (b"acme", "an object of the class bytes"),
    ],
)
def test_every_other_value_is_refused_with_the_rule_and_without_the_text(value: object, found: str) -> None:
    with pytest.raises(ValueError, match="is not a tenant") as raised:
        checked_tenant(value)
    assert str(raised.value) == f"{found} is not a tenant. A tenant is a text that is not empty and can be printed"
