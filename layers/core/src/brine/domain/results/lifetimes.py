"""Lifetimes of stored results, and of exceptions that are stored as results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.domain.results.stored import StoredException, StoredResult

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ResultLifetimes:
    """Lifetimes of results, in seconds; `negative` has those of exceptions that are stored as results.

    Raises ValueError for a negative lifetime.
    """

    freshness_lifetime: float
    grace: float = 0.0
    negative: Mapping[type[Exception], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for seconds in (self.freshness_lifetime, self.grace, *self.negative.values()):
            if not seconds >= 0:
                raise ValueError(f"a lifetime is a number of seconds, not {seconds}")

    def stored(self, value: object, began: float, took: float) -> StoredResult:
        """Return a result in its stored form. `began`: when its computation began; `took`: the seconds it took."""
        return self._stored(value, began, took, self.freshness_lifetime, self.grace)

    def failure(self, error: Exception, began: float, took: float) -> StoredResult:
        """Return an exception in its stored form.

        Raises TypeError when its class cannot make an equal exception from its arguments.
        """
        failure = StoredException(_name(type(error)), error.args)
        if self.rebuild_exception(failure) is None:
            raise TypeError(f"{failure.name} cannot be made from its args, so it cannot be stored") from error
        return self._stored(failure, began, took, self.negative[type(error)], 0.0)

    def _stored(self, value: object, began: float, took: float, lifetime: float, grace: float) -> StoredResult:
        fresh_until = float(began + lifetime)
        return StoredResult(
            value=value,
            began=began,
            fresh_until=fresh_until,
            grace_until=fresh_until + grace,
            took=float(max(took, 0.0)),
        )

    def rebuild_exception(self, failure: StoredException) -> Exception | None:
        """Return a stored exception, made anew.

        None when its class is not in `negative`, or no longer accepts the stored arguments.
        """
        for cls in self.negative:
            if _name(cls) == failure.name:
                try:
                    return cls(*failure.arguments)
                except Exception:  # noqa: BLE001 - the caller's class may take other arguments by now
                    return None
        return None


def _name(cls: type[Exception]) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
