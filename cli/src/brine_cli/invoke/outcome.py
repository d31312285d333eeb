"""The outcome of an invocation, as the twin gives it to `brine invoke`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationOutcome:
    """What a function returned for an event, or why it failed.

    answer: the result. error: the reason of a failure, or None. lines: the function's output. seconds: from the event
    to the result, without the start of the process. started_in: the seconds of that start. event_of: the origin of the
    event, if the user gave none.
    """

    function: str
    answer: Any = None
    error: str | None = None
    lines: tuple[str, ...] = ()
    seconds: float = 0.0
    started_in: float = 0.0
    event_of: str = ""

    def to_json(self) -> bytes:
        """Return the outcome as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Return the outcome in JSON. Raises ValueError."""
        try:
            members = json.loads(content)
            return cls(**{**members, "lines": tuple(members.get("lines", ()))})
        except (TypeError, AttributeError) as error:
            raise ValueError(str(error)) from None
