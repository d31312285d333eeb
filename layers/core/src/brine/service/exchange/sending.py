"""Sending: a message is checked, marked as being sent, put into the queue, and marked as sent, in this order.

Whoever dies in between has either sent nothing, or what may be sent again once the mark's time is over: at least once.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING, Final

from brine.domain.channel_message import ChannelMessage, ClaimCheck
from brine.domain.formats import Format, decode
from brine.domain.single_use import Sent, single_use_key
from brine.errors import FormatError, StoreError
from brine.service.exchange.documents import accepted_format, content_format, read_document, written_time
from brine.service.exchange.problems import (
    CLAIM_INVALID,
    CLAIM_MISSING,
    MESSAGE_BEING_SENT,
    MESSAGE_REPLAYED,
    QUEUE_UNAVAILABLE,
    Refusal,
    refused_content,
)
from brine.service.problems import CONTENT_INVALID, CONTENT_TOO_LARGE, STORE_UNAVAILABLE
from brine.service.waiting import LEASE_MARGIN
from brine_codec import CodecError

if TYPE_CHECKING:
    from brine.exchange_ports import ClaimStore, SingleUseStore
    from brine.service.exchange.answer import ExchangeAnswer
    from brine.service.exchange.call import Call
    from brine.service.exchange.channel_end import ChannelEnds
    from brine.service.exchange.tokens import Tokens

CLAIM_TYPE: Final = "application/vnd.brine.claim+json"
DIRECT_LIMIT: Final = 4_500_000
"""Bytes of content that are sent directly. Lambda takes events of 6 MB, in which bytes take a third more."""
INLINE_LIMIT: Final = 190_000
"""Bytes of the largest envelope that the queue keeps itself: it takes 256 KiB of text, and bytes take a third more."""
UPLOAD_SECONDS: Final = 900
"""For so long an upload may begin; and for as long again may its claim be sent."""
EVICTION_SLACK: Final = 60
"""Seconds that a mark outlives its envelope: another process's clock may be behind."""
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
            message_id = self._send_claimed(call)
        else:
            message_id = self._send_content(call, content_format(call.request))
        return call.done(call.answer(form, {"id": message_id}, status=202), "sent", message_id=message_id)

    def _send_content(self, call: Call, form: Format) -> str:
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
            return self._send_once(call, body)
        try:
            content = decode(form, body, call.end.types)
        except FormatError as error:
            raise refused_content(error) from error
        # Two posts of equal content are two messages: nothing tells a repetition from a second one.
        expires_at = call.now + call.end.channel.retention
        return self._put(call, call.end.seal(content, call.principal, call.now, expires_at), int(expires_at))

    def _send_claimed(self, call: Call) -> str:
        document = read_document(call.end, Format.JSON, call.request.body)
        token = document.get("claim")
        if type(token) is not str:
            raise Refusal(CLAIM_INVALID, 'there is no text under "claim"')
        claim = self.tokens.read_claim(token, call.channel, call.principal, call.now)
        try:
            envelope = self.claims.within(call.deadline).read(call.channel, claim)
        except StoreError as error:
            call.journal.store_failed("bodies", error)
            raise Refusal(STORE_UNAVAILABLE) from error
        if envelope is None:
            raise Refusal(CLAIM_MISSING)
        if len(envelope) != claim.size or sha256(envelope).digest() != claim.digest:
            raise Refusal(CONTENT_INVALID, "what was uploaded is not what was announced")
        return self._send_once(call, envelope, claim)

    def _send_once(self, call: Call, envelope: bytes, claim: ClaimCheck | None = None) -> str:
        """Send a sealed message, unless it has been sent; its id."""
        end = call.end
        try:
            info, _ = end.check(envelope, call.principal, call.now)
        except CodecError as error:
            raise self.ends.refusal(error, end, envelope, call.principal, call.now) from error
        key = single_use_key("channel", call.channel, envelope)
        owner = secrets.token_hex(16)
        until = call.ends_at + LEASE_MARGIN
        marks = self.marks.within(call.deadline)
        try:
            before = marks.begin(key, owner=owner, now=call.now, until=until, evict_at=info.expires_at + EVICTION_SLACK)
        except StoreError as error:
            call.journal.store_failed("table", error)
            raise Refusal(STORE_UNAVAILABLE) from error
        if isinstance(before, Sent):
            raise Refusal(MESSAGE_REPLAYED, members={"id": before.message_id})
        if before is not None:
            raise Refusal(MESSAGE_BEING_SENT, retry_after=max(1, ceil(before.until - call.now)))
        try:
            message_id = self._put(call, envelope, info.expires_at, claim)
        except Refusal:
            try:
                marks.give_up(key, owner=owner)
            except StoreError as error:
                call.journal.store_failed("table", error)
            raise
        try:
            marks.settle(key, owner=owner, message_id=message_id)
        except StoreError as error:  # it is sent; that it was, is forgotten when the mark's time is over
            call.journal.store_failed("table", error)
        return message_id

    def _put(self, call: Call, envelope: bytes, expires_at: int, claim: ClaimCheck | None = None) -> str:
        """Put an envelope into the queue, or into the bucket and its claim check into the queue."""
        if claim is None and len(envelope) > call.end.channel.max_size:
            raise Refusal(CONTENT_TOO_LARGE, f"sealed it has {len(envelope)} bytes")
        if claim is None and len(envelope) > INLINE_LIMIT:
            claim = ClaimCheck(secrets.token_hex(16), len(envelope), sha256(envelope).digest())
            try:
                self.claims.within(call.deadline).write(call.channel, claim, envelope)
            except StoreError as error:
                call.journal.store_failed("bodies", error)
                raise Refusal(STORE_UNAVAILABLE) from error
        message = ChannelMessage(call.principal, expires_at, envelope if claim is None else claim)
        try:
            return call.end.queue.within(call.deadline).send(message)
        except StoreError as error:
            call.journal.store_failed("queue", error)
            raise Refusal(QUEUE_UNAVAILABLE) from error


def _announced(document: dict[str, object], most: int) -> ClaimCheck:
    """The claim check of an upload that is to come. Raises Refusal."""
    size, digest = document.get("size"), document.get("sha256")
    if type(size) is not int or size <= 0:
        raise Refusal(CONTENT_INVALID, '"size" is no number of bytes')
    if type(digest) is not str or not _DIGEST.fullmatch(digest):
        raise Refusal(CONTENT_INVALID, '"sha256" is no SHA-256 in hexadecimal digits')
    if size > most:
        raise Refusal(CONTENT_TOO_LARGE, f"it has {size} bytes, and this channel takes {most}")
    return ClaimCheck(secrets.token_hex(16), size, bytes.fromhex(digest))
