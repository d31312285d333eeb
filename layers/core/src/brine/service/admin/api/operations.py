"""The operations of the admin API, in one table: handlers are found by it, and the OpenAPI document is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.routing.route import ADMIN_PREFIX
from brine.service.admin.api import schemas
from brine.service.admin.api.argument import Argument
from brine.service.admin.explain_request import EXPLAIN_ARGUMENTS
from brine.service.admin.statistics import STATS_ARGUMENTS
from brine.service.admin.stored_requests import PURGE_ARGUMENTS, STORED_ARGUMENTS

if TYPE_CHECKING:
    from brine.service.admin.api.schemas import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminOperation:
    """An operation at one path below ADMIN_PREFIX. A GET has its arguments in the query, a POST in a JSON object.

    answer: the schema of its document. uses_stores: whether it asks a store, which may not answer. may_fail: whether
    its document says what fails, with the status 503.
    """

    name: str
    method: Literal["GET", "POST"] = "GET"
    summary: str
    answer: Schema
    arguments: tuple[Argument, ...] = ()
    uses_stores: bool = True
    may_fail: bool = False

    @property
    def path(self) -> str:
        """The path of its requests."""
        return f"{ADMIN_PREFIX}/{self.name}"


_TENANT: Final = Argument("tenant", "text", "The tenant, where each tenant has a budget of its own.")

OPERATIONS: Final = (
    AdminOperation(name="openapi.json", summary="Return this document.", answer=schemas.DESCRIPTION, uses_stores=False),
    AdminOperation(
        name="version",
        summary="Return the versions of the code and of its stored forms.",
        answer=schemas.VERSION,
        uses_stores=False,
    ),
    AdminOperation(
        name="health",
        summary="Return whether each table and each keyring can be used now.",
        answer=schemas.HEALTH,
        may_fail=True,
    ),
    AdminOperation(
        name="stored",
        summary="List stored responses and results, page by page.",
        answer=schemas.STORED,
        arguments=STORED_ARGUMENTS,
    ),
    AdminOperation(
        name="stats",
        summary="Return the hit ratio, the requests, the calls to origins and the times, from CloudWatch.",
        answer=schemas.STATISTICS,
        arguments=STATS_ARGUMENTS,
    ),
    AdminOperation(
        name="explain",
        method="POST",
        summary="Explain the outcome of a request now. It has no effect.",
        answer=schemas.EXPLANATION,
        arguments=EXPLAIN_ARGUMENTS,
        uses_stores=False,  # a store that fails is part of the explanation
    ),
    AdminOperation(
        name="purge",
        method="POST",
        summary="Purge stored responses and results, or preview a purge.",
        answer=schemas.PURGE,
        arguments=PURGE_ARGUMENTS,
    ),
    AdminOperation(name="circuits", summary="Return the circuit of each origin.", answer=schemas.CIRCUITS),
    AdminOperation(
        name="budgets", summary="Return the budget of each origin.", answer=schemas.BUDGETS, arguments=(_TENANT,)
    ),
    AdminOperation(
        name="keys",
        summary="Return the ids of the keys of each function. No secret is shown.",
        answer=schemas.KEYS,
        uses_stores=False,
    ),
)


def operation_at(path: str) -> AdminOperation | None:
    """Return the operation at a path, or None."""
    return next((operation for operation in OPERATIONS if operation.path == path), None)
