"""Lifetimes of stored results, and of exceptions that are stored as results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from brine.domain.durations import named_duration
from brine.domain.results.stored import StoredException, StoredResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.durations import Duration


@dataclass(frozen=True, slots=True)
class ResultLifetimes:
    """Lifetimes of results, in seconds; `negative` has those of exceptions that are stored as results."""

    freshness_lifetime: float
    grace: float = 0.0
    negative: Mapping[type[Exception], float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        freshness_lifetime: Duration,
        grace: Duration = 0.0,
        negative: Mapping[type[Exception], Duration] | None = None,
    ) -> Self:
        """Return the lifetimes for these durations. Raises ValueError with the parameter and the value."""
        return cls(
            named_duration("freshness_lifetime", freshness_lifetime),
            named_duration("grace", grace),
            {
                error: named_duration(f"negative[{error.__qualname__}]", lifetime)
                for error, lifetime in (negative or {}).items()
            },
        )

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
