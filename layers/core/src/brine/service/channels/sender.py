"""Sends messages: a message is checked, marked as being sent, put into the queue, and marked as sent, in this order.

A request that ends early has sent no message, or one that may be sent again after the mark has expired. So the queue
may have several copies of a message, all with the same id: delivery is at least once.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

from brine.domain.channels.message import ChannelMessage, ClaimCheck
from brine.domain.channels.single_use import Sent
from brine.domain.formats import Format, decode
from brine.errors import FormatError, StoreError
from brine.service.channels.documents import accepted_format, content_format, read_document, written_time
from brine.service.channels.exchange_problems import (
    CLAIM_INVALID,
    CLAIM_MISSING,
    MESSAGE_BEING_SENT,
    QUEUE_UNAVAILABLE,
)
from brine.service.flights.leasing import LEASE_MARGIN
from brine.service.problems import CONTENT_INVALID, CONTENT_TOO_LARGE, Problem, content_problem
from brine_codec import CodecError, Expired, UnknownKey

if TYPE_CHECKING:
    from brine.ports.channels import ClaimStore, SingleUseStore
    from brine.ports.deadline import Deadline
    from brine.service.channels.channel_call import ChannelCall
    from brine.service.channels.endpoint import ChannelEndpoints
    from brine.service.channels.exchange_answer import ExchangeAnswer
    from brine.service.channels.tokens import Tokens

CLAIM_TYPE: Final = "application/vnd.brine.claim+json"
DIRECT_LIMIT: Final = 4_500_000
"""Bytes of content that can be sent directly. Lambda takes events of 6 MB, and base64 makes bytes a third larger."""
INLINE_LIMIT: Final = 190_000
"""Bytes of the largest envelope in a queue. SQS takes 256 KiB of text, and base64 makes bytes a third larger."""
UPLOAD_SECONDS: Final = 900
"""Seconds within which an upload may begin. Its claim may be sent for twice this time."""
SENDING_LIMIT: Final = 10.0
"""Seconds for writing a message to the bucket and the queue. A repeated request waits no longer for its end."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSender:
    """Sends messages to channels."""

    endpoints: ChannelEndpoints
    marks: SingleUseStore
    claims: ClaimStore
    tokens: Tokens

    def offer_upload(self, call: ChannelCall) -> ExchangeAnswer:
        """Return a presigned URL for the upload of a large envelope. Raises Problem."""
        form = accepted_format(call.request)
        document = read_document(call.endpoint, content_format(call.request), call.request.body)
        claim = _announced(document, call.endpoint.channel.max_size)
        token = self.tokens.claim(
            claim, call.channel, call.principal, now=call.now, expires_at=call.now + 2 * UPLOAD_SECONDS
        )
        upload = self.claims.upload(call.channel, claim, seconds=UPLOAD_SECONDS)
        offer = {
            "claim": token,
            "url": upload.url,
            "headers": dict(upload.headers),
            "expires_at": written_time(call.now + UPLOAD_SECONDS),
        }
        return call.answer(form, offer, "invited", status=201)

    def send(self, call: ChannelCall) -> ExchangeAnswer:
        """Send the content of the request, or the envelope that was uploaded for its claim. Raises Problem."""
        form = accepted_format(call.request)
        content_type = (call.request.fields.get("content-type") or "").partition(";")[0].strip().lower()
        if content_type == CLAIM_TYPE:
            message, is_new = self._send_claimed(call)
        else:
            message, is_new = self._send_content(call, content_format(call.request))
        return call.answer(
            form, {"id": message.id}, "sent" if is_new else "repeated", status=202, message_id=message.id
        )

    def _send_content(self, call: ChannelCall, form: Format) -> tuple[ClaimCheck, bool]:
        body = call.request.body
        most = call.endpoint.channel.max_size
        if len(body) > most:
            raise Problem(CONTENT_TOO_LARGE, f"it has {len(body)} bytes, and this channel takes {most}")
        if len(body) > DIRECT_LIMIT:
            way = f"seal it, and send it through POST /exchange/{call.channel}/uploads"
            raise Problem(
                CONTENT_TOO_LARGE, f"it has {len(body)} bytes, and {DIRECT_LIMIT} can be sent directly: {way}"
            )
        if form is Format.SEALED:
            claim = ClaimCheck.of(body)
            return claim, self._send_once(call, claim, body, is_uploaded=False)
        try:
            content = decode(form, body, call.endpoint.types)
        except FormatError as error:
            raise content_problem(error) from error
        # Two posts of equal content are two messages: a repetition of one cannot be told from a second one.
        expires_at = call.now + call.endpoint.channel.retention
        envelope = call.endpoint.seal(content, call.principal, call.now, expires_at)
        claim = ClaimCheck.of(envelope)
        self._put(call, claim, envelope, int(expires_at), call.deadline)
        return claim, True

    def _send_claimed(self, call: ChannelCall) -> tuple[ClaimCheck, bool]:
        document = read_document(call.endpoint, Format.JSON, call.request.body)
        token = document.get("claim")
        if type(token) is not str:
            raise Problem(CLAIM_INVALID, 'there is no text under "claim"')
        claim = self.tokens.read_claim(token, call.channel, call.principal, call.now)
        with call.requiring("bodies"):
            envelope = self.claims.read(call.channel, claim, deadline=call.deadline)
        if envelope is None:  # or it was sent, received and acknowledged, and its sender missed the response
            if self._was_sent(call, claim):
                return claim, False
            raise Problem(CLAIM_MISSING)
        if ClaimCheck.of(envelope) != claim:
            raise Problem(CONTENT_INVALID, "the uploaded envelope has another size or SHA-256 than announced")
        return claim, self._send_once(call, claim, envelope, is_uploaded=True)

    def _send_once(self, call: ChannelCall, claim: ClaimCheck, envelope: bytes, *, is_uploaded: bool) -> bool:
        """Send a sealed message. Return False if it was sent before. Raises Problem."""
        endpoint = call.endpoint
        try:
            info, _ = endpoint.check(envelope, call.principal, call.now)
        except CodecError as error:
            # A sender that missed the response may repeat its message after the envelope or its key has expired.
            if isinstance(error, Expired | UnknownKey) and self._was_sent(call, claim):
                return False
            raise self.endpoints.problem(error, endpoint, envelope, call.principal, call.now) from error
        key = call.mark_key(claim.id)
        owner = secrets.token_hex(16)
        deadline = call.deadline.within(SENDING_LIMIT)
        until = call.time + deadline.remaining() + LEASE_MARGIN
        with call.requiring("table"):
            before = self.marks.begin(
                key,
                owner=owner,
                now=call.time,
                until=until,
                evict_at=endpoint.channel.last_arrival_at(call.now),
                deadline=call.deadline,
            )
        if isinstance(before, Sent):
            return False
        if before is not None:
            raise Problem(MESSAGE_BEING_SENT, retry_after=max(1, ceil(before.until - call.time)))
        try:
            self._put(call, claim, None if is_uploaded else envelope, info.expires_at, deadline)
        except Problem as problem:
            if _is_undone(problem):
                with call.tolerating("table"):
                    self.marks.give_up(key, owner=owner, deadline=call.deadline)
            raise
        with call.tolerating("table"):  # the message is sent; without the mark, a repetition makes a copy
            self.marks.settle(key, owner=owner, deadline=call.deadline)
        return True

    def _was_sent(self, call: ChannelCall, claim: ClaimCheck) -> bool:
        """Return whether a mark says that the message was sent. Raises Problem."""
        with call.requiring("table"):
            state = self.marks.look(call.mark_key(claim.id), deadline=call.deadline)
        return isinstance(state, Sent)

    def _put(
        self, call: ChannelCall, claim: ClaimCheck, envelope: bytes | None, expires_at: int, deadline: Deadline
    ) -> None:
        """Put a message into the queue, after writing a large envelope to the bucket. Raises Problem.

        envelope: None if it is in the bucket already.
        """
        if envelope is not None and len(envelope) > call.endpoint.channel.max_size:
            raise Problem(CONTENT_TOO_LARGE, f"sealed it has {len(envelope)} bytes")
        if envelope is not None and len(envelope) > INLINE_LIMIT:
            with call.requiring("bodies"):
                self.claims.write(call.channel, claim, envelope, deadline=deadline)
            envelope = None
        message = ChannelMessage(call.principal, expires_at, claim if envelope is None else envelope)
        with call.requiring("queue"):
            call.endpoint.queue.send(message, deadline=deadline)


def _is_undone(problem: Problem) -> bool:
    """Return whether the message is certainly not in the queue."""
    cause = problem.__cause__
    return problem.kind is not QUEUE_UNAVAILABLE or (isinstance(cause, StoreError) and cause.is_undone)


def _announced(document: dict[str, object], most: int) -> ClaimCheck:
    """Return the claim check of an announced upload. Raises Problem."""
    size, digest = document.get("size"), document.get("sha256")
    if type(size) is not int or size <= 0:
        raise Problem(CONTENT_INVALID, '"size" is not a number of bytes')
    if type(digest) is not str or not _DIGEST.fullmatch(digest):
        raise Problem(CONTENT_INVALID, '"sha256" is not a SHA-256 in hexadecimal digits')
    if size > most:
        raise Problem(CONTENT_TOO_LARGE, f"it has {size} bytes, and this channel takes {most}")
    return ClaimCheck(size, bytes.fromhex(digest))
