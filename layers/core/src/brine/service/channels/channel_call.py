"""A request to a channel."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from brine.domain.channels.channel import delivery_context
from brine.domain.channels.single_use import single_use_key
from brine.domain.formats import Format, encode
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.errors import StoreError
from brine.service.channels.exchange_answer import ExchangeAnswer
from brine.service.channels.exchange_problems import QUEUE_UNAVAILABLE
from brine.service.problems import STORE_UNAVAILABLE, Problem
from brine_codec import KeyringUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.domain.http.messages import Request
    from brine.ports.deadline import Deadline
    from brine.service.channels.endpoint import ChannelEndpoint
    from brine.service.channels.exchange_answer import ExchangeResult
    from brine.service.diagnostics import Faults

    type Store = Literal["queue", "table", "bodies"]

SEALED_FOR: Final = 120.0
"""Seconds until a sealed answer expires. The client opens it at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCall:
    """A request of `principal` to a channel. `now`: the time of the request. `ends_at`: the time of the deadline.

    Both times are in seconds since 1970.
    """

    endpoint: ChannelEndpoint
    principal: str
    request: Request
    deadline: Deadline
    now: float
    ends_at: float
    faults: Faults

    @property
    def channel(self) -> str:
        """Return the name of the channel."""
        return self.endpoint.channel.name

    @property
    def time(self) -> float:
        """Return the present time in seconds since 1970. It is later than `now` after a slow operation."""
        return self.ends_at - self.deadline.remaining()

    def mark_key(self, message_id: str) -> str:
        """Return the key of the mark that a message of this channel was sent."""
        return single_use_key("channel", self.channel, message_id)

    @contextmanager
    def requiring(self, store: Store) -> Iterator[None]:
        """Turn a StoreError into a Problem and note it as a fault. For operations that the request needs."""
        try:
            yield
        except StoreError as error:
            self.faults.store_failed(store, error)
            raise Problem(QUEUE_UNAVAILABLE if store == "queue" else STORE_UNAVAILABLE) from error

    @contextmanager
    def tolerating(self, store: Store) -> Iterator[None]:
        """Note a StoreError as a fault and end the block. For operations that the request can do without."""
        try:
            yield
        except StoreError as error:
            self.faults.store_failed(store, error)

    def answer(
        self,
        form: Format,
        document: dict[str, Any],
        result: ExchangeResult,
        *,
        status: int,
        message_id: str | None = None,
    ) -> ExchangeAnswer:
        """Return the answer with a document in this format. A sealed one is for this principal only. Raises Problem."""
        if form is Format.SEALED:
            context = delivery_context(self.channel, self.principal)
            expires_at = self.now + SEALED_FOR
            try:
                body = self.endpoint.codec.seal(document, context=context, now=self.now, expires_at=expires_at)
            except KeyringUnavailable as error:
                raise Problem(STORE_UNAVAILABLE) from error
        else:
            body = encode(form, document, self.endpoint.types)
        fields = Fields([("content-type", form.media_type), ("cache-control", "no-store"), ("vary", "accept")])
        return self._answer(Response(status=status, fields=fields, body=body), result, message_id)

    def empty_answer(self, result: ExchangeResult, *, message_id: str | None = None) -> ExchangeAnswer:
        """Return the answer without content."""
        return self._answer(Response(status=204, fields=Fields([("cache-control", "no-store")])), result, message_id)

    def _answer(self, response: Response, result: ExchangeResult, message_id: str | None) -> ExchangeAnswer:
        return ExchangeAnswer(
            response=response,
            result=result,
            channel=self.channel,
            message_id=message_id,
            faults=tuple(self.faults),
        )
