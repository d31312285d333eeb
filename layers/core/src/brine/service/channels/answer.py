"""What a request to the exchange comes to: the response, and what happened, for metrics and the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response

if TYPE_CHECKING:
    from brine.service.channels.problems import Refusal
    from brine.service.diagnostics import Fault

type ExchangeResult = Literal["sent", "repeated", "invited", "received", "empty", "acknowledged", "extended", "problem"]
"""repeated: it had been sent before. invited: a place for an upload was given. empty: there was nothing to receive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeAnswer:
    """A response and its story. `channel`: one that exists. `delivered`: messages given to the receiver.

    `undeliverable`: for each message that was passed over, why: `expired`, `tampered`, `missing`, and so on.
    `removed`: how many messages were taken out of the queue, because a copy of them was acknowledged before.
    """

    response: Response
    result: ExchangeResult
    channel: str | None = None
    message_id: str | None = None
    delivered: int = 0
    undeliverable: tuple[str, ...] = ()
    removed: int = 0
    problem: str | None = None
    faults: tuple[Fault, ...] = ()


def refusing(refusal: Refusal) -> Response:
    """The problem that tells of a refusal."""
    kind = refusal.kind
    members: dict[str, object] = {"type": kind.uri, "title": kind.title, "status": kind.status}
    if refusal.detail is not None:
        members["detail"] = refusal.detail
    lines = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
    if refusal.retry_after is not None:
        lines.append(("retry-after", str(refusal.retry_after)))
    body = json.dumps(members | refusal.members).encode()
    return Response(status=kind.status, fields=Fields(lines), body=body)
