"""Envelopes as requests of clients: from whom IAM has verified, for this method and target, and once only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from brine.domain.channels.message import content_of
from brine.domain.channels.single_use import single_use_key
from brine.domain.routing.principal import principal_name
from brine.errors import StoreError
from brine.service import problems
from brine.service.diagnostics import Fault, cause_of
from brine.service.transcoding.refusal import Refusal, seal_fault
from brine_codec import CodecError, KeyringUnavailable, SchemaMiss
from brine_codec.envelope.http_target import canonical_target
from brine_codec.envelope.identity import envelope_id

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.ports.channels import SingleUseStore
    from brine.ports.deadline import Deadline
    from brine_codec import Codec

LONGEST = 3_600
"""Seconds ahead that an envelope may expire: so long is it remembered that it was used."""
SLACK = 60
"""Seconds that clocks may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """When a request came, in seconds since 1970, until when it must be answered, and whose the gateway is."""

    now: float
    deadline: Deadline
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Senders:
    """Opens the envelopes that clients of one route send. `stand_in`: who it is on an emulator that verifies nobody."""

    route: str
    codec: Codec
    marks: SingleUseStore
    stand_in: str | None = None

    def open(self, request: Request, call: Call) -> Any:
        """The content, which is not used up yet: see `use_up`. Raises Refusal."""
        sender = self._sender(request, call.account)
        context = ("request", request.method, canonical_target(request.target), sender)
        try:
            info = self.codec.peek(request.body, context=context, now=call.now)
            if not 0 < info.expires_at <= call.now + LONGEST + SLACK:
                why = f"it must expire, in {LONGEST} seconds at most"
                raise Refusal(problems.SEAL_REFUSED, why, Fault("seal", "expiry"))
            opened = self.codec.open(request.body, context=context, now=call.now)
        except KeyringUnavailable as error:
            raise Refusal(problems.KEYS_UNAVAILABLE, "the keys could not be loaded", seal_fault(error)) from None
        except SchemaMiss as error:
            why = f"{error}; types.toml must declare it so, and the route's types must take it in"
            raise Refusal(problems.TYPE_REFUSED, why, seal_fault(error)) from None
        except CodecError as error:
            raise Refusal(problems.SEAL_REFUSED, f"{type(error).__name__}: {error}", seal_fault(error)) from None
        try:
            return content_of(opened)
        except ValueError as error:
            raise Refusal(problems.CONTENT_INVALID, str(error)) from None

    def use_up(self, request: Request, call: Call) -> None:
        """Let nobody use the envelope again. One call; where it cannot be made, the request is not. Raises Refusal."""
        until = call.now + LONGEST + 2 * SLACK
        try:
            used = self.marks.begin(
                single_use_key("route", self.route, envelope_id(sha256(request.body).digest())),
                owner=secrets.token_hex(16),
                now=call.now,
                until=until,
                evict_at=int(until),
                deadline=call.deadline,
            )
        except StoreError as error:
            fault = Fault("table", "unavailable", cause_of(error))
            raise Refusal(problems.STORE_UNAVAILABLE, "whether it was used before cannot be told", fault) from None
        if used is not None:
            raise Refusal(problems.REQUEST_REPLAYED, "seal it anew to send it again", Fault("seal", "replayed"))

    def _sender(self, request: Request, account: str) -> str:
        arn = request.principal.get("iam:user")
        name = self.stand_in if arn is None else principal_name(arn, account)
        if name is None:
            why = "an envelope is taken from an IAM principal only: the path must have the authorizer AWS_IAM"
            raise Refusal(problems.PRINCIPAL_MISSING, why)
        return name
