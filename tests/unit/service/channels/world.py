"""A whole exchange in memory, on the product's own in-memory queue, bucket and table, with a clock set by hand."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from brine.adapters.memory.channels import MemoryClaimStore, MemoryMessageQueue, MemorySingleUseStore
from brine.domain.channels.channel import PURPOSE, Channel, delivery_context, message_context
from brine.domain.channels.message import with_nonce
from brine.domain.formats.allowed_types import Types
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from brine.service.channels.endpoint import ChannelEndpoint, ChannelEndpoints
from brine.service.channels.exchange import ExchangeService
from brine.service.channels.receiver import MessageReceiver
from brine.service.channels.sender import MessageSender
from brine.service.channels.tokens import Tokens
from brine_codec import Codec, Keyring, Registry

if TYPE_CHECKING:
    from brine_codec import KeyringSource

START = 1_790_000_000.0
ACCOUNT = "123456789012"
ORDERS_KEYS = '{"1": "a secret of the orders channel, long enough"}'
PARCELS_KEYS = '{"1": "a secret of the parcels channel, long enough"}'
OWN_KEYS = '{"1": "a secret of the gateway itself, long enough"}'
SEALED = "application/vnd.brine.sealed"
MSGPACK = "application/msgpack"
PRODUCER = f"arn:aws:iam::{ACCOUNT}:user/producer"
CONSUMER = f"arn:aws:sts::{ACCOUNT}:assumed-role/consumer/run-7"


@dataclass(frozen=True, slots=True)
class Order:
    """The type that the channel `orders` takes."""

    id: str
    placed: datetime
    total: Decimal


@dataclass(frozen=True, slots=True)
class Stranger:
    """A type that no channel takes."""

    id: str


ORDER = Order("A-17", datetime(2026, 7, 1, 12, 30, tzinfo=UTC), Decimal("19.90"))


def registry(*classes: type) -> Registry:
    """A registry of these classes, as `shop.NAME@1`."""
    made = Registry()
    for cls in classes:
        made.register(cls, name=f"shop.{cls.__name__}", version=1)
    return made


def sender_codec(keys: str = ORDERS_KEYS, *classes: type) -> Codec:
    """The sender's codec; without classes, it knows orders."""
    return Codec(Keyring.from_json(keys), purpose=PURPOSE, registry=registry(*(classes or (Order,))))


@dataclass
class Reply:
    """An answer of the exchange, with its parts."""

    status: int
    fields: Fields
    body: bytes
    answer: Any

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The kind of its problem; the returned `Answer` says the same."""
        kind: str = self.json["type"].removeprefix("urn:brine:problem:")
        assert (self.answer.problem, self.answer.result) == (kind, "problem")
        assert self.json["status"] == self.status
        assert self.fields.get("content-type") == "application/problem+json"
        return kind


@dataclass
class World:
    """The channels `orders` and `parcels`, their stores, and the time."""

    orders_keys: Keyring | KeyringSource = field(default_factory=lambda: Keyring.from_json(ORDERS_KEYS))
    own_keys: Keyring | KeyringSource = field(default_factory=lambda: Keyring.from_json(OWN_KEYS))
    now: float = START
    max_size: int = 10_000_000
    queue: Any = None
    marks: Any = field(default_factory=MemorySingleUseStore)
    claims: Any = field(default_factory=MemoryClaimStore)
    emulated_principal: str | None = None
    receivers: tuple[str, ...] = ("role/consumer",)
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lying = MemoryMessageQueue(lambda: self.now, wait=self.waited.append)
        self.parcels = MemoryMessageQueue(lambda: self.now)
        if self.queue is None:
            self.queue = self.lying
        self.restart()

    def restart(self) -> None:
        """A new process."""
        self.endpoints = ChannelEndpoints(
            {
                "orders": self._end("orders", self.queue, self.orders_keys, registry(Order)),
                "parcels": self._end("parcels", self.parcels, Keyring.from_json(PARCELS_KEYS), registry()),
            }
        )
        tokens = Tokens(Codec(self.own_keys, purpose="tokens"))
        self.exchange = ExchangeService(
            endpoints=self.endpoints,
            sender=MessageSender(endpoints=self.endpoints, marks=self.marks, claims=self.claims, tokens=tokens),
            receiver=MessageReceiver(claims=self.claims, marks=self.marks, tokens=tokens, clock=lambda: self.now),
            clock=lambda: self.now,
            emulated_principal=self.emulated_principal,
        )

    def _end(self, name: str, queue: Any, keys: Keyring | KeyringSource, types: Registry) -> ChannelEndpoint:
        allowed = Types(types)
        channel = Channel(
            name=name,
            senders=("user/producer", "role/producer-*"),
            receivers=self.receivers,
            retention=3_600.0,
            max_size=self.max_size,
        )
        codec = Codec(keys, purpose=PURPOSE, registry=allowed.registry, limits=allowed.limits)
        return ChannelEndpoint(channel=channel, queue=queue, codec=codec, types=allowed)

    def ask(
        self,
        method: str,
        path: str = "/exchange/orders",
        body: bytes | object = b"",
        *,
        who: str | None = PRODUCER,
        seconds: float = 29.0,
        **fields: str,
    ) -> Reply:
        """Return the exchange's answer. Content other than bytes goes as JSON; names of `fields` have "_" for "-"."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            fields.setdefault("content_type", "application/json")
        path, mark, query = path.partition("?")
        request = Request(
            method=method,
            path=path,
            query=query if mark else None,
            fields=Fields((name.replace("_", "-"), value) for name, value in fields.items()),
            body=body,
            principal={} if who is None else {"iam:user": who, "iam:account": ACCOUNT},
        )
        deadline = Deadline(self.now + seconds, lambda: self.now)
        answer = self.exchange.serve(request, deadline, account=ACCOUNT)
        response = answer.response
        assert response.fields.get("cache-control") == "no-store"
        return Reply(response.status, response.fields, response.body, answer)

    def sealed(
        self,
        content: object = ORDER,
        *,
        channel: str = "orders",
        sender: str = "user/producer",
        codec: Codec | None = None,
        expires_in: float | None = 600.0,
        now: float | None = None,
    ) -> bytes:
        """The envelope of a message."""
        now = self.now if now is None else now
        return (codec or sender_codec()).seal(
            with_nonce(secrets.token_bytes(16), content),
            context=message_context(channel, sender),
            now=now,
            expires_at=0 if expires_in is None else now + expires_in,
        )

    def send(self, envelope: bytes | None = None, **arguments: Any) -> Reply:
        """Post a sealed message."""
        return self.ask("POST", body=envelope or self.sealed(), content_type=SEALED, **arguments)

    def receive(self, query: str = "", **arguments: Any) -> Reply:
        """Get messages."""
        return self.ask("GET", f"/exchange/orders?{query}", who=CONSUMER, **arguments)

    def received(self, query: str = "", **arguments: Any) -> list[dict[str, Any]]:
        """The messages that the channel has now."""
        reply = self.receive(query, **arguments)
        if reply.status == 204:
            return []
        assert reply.status == 200
        if arguments.get("accept") == SEALED:
            opened = sender_codec().open(reply.body, context=delivery_context("orders", "role/consumer"), now=self.now)
            messages: list[dict[str, Any]] = opened["messages"]
        else:
            messages = reply.json["messages"]
        return messages

    def acknowledge(self, receipt: str, **arguments: Any) -> Reply:
        """Acknowledge a delivery."""
        return self.ask("DELETE", f"/exchange/orders/{receipt}", **{"who": CONSUMER, **arguments})

    @property
    def waiting(self) -> int:
        """The messages in the queue, received or not."""
        return len(self.lying.messages)
