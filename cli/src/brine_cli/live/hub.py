"""Live records for many readers: each has its own bounded queue, and a slow one never delays a request.

A reader that falls behind loses records, and its queue says how many in their place.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 1_000
"""Records that a reader may be behind."""
RECENT = 200
"""Records that are kept for readers that come later."""


@dataclass(frozen=True, slots=True)
class Lost:
    """So many items are missing here, because the reader was too slow."""

    count: int


class Mailbox[Item]:
    """A queue of at most `limit` items, for one reader. Any thread may put."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._items: deque[Item | Lost] = deque()
        self._lost = 0
        self._changed = threading.Condition()
        self.is_closed = False

    def put(self, item: Item, *, timeout: float = 0.0) -> bool:
        """Add an item; without room after `timeout` seconds, drop it. Returns whether it was added."""
        with self._changed:
            if timeout > 0 and len(self._items) >= self._limit:
                self._changed.wait_for(lambda: self.is_closed or len(self._items) < self._limit, timeout)
            if self.is_closed:
                return False
            if len(self._items) >= self._limit:
                self._lost += 1
                return False
            if self._lost:
                self._items.append(Lost(self._lost))
                self._lost = 0
            self._items.append(item)
            self._changed.notify_all()
            return True

    def get(self, timeout: float | None = None) -> Item | Lost | None:
        """Return the next item, or the number of items that were lost before it; None after `timeout` seconds.

        Returns None at once if the mailbox is closed and empty.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._lost or self.is_closed, timeout)
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            lost, self._lost = self._lost, 0
            return Lost(lost) if lost else None

    def close(self) -> None:
        """Take no more items. The reader still gets those that are there."""
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()


class Hub[Item]:
    """Passes each published item to all subscribers. The last RECENT ones are kept for later subscribers."""

    def __init__(self, recent: int = RECENT) -> None:
        self._lock = threading.Lock()
        self._mailboxes: tuple[Mailbox[Item], ...] = ()
        self._recent: deque[Item] = deque(maxlen=recent)
        self._is_closed = False

    def publish(self, item: Item) -> None:
        """Pass an item on. Never waits for a subscriber."""
        with self._lock:  # all subscribers get the items in the same order
            self._recent.append(item)
            for mailbox in self._mailboxes:
                mailbox.put(item)

    @contextmanager
    def subscribed(self, *, limit: int = LIMIT, recent: int = 0) -> Iterator[Mailbox[Item]]:
        """Yield a mailbox that gets every item from now on, and before them the last `recent` ones."""
        mailbox: Mailbox[Item] = Mailbox(limit)
        with self._lock:
            for item in list(self._recent)[len(self._recent) - min(recent, len(self._recent)) :]:
                mailbox.put(item)
            if self._is_closed:
                mailbox.close()
            self._mailboxes = (*self._mailboxes, mailbox)
        try:
            yield mailbox
        finally:
            with self._lock:
                self._mailboxes = tuple(one for one in self._mailboxes if one is not mailbox)
            mailbox.close()

    @property
    def readers(self) -> int:
        """The number of subscribers."""
        return len(self._mailboxes)

    def close(self) -> None:
        """End all subscriptions."""
        with self._lock:
            self._is_closed = True
            for mailbox in self._mailboxes:
                mailbox.close()
