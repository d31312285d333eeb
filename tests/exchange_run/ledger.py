"""The conditions that hold for every message of a run, with any faults on the way.

The receiver gets the content that was sent. Either the sender gets an id, and the message was received at least once;
or the sender gets an error. All copies of a message have one id: the one that its sender got. No good message is among
the dead letters.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Received:
    """One message as one receiver had it."""

    id: str
    number: int
    digest: str
    attempt: int


@dataclass
class Ledger:
    """Messages sent, received, and buried. `digests`: of the good ones, by number; all other messages are poison."""

    digests: dict[int, str]
    ids: dict[int, str] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    buried: list[int | str] = field(default_factory=list)
    """Numbers of the dead letters, or why one cannot be told."""

    def violations(self) -> list[str]:
        """Everything that must not be, each in a line."""
        found = []
        copies: defaultdict[int, list[Received]] = defaultdict(list)
        for one in self.received:
            copies[one.number].append(one)
        for number, digest in self.digests.items():
            ids = {one.id for one in copies[number]} | ({self.ids[number]} if number in self.ids else set())
            if any(one.digest != digest for one in copies[number]):
                found.append(f"message {number} was altered")
            if number in self.ids and not copies[number]:
                found.append(f"message {number} was accepted, and nobody received it")
            if number not in self.ids and number not in self.failures:
                found.append(f"message {number}: its sender was told nothing")
            if len(ids) > 1:
                found.append(f"message {number} has {len(ids)} ids in {len(copies[number])} copies")
        found += [f"dead letter: {what}" for what in self.buried if what in self.digests or isinstance(what, str)]
        return found

    def summary(self) -> dict[str, int]:
        """Figures of the run."""
        times = Counter(one.number for one in self.received)
        return {
            "accepted": len([number for number in self.ids if number in self.digests]),
            "failed": len(self.failures),
            "received": len(times),
            "deliveries": len(self.received),
            "most deliveries of one": max(times.values(), default=0),
            "dead letters": len(self.buried),
        }
