"""Principals of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.routing.principal import principal_name

if TYPE_CHECKING:
    from brine.domain.http.messages import Request


def caller(request: Request, account: str, emulated_principal: str | None) -> str | None:
    """Return the principal that IAM has verified for this request, by its name in `account`, or None.

    emulated_principal: the result for a request without a principal, on an emulator that verifies none.
    """
    arn = request.principal.get("iam:user")
    return emulated_principal if arn is None else principal_name(arn, account)
