"""The explanation of the request in an event of API Gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine.adapters.lambda_http.dispatch import read, room
from brine.errors import BadEvent

if TYPE_CHECKING:
    from brine.service.admin.explain.explainer import Explainer


def explained_event(explainer: Explainer, event: dict[str, Any], tenant: str | None) -> dict[str, Any]:
    """Return the explanation in JSON. Raises ValueError for an event that is no request."""
    try:
        incoming = read(event)
    except BadEvent as error:
        raise ValueError(str(error)) from None
    return explainer.explain(
        incoming.request,
        tenant=tenant,
        room=room(incoming),
        account=incoming.account,
        front_door=incoming.front_door,
    ).as_json()
