"""Prediction of the stamps that a stored response of a function will need, so that one call reads them with it.

The parts of a whole are known only after the whole was read. But the wholes of one route have similar parts. If
`/dashboard/7` has the part `/orders/by/7`, then `/dashboard/8` probably has the part `/orders/by/8`. After a wrong
prediction, the lookup takes one more call for the stamps. The answer is the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brine.domain.purging.dependency import Dependency

MOST_PARTS: Final = 24
"""The largest number of predicted parts of a whole. Their stamps fit into one call."""
_MARK: Final = "\0"  # in no target and in no tag


@dataclass(frozen=True, slots=True)
class PartTemplate:
    """A part of the wholes of a route: its route, and its target and tags with marks for the whole's arguments."""

    route: str
    target: str
    tags: tuple[str, ...]
    has_tenant: bool

    def filled(self, values: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
        """Return target and tags for these arguments; None when there are fewer of them."""
        try:
            return _filled(self.target, values), tuple(_filled(tag, values) for tag in self.tags)
        except (IndexError, ValueError):
            return None


def part_templates(dependencies: Iterable[Dependency], values: Sequence[str]) -> tuple[PartTemplate, ...]:
    """Return the templates of the parts of a whole with these arguments in its path, percent-encoded."""
    return tuple(
        PartTemplate(
            one.route, _marked(one.target, values), tuple(_marked(tag, values) for tag in one.tags), one.has_tenant
        )
        for one in dependencies
        if not any(_MARK in text for text in (one.target, *one.tags))
    )[:MOST_PARTS]


def _marked(text: str, values: Sequence[str]) -> str:
    """Return the text with a mark in the place of each argument that stands alone in it."""
    for at in sorted(range(len(values)), key=lambda index: -len(values[index])):
        alone = rf"(?<![A-Za-z0-9{_MARK}]){re.escape(values[at])}(?![A-Za-z0-9{_MARK}])"
        text = re.sub(alone, lambda _, at=at: f"{_MARK}{at}{_MARK}", text)  # type: ignore[misc]  # `at` is bound
    return text


def _filled(text: str, values: Sequence[str]) -> str:
    pieces = text.split(_MARK)
    return "".join(values[int(piece)] if at % 2 else piece for at, piece in enumerate(pieces))
