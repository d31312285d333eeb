"""A request of the log in the form that the origin gets, made once for all requests like it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from brine.domain.http.cdn_loop import PSEUDONYM
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.tenant import HEADER, is_tenant
from brine.ports.deadline import Deadline
from brine.service.admission import Admitted, admit
from brine.service.transaction import Transaction
from brine_cli.replay.rows import UNCHANGED

if TYPE_CHECKING:
    from brine.domain.routing.route import Route, Routes
    from brine_cli.replay.model.key_state import KeyState
    from brine_cli.replay.rows import Row
    from brine_cli.replay.tally import RouteTally

NO_DEADLINE: Final = Deadline(inf, lambda: 0.0)
UNKNOWN_TENANT: Final = "unknown"


@dataclass(slots=True, eq=False)
class AskedRequest:
    """A request to a route. `is_plain`: a GET without fields that the decision depends on.

    `is_unchanged`: a plain request of a client that has the current response already.
    """

    transaction: Transaction
    state: KeyState
    tally: RouteTally
    is_plain: bool = False
    is_unchanged: bool = False


@dataclass(slots=True, eq=False)
class NotAdmitted:
    """A request that the gateway itself answers with a problem, before the cache."""

    route: str | None
    status: int
    size: int


def transaction_of(routes: Routes, row: Row) -> Transaction | NotAdmitted:
    """Return the transaction of a row, or the problem that ends it. A missing tenant is UNKNOWN_TENANT."""
    _, method, target, status, size, _, extra = row
    tenant, lines, _, body = extra or (None, (), None, b"")
    path, mark, query = target.partition("?")
    if status == 304 and not any(name in {"if-none-match", "if-modified-since"} for name, _ in lines):
        lines = (*lines, *UNCHANGED)
    elif status == 206 and size > 0 and not any(name == "range" for name, _ in lines):
        lines = (*lines, ("range", f"bytes=0-{size - 1}"))
    request = Request(
        method=method,
        path=path,
        query=query if mark else None,
        fields=Fields.from_lowercase(lines),
        body=body,
    )
    route = routes.match(path)
    if route is not None and route.tenant is not None:
        request = _with_tenant(request, route, tenant)
    admitted = admit(routes, request, PSEUDONYM)
    if not isinstance(admitted, Admitted):
        return NotAdmitted(admitted.route, admitted.response.status, len(admitted.response.body))
    return Transaction.begin(admitted.route, admitted.request, admitted.tenant, NO_DEADLINE)


def _with_tenant(request: Request, route: Route, tenant: str | None) -> Request:
    """Return the request with the tenant of the log where its route reads it."""
    source = route.tenant or ""
    if source.startswith(HEADER):
        name = source.removeprefix(HEADER)
        if tenant is None and name in request.fields:
            return request
        return replace(request, fields=request.fields.replacing(name, tenant or UNKNOWN_TENANT))
    named = tenant if tenant is not None and is_tenant(tenant) else UNKNOWN_TENANT
    return replace(request, principal=MappingProxyType({source: named}))


def is_plain(transaction: Transaction) -> tuple[bool, bool]:
    """Return whether the request is plain, and whether it is that of a client with the current response."""
    request = transaction.request
    if request.method != "GET" or not request.may_use_cache:
        return False, False
    lines = request.fields.lines
    return not lines or lines == UNCHANGED, lines == UNCHANGED
