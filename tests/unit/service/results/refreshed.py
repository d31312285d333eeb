"""A module of a user's function: cached functions and a handler, on a world whose queue a test delivers by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from brine.adapters.memory.text_queue import MemoryTextQueue
from brine.service.results.decorators.cached import cached
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from brine import Cache
    from brine.service.results.decorators.cached import CachedFunction

ARN = "arn:aws:sqs:eu-central-1:123456789012:refreshes"


@dataclass
class Calls:
    """The arguments of each computation, and the error that the next one raises."""

    made: list[tuple[str, str]] = field(default_factory=list)
    error: Exception | None = None
    took: float = 0.0
    during: Callable[[], object] = lambda: None


@dataclass
class Deployment:
    """Processes of one function on a world with a queue. Each process has its own cache and cached function."""

    queue: MemoryTextQueue = field(default_factory=MemoryTextQueue)
    calls: Calls = field(default_factory=Calls)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = World(queue=self.queue)

    def process(self, name: str = "quotes", **settings: Any) -> Process:
        """A new process."""
        return Process(self, self.world.process(name), settings)

    def taken(self) -> list[str]:
        """Take the messages out of the queue."""
        texts, self.queue.texts = self.queue.texts, []
        return texts


class Process:
    """One environment of Lambda. `tenants`: more caches of the same function, each of one tenant."""

    def __init__(self, deployment: Deployment, cache: Cache, settings: dict[str, Any]) -> None:
        calls, world = deployment.calls, deployment.world
        self.cache = cache

        def price(product: str, currency: str = "EUR") -> str:
            calls.made.append((product, currency))
            calls.during()
            world.now += calls.took
            if calls.error is not None:
                raise calls.error
            return f"{product} {currency} {len(calls.made)}"

        price.__qualname__ = "price"  # as if it were defined at the top of the module
        self.function = price
        self.price: CachedFunction[..., str] = self.of(cache, **settings)
        self.handler = cache.handler(lambda event, context: ("other", event, context))

    def of(self, cache: Cache, **settings: Any) -> CachedFunction[..., str]:
        """The cached function on a cache."""
        options: dict[str, Any] = {"freshness_lifetime": 60, "grace": 300, **settings}
        return cached(cache, **options)(self.function)

    def deliver(self, texts: Sequence[str], *, context: object = None) -> list[str]:
        """Invoke the handler with a batch and return the numbers of the messages to deliver again."""
        answer = self.handler(batch(texts), context)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def batch(texts: Sequence[str]) -> dict[str, Any]:
    """The event of SQS for these messages."""
    records = [
        {"messageId": str(number), "eventSource": "aws:sqs", "eventSourceARN": ARN, "body": text}
        for number, text in enumerate(texts)
    ]
    return {"Records": records}


def altered(text: str, **members: object) -> str:
    """A message with other members."""
    return json.dumps({**json.loads(text), **members}, separators=(",", ":"))
