"""The log of the admin function: a line for each request, and an audit line for each purge.

No line has a path of a client, a query, a tag or a tenant: they may name persons, or carry secrets.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from brine.service.admin.api.operations import operation_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine.domain.http.messages import Request
    from brine.service.admin.stored_requests import PurgeOrder


class AdminLog:
    """Writes the lines of an admin function, whatever POWERTOOLS_LOG_LEVEL is: an audit has no gaps."""

    def __init__(self, logger: Logger | None = None) -> None:
        self._logger = logger or Logger(level="INFO")

    @contextmanager
    def about(self, request: Request, request_id: str) -> Iterator[None]:
        """Give the lines that are written within the context the request id and the operator."""
        operation = operation_at(request.path)
        facts = {
            "request_id": request_id,
            "operation": None if operation is None else operation.name,
            "principal": principal_of(request.principal),
        }
        with self._logger.append_context_keys(**_known(facts)):
            yield

    def answered(self, status: int, *, seconds: float) -> None:
        """Write the line of a request. seconds: the time since the start of the invocation."""
        self._logger.info("administered", extra={"status": status, "milliseconds": round(seconds * 1000, 1)})

    def purged(self, order: PurgeOrder, is_done: bool) -> None:
        """Write the audit line of a purge. `is_done`: whether it is known to be stored."""
        facts = {
            "by": order.kind,
            "route": order.route,
            "for_tenant": order.tenant is not None or None,
            "all_tenants": order.all_tenants or None,
            "soft": order.soft,
            "done": is_done,
        }
        self._logger.warning("purged", extra=_known(facts))

    def failed(self, error: Exception) -> None:
        """Write a mistake of ours with its traceback."""
        self._logger.error("the admin API failed", exc_info=error)


def principal_of(principal: Mapping[str, str]) -> str | None:
    """Return the operator: the ARN that IAM verified, or the subject of a token; None without an authorizer."""
    return principal.get("iam:user") or principal.get("claim:sub") or principal.get("claim:client_id")


def _known(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value is not None}
