"""The answer of an app to a test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from brine.service.http_cache.answer import Answer

_SHOWN: Final = 80
"""Bytes of the content that a failed assertion shows."""


@dataclass(frozen=True, slots=True, repr=False)
class AppResponse:
    """The answer to a request of a test."""

    answer: Answer
    _open: Callable[[], Any]
    _notes: Sequence[str] = ()

    def __repr__(self) -> str:
        """Return the text for failed assertions. pytest cuts it in the middle after 240 characters."""
        facts = [f"{self.status} {self.result}{', stored' if self.is_stored else ''}"]
        facts += self._notes
        if self.problem is not None:
            facts.append(f"problem {self.problem}")
        if self.error is not None:
            facts.append(f"error {self.error!r}")
        facts.append(f"parts {dict(self.parts)}")
        if self.problem is None:
            facts.append(f"content {self.content[:_SHOWN]!r}")
        return f"<AppResponse {', '.join(facts)}>"

    @property
    def status(self) -> int:
        """The status."""
        return self.answer.response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields by name, in lower case. Several lines of one name are joined with commas."""
        joined: dict[str, str] = {}
        for name, value in self.answer.response.fields.lines:
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
        return joined

    @property
    def content(self) -> bytes:
        """The body."""
        return self.answer.response.body

    @property
    def result(self) -> str:
        """How the answer came about: "hit", "stale", "miss", "collapsed", "pass", "refused" or "problem"."""
        return self.answer.result

    @property
    def is_stored(self) -> bool:
        """Whether the response was stored by this request."""
        return self.answer.stored

    @property
    def problem(self) -> str | None:
        """The kind of problem, such as "part-failed", or None."""
        return self.answer.problem

    @property
    def error(self) -> BaseException | None:
        """What the function raised, or None."""
        return self.answer.error

    @property
    def parts(self) -> Mapping[str, str]:
        """How each part came about, by the name of its route; of several from one route, the last."""
        return {part.route: part.result for part in self.answer.parts}

    def json(self) -> Any:
        """Return the content, decoded from JSON."""
        return json.loads(self.content)

    def object(self) -> Any:
        """Return the object that the function returned, as it is stored."""
        return self._open()
