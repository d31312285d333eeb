"""Receives messages: each comes with a receipt, and stays in the queue until it is acknowledged.

A message that does not verify is skipped. SQS delivers it again, and moves it to the dead-letter queue in the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from brine.domain.channels.channel import MAX_MESSAGES, MAX_VISIBILITY, MAX_WAIT
from brine.service.channels.delivery_builder import Acknowledged, DeliveryBuilder, Undeliverable
from brine.service.channels.documents import accepted_format, content_format, read_document
from brine.service.channels.exchange_problems import PARAMETER_INVALID, RECEIPT_EXPIRED
from brine.service.problems import CONTENT_INVALID, STORE_UNAVAILABLE, Problem
from brine_codec import KeyringUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.channels.message import Delivery
    from brine.domain.formats import Format
    from brine.ports.channels import ClaimStore, SingleUseStore
    from brine.service.channels.channel_call import ChannelCall
    from brine.service.channels.exchange_answer import ExchangeAnswer
    from brine.service.channels.tokens import Tokens

RESERVE: Final = 3.0
"""Seconds of the deadline that remain for writing the answer, after the wait for a queue or the bucket."""
LONGEST_DELIVERY: Final = 8.0
"""Seconds that one message may take at most. With less time, or less than half of the first time, the batch ends."""

MOST_POLLS: Final = 10
"""Polls of the queue for one answer. Several are made if no message of a poll can be delivered."""
MOST_PARAMETERS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceiver:
    """Receives, acknowledges and extends messages. `clock`: seconds since 1970, because polling takes time."""

    claims: ClaimStore
    marks: SingleUseStore
    tokens: Tokens
    clock: Callable[[], float]

    def receive(self, call: ChannelCall) -> ExchangeAnswer:
        """Return the messages in the queue, or those that arrive within the wait. Raises Problem."""
        form = accepted_format(call.request)
        given = _parameters(call.request.query)
        wait = _number(given, "wait", 0, smallest=0, largest=MAX_WAIT)
        most = _number(given, "max", MAX_MESSAGES, smallest=1, largest=MAX_MESSAGES)
        default = call.endpoint.channel.visibility
        visibility = _number(given, "visibility", default, smallest=1, largest=MAX_VISIBILITY)
        self._await_keys(call)
        queue = call.endpoint.queue
        wait = max(0, min(wait, int(call.deadline.remaining() - RESERVE)))
        until = call.deadline.within(wait)
        batch = Batch()
        for _ in range(MOST_POLLS):
            with call.requiring("queue"):
                deliveries = queue.receive(most=most, wait=wait, visibility=visibility, deadline=call.deadline)
            call = replace(call, now=self.clock())
            batch.add(self._builder(call, form, visibility), deliveries)
            if batch.messages or not deliveries or call.deadline.remaining() < LONGEST_DELIVERY:
                break
            wait = int(until.remaining())
        if batch.messages:
            answer = call.answer(form, {"messages": batch.messages}, "received", status=200)
        else:
            answer = call.empty_answer("empty")
        undeliverable = tuple(batch.undeliverable)
        return replace(answer, delivered=len(batch.messages), undeliverable=undeliverable, removed=batch.removed)

    def _builder(self, call: ChannelCall, form: Format, visibility: int) -> DeliveryBuilder:
        return DeliveryBuilder(
            call=call,
            form=form,
            visibility=visibility,
            claims=self.claims,
            claims_deadline=replace(call.deadline, at=call.deadline.at - RESERVE),
            marks=self.marks,
            tokens=self.tokens,
        )

    def acknowledge(self, call: ChannelCall, token: str) -> ExchangeAnswer:
        """Delete a message from the queue, and then its object from the bucket. Raises Problem."""
        receipt = self.tokens.read_receipt(token, call.channel, call.principal, call.now)
        with call.requiring("queue"):
            deleted = call.endpoint.queue.delete(receipt.handle, deadline=call.deadline)
        if not deleted:
            raise Problem(RECEIPT_EXPIRED)
        if receipt.has_object:
            self._delete_object(call, receipt.message_id)
        return call.empty_answer("acknowledged", message_id=receipt.message_id)

    def _delete_object(self, call: ChannelCall, message_id: str) -> None:
        """Mark a message as acknowledged, and delete its object. Without the mark, a later copy would look damaged.

        A failure does not matter to the receiver. The lifecycle rule of the bucket deletes the object later.
        """
        evict_at = call.endpoint.channel.last_arrival_at(call.now)
        with call.tolerating("table"):
            self.marks.acknowledge(call.mark_key(message_id), evict_at=evict_at, deadline=call.deadline)
            with call.tolerating("bodies"):
                self.claims.delete(call.channel, message_id, deadline=call.deadline)

    def extend(self, call: ChannelCall, token: str) -> ExchangeAnswer:
        """Extend the visibility timeout of a message, and return a new receipt. Raises Problem."""
        form = accepted_format(call.request)
        document = read_document(call.endpoint, content_format(call.request), call.request.body)
        visibility = document.get("visibility")
        if type(visibility) is not int or not 0 <= visibility <= MAX_VISIBILITY:
            raise Problem(CONTENT_INVALID, f'"visibility" is not a number of seconds up to {MAX_VISIBILITY}')
        receipt = self.tokens.read_receipt(token, call.channel, call.principal, call.now)
        with call.requiring("queue"):
            extended = call.endpoint.queue.extend(receipt.handle, visibility, deadline=call.deadline)
        if not extended:
            raise Problem(RECEIPT_EXPIRED)
        now = self.clock()
        renewed = self.tokens.receipt(receipt, call.channel, call.principal, now=now, expires_at=now + visibility)
        return call.answer(form, {"receipt": renewed}, "extended", status=200, message_id=receipt.message_id)

    def _await_keys(self, call: ChannelCall) -> None:
        """Load the keys first, so that no message is taken from the queue that could not be delivered."""
        try:
            for codec in (call.endpoint.codec, self.tokens.codec):
                codec.seal(None, now=call.now)
        except KeyringUnavailable as error:
            call.faults.envelope_failed(error)
            raise Problem(STORE_UNAVAILABLE) from error


def _give_back(call: ChannelCall, deliveries: list[Delivery]) -> None:
    """Make messages visible again for which the time is too short. If this fails, they wait for their timeout."""
    with call.tolerating("queue"):
        for delivery in deliveries:
            call.endpoint.queue.extend(delivery.handle, 0, deadline=call.deadline)


@dataclass(slots=True)
class Batch:
    """The messages of one answer, and counts of the messages that were left out."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    undeliverable: list[str] = field(default_factory=list)
    removed: int = 0

    def add(self, builder: DeliveryBuilder, deliveries: list[Delivery]) -> None:
        """Add the messages of a poll. Raises Problem."""
        call = builder.call
        enough = min(LONGEST_DELIVERY, call.deadline.remaining() / 2)
        for number, delivery in enumerate(deliveries):
            if number and call.deadline.remaining() < enough:
                _give_back(call, deliveries[number:])
                break
            try:
                self.messages.append(builder.build(delivery))
            except Acknowledged:
                self.removed += 1
                with call.tolerating("queue"):  # if this fails, the copy comes again
                    call.endpoint.queue.delete(delivery.handle, deadline=call.deadline)
            except Undeliverable as reason:
                self.undeliverable.append(str(reason))


def _parameters(query: str | None) -> dict[str, str]:
    try:
        return dict(parse_qsl(query or "", keep_blank_values=True, max_num_fields=MOST_PARAMETERS))
    except ValueError:
        raise Problem(PARAMETER_INVALID, f"there are more than {MOST_PARAMETERS} parameters") from None


def _number(given: dict[str, str], name: str, default: int, *, smallest: int, largest: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and smallest <= int(text) <= largest):
        raise Problem(PARAMETER_INVALID, f'"{name}" must be a whole number from {smallest} to {largest}')
    return int(text)
