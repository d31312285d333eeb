"""Sending: a message is checked, marked as being sent, put into the queue, and marked as sent, in this order.

A request that ends in between has either sent nothing, or a message that may be sent again once the mark's time is
over. So a message may be in the queue several times, and all copies have its id: at least once.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

from brine.domain.channels.message import ChannelMessage, ClaimCheck
from brine.domain.channels.single_use import Sent, single_use_key
from brine.domain.formats import Format, decode
from brine.errors import FormatError, StoreError
from brine.service.channels.documents import accepted_format, content_format, read_document, written_time
from brine.service.channels.problems import (
    CLAIM_INVALID,
    CLAIM_MISSING,
    MESSAGE_BEING_SENT,
    QUEUE_UNAVAILABLE,
    Refusal,
    refused_content,
)
from brine.service.problems import CONTENT_INVALID, CONTENT_TOO_LARGE, STORE_UNAVAILABLE
from brine.service.single_flight import LEASE_MARGIN
from brine_codec import CodecError, Expired, UnknownKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.ports.channels import ClaimStore, SingleUseStore
    from brine.ports.deadline import Deadline
    from brine.service.channels.answer import ExchangeAnswer
    from brine.service.channels.call import Call
    from brine.service.channels.channel_end import ChannelEnds
    from brine.service.channels.tokens import Tokens

CLAIM_TYPE: Final = "application/vnd.brine.claim+json"
DIRECT_LIMIT: Final = 4_500_000
"""Bytes of content that are sent directly. Lambda takes events of 6 MB, in which bytes take a third more."""
INLINE_LIMIT: Final = 190_000
"""Bytes of the largest envelope that the queue keeps itself: it takes 256 KiB of text, and bytes take a third more."""
UPLOAD_SECONDS: Final = 900
"""For so long an upload may begin; and for as long again may its claim be sent."""
SENDING_LIMIT: Final = 10.0
"""Seconds within which a message is put into bucket and queue, or not at all: another request waits no longer."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The way into a channel."""

    ends: ChannelEnds
    marks: SingleUseStore
    claims: ClaimStore
    tokens: Tokens

    def invite(self, call: Call) -> ExchangeAnswer:
        """Say where a large envelope can be uploaded. Raises Refusal."""
        form = accepted_format(call.request)
        document = read_document(call.end, content_format(call.request), call.request.body)
        claim = _announced(document, call.end.channel.max_size)
        token = self.tokens.claim(
            claim, call.channel, call.principal, now=call.now, expires_at=call.now + 2 * UPLOAD_SECONDS
        )
        upload = self.claims.upload(call.channel, claim, seconds=UPLOAD_SECONDS)
        invitation = {
            "claim": token,
            "url": upload.url,
            "headers": dict(upload.headers),
            "expires_at": written_time(call.now + UPLOAD_SECONDS),
        }
        return call.done(call.answer(form, invitation, status=201), "invited")

    def send(self, call: Call) -> ExchangeAnswer:
        """Send what the request has, or what its claim was uploaded as. Raises Refusal."""
        form = accepted_format(call.request)
        content_type = (call.request.fields.get("content-type") or "").partition(";")[0].strip().lower()
        if content_type == CLAIM_TYPE:
            message, is_new = self._send_claimed(call)
        else:
            message, is_new = self._send_content(call, content_format(call.request))
        response = call.answer(form, {"id": message.id}, status=202)
        return call.done(response, "sent" if is_new else "repeated", message_id=message.id)

    def _send_content(self, call: Call, form: Format) -> tuple[ClaimCheck, bool]:
        body = call.request.body
        most = call.end.channel.max_size
        if len(body) > most:
            raise Refusal(CONTENT_TOO_LARGE, f"it has {len(body)} bytes, and this channel takes {most}")
        if len(body) > DIRECT_LIMIT:
            way = f"seal it, and send it through POST /exchange/{call.channel}/uploads"
            raise Refusal(
                CONTENT_TOO_LARGE, f"it has {len(body)} bytes, and {DIRECT_LIMIT} can be sent directly: {way}"
            )
        if form is Format.SEALED:
            claim = ClaimCheck.of(body)
            return claim, self._send_once(call, claim, body, is_uploaded=False)
        try:
            content = decode(form, body, call.end.types)
        except FormatError as error:
            raise refused_content(error) from error
        # Two posts of equal content are two messages: nothing tells a repetition from a second one.
        expires_at = call.now + call.end.channel.retention
        envelope = call.end.seal(content, call.principal, call.now, expires_at)
        claim = ClaimCheck.of(envelope)
        self._put(call, claim, envelope, int(expires_at), call.deadline)
        return claim, True

    def _send_claimed(self, call: Call) -> tuple[ClaimCheck, bool]:
        document = read_document(call.end, Format.JSON, call.request.body)
        token = document.get("claim")
        if type(token) is not str:
            raise Refusal(CLAIM_INVALID, 'there is no text under "claim"')
        claim = self.tokens.read_claim(token, call.channel, call.principal, call.now)
        try:
            envelope = self.claims.read(call.channel, claim, deadline=call.deadline)
        except StoreError as error:
            call.faults.store_failed("bodies", error)
            raise Refusal(STORE_UNAVAILABLE) from error
        if envelope is None:  # or it was sent, received and acknowledged, and its sender has not heard of it
            if self._was_sent(call, claim):
                return claim, False
            raise Refusal(CLAIM_MISSING)
        if ClaimCheck.of(envelope) != claim:
            raise Refusal(CONTENT_INVALID, "what was uploaded is not what was announced")
        return claim, self._send_once(call, claim, envelope, is_uploaded=True)

    def _send_once(self, call: Call, claim: ClaimCheck, envelope: bytes, *, is_uploaded: bool) -> bool:
        """Send a sealed message; False when it has been sent before. Raises Refusal."""
        end = call.end
        try:
            info, _ = end.check(envelope, call.principal, call.now)
        except CodecError as error:
            # What was good when it was sent may be repeated later, by a sender that has not heard of it
            if isinstance(error, Expired | UnknownKey) and self._was_sent(call, claim):
                return False
            raise self.ends.refusal(error, end, envelope, call.principal, call.now) from error
        key = single_use_key("channel", call.channel, claim.id)
        owner = secrets.token_hex(16)
        deadline = call.deadline.within(SENDING_LIMIT)
        until = call.time + deadline.remaining() + LEASE_MARGIN
        try:
            before = self.marks.begin(
                key,
                owner=owner,
                now=call.time,
                until=until,
                evict_at=end.channel.last_arrival_at(call.now),
                deadline=call.deadline,
            )
        except StoreError as error:
            call.faults.store_failed("table", error)
            raise Refusal(STORE_UNAVAILABLE) from error
        if isinstance(before, Sent):
            return False
        if before is not None:
            raise Refusal(MESSAGE_BEING_SENT, retry_after=max(1, ceil(before.until - call.time)))
        try:
            self._put(call, claim, None if is_uploaded else envelope, info.expires_at, deadline)
        except Refusal as refusal:
            if _is_undone(refusal):
                _note(call, lambda: self.marks.give_up(key, owner=owner, deadline=call.deadline))
            raise
        # It is sent. If the mark does not say so, a repetition makes a copy.
        _note(call, lambda: self.marks.settle(key, owner=owner, deadline=call.deadline))
        return True

    def _was_sent(self, call: Call, claim: ClaimCheck) -> bool:
        """Whether the mark says that the message was sent. Raises Refusal."""
        try:
            state = self.marks.look(single_use_key("channel", call.channel, claim.id), deadline=call.deadline)
        except StoreError as error:
            call.faults.store_failed("table", error)
            raise Refusal(STORE_UNAVAILABLE) from error
        return isinstance(state, Sent)

    def _put(self, call: Call, claim: ClaimCheck, envelope: bytes | None, expires_at: int, deadline: Deadline) -> None:
        """Put a message into the queue, and one that is too large for it into the bucket before. Raises Refusal.

        envelope: None when it is in the bucket already.
        """
        if envelope is not None and len(envelope) > call.end.channel.max_size:
            raise Refusal(CONTENT_TOO_LARGE, f"sealed it has {len(envelope)} bytes")
        if envelope is not None and len(envelope) > INLINE_LIMIT:
            try:
                self.claims.write(call.channel, claim, envelope, deadline=deadline)
            except StoreError as error:
                call.faults.store_failed("bodies", error)
                raise Refusal(STORE_UNAVAILABLE) from error
            envelope = None
        message = ChannelMessage(call.principal, expires_at, claim if envelope is None else envelope)
        try:
            call.end.queue.send(message, deadline=deadline)
        except StoreError as error:
            call.faults.store_failed("queue", error)
            raise Refusal(QUEUE_UNAVAILABLE) from error


def _note(call: Call, write: Callable[[], object]) -> None:
    """Write a mark that the message does not depend on."""
    try:
        write()
    except StoreError as error:
        call.faults.store_failed("table", error)


def _is_undone(refusal: Refusal) -> bool:
    """Whether it is certain that the message is not in the queue."""
    cause = refusal.__cause__
    return refusal.kind is not QUEUE_UNAVAILABLE or (isinstance(cause, StoreError) and cause.is_undone)


def _announced(document: dict[str, object], most: int) -> ClaimCheck:
    """The claim check of an upload that is to come. Raises Refusal."""
    size, digest = document.get("size"), document.get("sha256")
    if type(size) is not int or size <= 0:
        raise Refusal(CONTENT_INVALID, '"size" is no number of bytes')
    if type(digest) is not str or not _DIGEST.fullmatch(digest):
        raise Refusal(CONTENT_INVALID, '"sha256" is no SHA-256 in hexadecimal digits')
    if size > most:
        raise Refusal(CONTENT_TOO_LARGE, f"it has {size} bytes, and this channel takes {most}")
    return ClaimCheck(size, bytes.fromhex(digest))
