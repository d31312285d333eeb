"""Receiving: messages come out with a receipt each, and are gone when they are acknowledged.

A message that does not verify is passed over: it comes again, and then goes to the dead-letter queue.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from brine.domain.channels.channel import MAX_MESSAGES, MAX_VISIBILITY, MAX_WAIT
from brine.domain.channels.single_use import single_use_key
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.errors import StoreError
from brine.service.channels.delivering import Acknowledged, Delivering, Undeliverable
from brine.service.channels.documents import accepted_format, content_format, read_document
from brine.service.channels.problems import PARAMETER_INVALID, QUEUE_UNAVAILABLE, RECEIPT_EXPIRED, Refusal
from brine.service.problems import CONTENT_INVALID, STORE_UNAVAILABLE
from brine_codec import KeyringUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.channels.message import Delivery
    from brine.domain.formats import Format
    from brine.ports.channels import ClaimStore, MessageQueue, SingleUseStore
    from brine.service.channels.answer import ExchangeAnswer
    from brine.service.channels.call import Call
    from brine.service.channels.tokens import Tokens

RESERVE: Final = 3.0
"""Seconds of the deadline that are left when a queue or the bucket has been waited for: to write what they gave."""
LONGEST_LOOK: Final = 8.0
"""Seconds that a message may take at most: with less, or less than half of what there was, no other is looked at."""

MOST_LOOKS: Final = 10
"""How often the queue is asked for an answer, while all that it gives cannot be given: that must not hide what can."""
MOST_PARAMETERS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """The way out of a channel. `clock` is seconds since 1970: how long the queue waited is not known before."""

    claims: ClaimStore
    marks: SingleUseStore
    tokens: Tokens
    clock: Callable[[], float]

    def receive(self, call: Call) -> ExchangeAnswer:
        """Give what is there, or what comes soon. Raises Refusal."""
        form = accepted_format(call.request)
        wanted = Wanted.read(call.request.query, call.end.channel.visibility)
        self._await_keys(call)
        queue = call.end.queue
        wait = max(0, min(wanted.wait, int(call.deadline.remaining() - RESERVE)))
        until = call.deadline.within(wait)
        look = Look()
        for _ in range(MOST_LOOKS):
            try:
                deliveries = queue.receive(
                    most=wanted.most, wait=wait, visibility=wanted.visibility, deadline=call.deadline
                )
            except StoreError as error:
                call.faults.store_failed("queue", error)
                raise Refusal(QUEUE_UNAVAILABLE) from error
            call = replace(call, now=self.clock())
            look.take(self._delivering(call, form, wanted.visibility), queue, deliveries)
            if look.messages or not deliveries or call.deadline.remaining() < LONGEST_LOOK:
                break
            wait = int(until.remaining())
        if look.messages:
            done = call.done(call.answer(form, {"messages": look.messages}, status=200), "received")
        else:
            done = call.done(Response(status=204, fields=Fields([("cache-control", "no-store")])), "empty")
        undeliverable = tuple(look.undeliverable)
        return replace(done, delivered=len(look.messages), undeliverable=undeliverable, removed=look.removed)

    def _delivering(self, call: Call, form: Format, visibility: int) -> Delivering:
        return Delivering(
            call=call,
            form=form,
            visibility=visibility,
            claims=self.claims,
            claims_deadline=replace(call.deadline, at=call.deadline.at - RESERVE),
            marks=self.marks,
            tokens=self.tokens,
        )

    def acknowledge(self, call: Call, token: str) -> ExchangeAnswer:
        """Delete a message, and then what lies in the bucket for it. Raises Refusal."""
        receipt = self.tokens.read_receipt(token, call.channel, call.principal, call.now)
        try:
            deleted = call.end.queue.delete(receipt.handle, deadline=call.deadline)
        except StoreError as error:
            call.faults.store_failed("queue", error)
            raise Refusal(QUEUE_UNAVAILABLE) from error
        if not deleted:
            raise Refusal(RECEIPT_EXPIRED)
        if receipt.has_object:
            self._remove_object(call, receipt.message_id)
        response = Response(status=204, fields=Fields([("cache-control", "no-store")]))
        return call.done(response, "acknowledged", message_id=receipt.message_id)

    def _remove_object(self, call: Call, message_id: str) -> None:
        """Remove a message from the bucket, once it is marked: a copy that comes later must not be missed.

        Where that fails the message is gone all the same, and the bucket's lifecycle rule removes the rest.
        """
        key, evict_at = single_use_key("channel", call.channel, message_id), call.end.channel.last_arrival_at(call.now)
        try:
            self.marks.acknowledge(key, evict_at=evict_at, deadline=call.deadline)
        except StoreError as error:
            call.faults.store_failed("table", error)
            return
        try:
            self.claims.delete(call.channel, message_id, deadline=call.deadline)
        except StoreError as error:
            call.faults.store_failed("bodies", error)

    def extend(self, call: Call, token: str) -> ExchangeAnswer:
        """Keep a message from others for longer, under a new receipt. Raises Refusal."""
        form = accepted_format(call.request)
        document = read_document(call.end, content_format(call.request), call.request.body)
        visibility = document.get("visibility")
        if type(visibility) is not int or not 0 <= visibility <= MAX_VISIBILITY:
            raise Refusal(CONTENT_INVALID, f'"visibility" is no number of seconds up to {MAX_VISIBILITY}')
        receipt = self.tokens.read_receipt(token, call.channel, call.principal, call.now)
        try:
            extended = call.end.queue.extend(receipt.handle, visibility, deadline=call.deadline)
        except StoreError as error:
            call.faults.store_failed("queue", error)
            raise Refusal(QUEUE_UNAVAILABLE) from error
        if not extended:
            raise Refusal(RECEIPT_EXPIRED)
        now = self.clock()
        renewed = self.tokens.receipt(receipt, call.channel, call.principal, now=now, expires_at=now + visibility)
        return call.done(call.answer(form, {"receipt": renewed}, status=200), "extended", message_id=receipt.message_id)

    def _await_keys(self, call: Call) -> None:
        """Without keys, nothing is taken out of the queue that could not be given."""
        try:
            call.end.await_keys(call.now)
            self.tokens.await_keys(call.now)
        except KeyringUnavailable as error:
            call.faults.envelope_failed(error)
            raise Refusal(STORE_UNAVAILABLE) from error


def _remove(call: Call, queue: MessageQueue, delivery: Delivery) -> None:
    """Take out of the queue what no receiver needs."""
    try:
        queue.delete(delivery.handle, deadline=call.deadline)
    except StoreError as error:  # then it comes again, and is removed then
        call.faults.store_failed("queue", error)


def _give_back(call: Call, queue: MessageQueue, deliveries: list[Delivery]) -> None:
    """Let others have at once what there is no time to look at."""
    for delivery in deliveries:
        try:
            queue.extend(delivery.handle, 0, deadline=call.deadline)
        except StoreError as error:  # then it comes again when its visibility is over
            call.faults.store_failed("queue", error)
            return


@dataclass(slots=True)
class Look:
    """What has become of the messages that the queue gave."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    undeliverable: list[str] = field(default_factory=list)
    removed: int = 0

    def take(self, delivering: Delivering, queue: MessageQueue, deliveries: list[Delivery]) -> None:
        """Make what the queue gave into what the receiver gets. Raises Refusal."""
        call = delivering.call
        enough = min(LONGEST_LOOK, call.deadline.remaining() / 2)
        for number, delivery in enumerate(deliveries):
            if number and call.deadline.remaining() < enough:
                _give_back(call, queue, deliveries[number:])
                break
            try:
                self.messages.append(delivering.give(delivery))
            except Acknowledged:
                self.removed += 1
                _remove(call, queue, delivery)
            except Undeliverable as why:
                self.undeliverable.append(str(why))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the query of a receiver asks for."""

    wait: int
    most: int
    visibility: int

    @classmethod
    def read(cls, query: str | None, visibility: int) -> Wanted:
        """The query's values, or those that hold without. Raises Refusal."""
        try:
            given = dict(parse_qsl(query or "", keep_blank_values=True, max_num_fields=MOST_PARAMETERS))
        except ValueError:
            raise Refusal(PARAMETER_INVALID, f"there are more than {MOST_PARAMETERS}") from None
        return cls(
            wait=_number(given, "wait", 0, smallest=0, largest=MAX_WAIT),
            most=_number(given, "max", MAX_MESSAGES, smallest=1, largest=MAX_MESSAGES),
            visibility=_number(given, "visibility", visibility, smallest=1, largest=MAX_VISIBILITY),
        )


def _number(given: dict[str, str], name: str, default: int, *, smallest: int, largest: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and smallest <= int(text) <= largest):
        raise Refusal(PARAMETER_INVALID, f'"{name}" is a whole number from {smallest} to {largest}')
    return int(text)
