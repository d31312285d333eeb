"""The explanation of the request in an event of API Gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine.adapters.lambda_http.dispatch import read, room
from brine.errors import BadEvent

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
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


def with_fields_of(asked: Request, document: dict[str, Any]) -> dict[str, Any]:
    """Return an explanation without the fates of fields that only API Gateway added, and that no origin gets."""
    upstream = document["upstream"]
    if upstream is None:
        return document
    fields = [one for one in upstream["fields"] if one["fate"] != "dropped" or one["name"] in asked.fields]
    return document | {"upstream": upstream | {"fields": fields}}
