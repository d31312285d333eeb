"""Tenants: whose a request is, where a route keeps those of one apart from those of another.

A route says where to read it: `claim:NAME` of a verified token, `lambda:NAME` of what a Lambda authorizer said,
`iam:account` or `iam:user` of an AWS identity, or `header:NAME`, which is only as good as who sets that header.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.domain.http.hop_by_hop import end_to_end

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request

HEADER: Final = "header:"
NOBODY: Final = ""
"""The tenant of all that is stored on routes without tenants. No request of a route with tenants has it."""


def tenant_of(source: str, request: Request) -> str | None:
    """The tenant that `source` names in a request; None when it names none, or not exactly one.

    What an authorizer did not say is never read from anywhere else.
    """
    if source.startswith(HEADER):
        tenant = _field(end_to_end(request.fields), source.removeprefix(HEADER))
    else:
        tenant = request.principal.get(source)
    return tenant if tenant is not None and is_tenant(tenant) else None


def is_tenant(text: str) -> bool:
    """Whether the text can be a tenant: there is some, and all of it can be printed."""
    return text != NOBODY and text.isprintable()


def tenant_header(source: str | None) -> frozenset[str]:
    """The name, in lower case, of the header that names the tenant, if it is one that does."""
    return frozenset({source.removeprefix(HEADER)} if source is not None and source.startswith(HEADER) else ())


def tenant_digest(tenant: str) -> str:
    """A tenant in 32 characters: names can be long, and need not be seen in a table."""
    return sha256(tenant.encode()).hexdigest()[:32]


def _field(fields: Fields, name: str) -> str | None:
    """The one value, as text. Of several, or of a list, one may be the client's own; so none counts."""
    values = fields.all(name)
    if len(values) != 1 or "," in values[0]:
        return None
    try:
        return values[0].strip(" \t").encode("latin-1").decode()
    except UnicodeError:
        return None
