"""Tenants: owners of requests, on routes that keep the content of each tenant apart.

A route says where to read the tenant: `claim:NAME` of a verified token, `lambda:NAME` of a Lambda authorizer's output,
`iam:account` or `iam:user` of an AWS identity, or `header:NAME`. A header is only as trustworthy as its sender.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.domain.http.hop_by_hop import end_to_end

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request

HEADER: Final = "header:"
NO_TENANT: Final = ""
"""The tenant of all content on routes without tenants. No request of a route with tenants has it."""


def tenant_of(source: str, request: Request) -> str | None:
    """Return the tenant that `source` names in a request; None when it names none, or more than one.

    A tenant from an authorizer is never read from anywhere else.
    """
    if source.startswith(HEADER):
        tenant = _field(end_to_end(request.fields), source.removeprefix(HEADER))
    else:
        tenant = request.principal.get(source)
    return tenant if tenant is not None and is_tenant(tenant) else None


def is_tenant(text: str) -> bool:
    """Return whether the text can be a tenant: it is not empty, and printable."""
    return text != NO_TENANT and text.isprintable()


def checked_tenant(value: object) -> str:
    """Return the text of a tenant as a plain str. Raises ValueError for every other value, the empty text included.

    A str of another class, such as a member of a StrEnum, is the same tenant as its text.
    """
    if not isinstance(value, str):
        found = f"an object of the class {type(value).__qualname__}"
    elif is_tenant(text := str.__str__(value)):
        return text
    elif text == NO_TENANT:
        found = "the empty text"
    else:
        position = next(index for index, character in enumerate(text, 1) if not character.isprintable())
        found = f"a text with {text[position - 1]!a} as character {position}"
    raise ValueError(f"{found} is not a tenant. A tenant is a text that is not empty and can be printed")


def tenant_header(source: str | None) -> frozenset[str]:
    """Return the name, in lower case, of the header that names the tenant, if `source` is a header."""
    return frozenset({source.removeprefix(HEADER)} if source is not None and source.startswith(HEADER) else ())


def tenant_digest(tenant: str) -> str:
    """Return a tenant as 32 characters: names can be long, and should not appear in a table."""
    return sha256(tenant.encode()).hexdigest()[:32]


def _field(fields: Fields, name: str) -> str | None:
    """Return the one value as text; None for several values or a list, because the client may have added one."""
    values = fields.all(name)
    if len(values) != 1 or "," in values[0]:
        return None
    try:
        return values[0].strip(" \t").encode("latin-1").decode()
    except UnicodeError:
        return None
