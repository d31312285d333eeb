"""The operations of the admin API, in one table: handlers are found by it, and the OpenAPI document is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from brine.domain.routing.route import ADMIN_PREFIX
from brine.service.admin.api.argument import Argument
from brine.service.admin.explain_request import EXPLAIN_ARGUMENTS
from brine.service.admin.stored_requests import PURGE_ARGUMENTS, STORED_ARGUMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminOperation:
    """An operation at one path below ADMIN_PREFIX. A GET has its arguments in the query, a POST in a JSON object."""

    name: str
    method: Literal["GET", "POST"] = "GET"
    summary: str
    arguments: tuple[Argument, ...] = ()

    @property
    def path(self) -> str:
        """The path of its requests."""
        return f"{ADMIN_PREFIX}/{self.name}"


_TENANT: Final = Argument("tenant", "text", "The tenant, where each tenant has a budget of its own.")

OPERATIONS: Final = (
    AdminOperation(name="version", summary="Return the versions of the code and of its stored forms."),
    AdminOperation(name="health", summary="Return whether each table and each keyring can be used now."),
    AdminOperation(
        name="stored", summary="List stored responses and results, page by page.", arguments=STORED_ARGUMENTS
    ),
    AdminOperation(
        name="explain",
        method="POST",
        summary="Explain the outcome of a request now. It has no effect.",
        arguments=EXPLAIN_ARGUMENTS,
    ),
    AdminOperation(
        name="purge",
        method="POST",
        summary="Purge stored responses and results, or preview a purge.",
        arguments=PURGE_ARGUMENTS,
    ),
    AdminOperation(name="circuits", summary="Return the circuit of each origin."),
    AdminOperation(name="budgets", summary="Return the budget of each origin.", arguments=(_TENANT,)),
    AdminOperation(name="keys", summary="Return the ids of the keys of each function. No secret is shown."),
)


def operation_at(path: str) -> AdminOperation | None:
    """Return the operation at a path, or None."""
    return next((operation for operation in OPERATIONS if operation.path == path), None)
