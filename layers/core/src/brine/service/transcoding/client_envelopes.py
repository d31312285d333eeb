"""Opens envelopes of clients: sealed by the principal that IAM verified, for this method and target, and used once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from brine.domain.channels.message import content_of
from brine.domain.channels.single_use import single_use_key
from brine.errors import StoreError
from brine.service import problems
from brine.service.diagnostics import Fault, cause_of
from brine.service.principals import caller
from brine.service.problems import Problem
from brine.service.transcoding.invocation import seal_fault
from brine_codec import CodecError, KeyringUnavailable, SchemaMiss
from brine_codec.envelope.http_target import canonical_target
from brine_codec.envelope.identity import envelope_id

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.ports.channels import SingleUseStore
    from brine.service.transcoding.invocation import Invocation
    from brine_codec import Codec

LONGEST_EXPIRY = 3_600
"""The longest time to the expiry of an envelope, in seconds. Its mark of use is kept as long."""
CLOCK_SKEW = 60
"""Seconds by which the clock of a client may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEnvelopes:
    """Opens the envelopes from clients of one route.

    emulated_principal: the sender of requests without a verified principal, on an emulator.
    """

    route: str
    codec: Codec
    marks: SingleUseStore
    emulated_principal: str | None = None

    def open(self, request: Request, invocation: Invocation) -> Any:
        """Return the content of an envelope. It may be opened again until `use_up`. Raises Problem."""
        sender = caller(request, invocation.account, self.emulated_principal)
        if sender is None:
            why = "only IAM principals may send envelopes: the path needs the authorizer AWS_IAM"
            raise Problem(problems.PRINCIPAL_MISSING, why)
        context = ("request", request.method, canonical_target(request.target), sender)
        try:
            info = self.codec.peek(request.body, context=context, now=invocation.now)
            if not 0 < info.expires_at <= invocation.now + LONGEST_EXPIRY + CLOCK_SKEW:
                why = f"the envelope must expire within {LONGEST_EXPIRY} seconds"
                raise Problem(problems.SEAL_REFUSED, why, Fault("seal", "expiry"))
            opened = self.codec.open(request.body, context=context, now=invocation.now)
        except KeyringUnavailable as error:
            raise Problem(problems.KEYS_UNAVAILABLE, "the keys could not be loaded", seal_fault(error)) from None
        except SchemaMiss as error:
            why = f"{error}; types.toml must declare it so, and the route's types must include it"
            raise Problem(problems.TYPE_REFUSED, why, seal_fault(error)) from None
        except CodecError as error:
            raise Problem(problems.SEAL_REFUSED, f"{type(error).__name__}: {error}", seal_fault(error)) from None
        try:
            return content_of(opened)
        except ValueError as error:
            raise Problem(problems.CONTENT_INVALID, str(error)) from None

    def use_up(self, request: Request, invocation: Invocation) -> None:
        """Mark the envelope as used. Raises Problem if it was used before, or if this cannot be checked. One call."""
        until = invocation.now + LONGEST_EXPIRY + 2 * CLOCK_SKEW
        try:
            used = self.marks.begin(
                single_use_key("route", self.route, envelope_id(sha256(request.body).digest())),
                owner=secrets.token_hex(16),
                now=invocation.now,
                until=until,
                evict_at=int(until),
                deadline=invocation.deadline,
            )
        except StoreError as error:
            fault = Fault("table", "unavailable", cause_of(error))
            raise Problem(
                problems.STORE_UNAVAILABLE, "the gateway cannot check whether the envelope was used before", fault
            ) from None
        if used is not None:
            raise Problem(
                problems.REQUEST_REPLAYED, "seal the content again to send it again", Fault("seal", "replayed")
            )
