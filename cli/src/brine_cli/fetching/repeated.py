"""The answers to a repeated request, a line for each, and figures about all of them."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from rich.text import Text

from brine_cli.desk.amounts import time_text
from brine_cli.fetching.answer_view import status_line
from brine_cli.fetching.cache_words import cache_members
from brine_cli.screen.colours import DIM, GREEN, YELLOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine_cli.fetching.exchange import Answered


def answer_line(number: int, answered: Answered, width: int) -> Text:
    """Return the line of the answer with this number. width: digits of the largest number."""
    line = Text().append(f"{number:>{width}}  ", style=DIM).append_text(status_line(answered))
    members = cache_members(answered.values("cache-status"))
    return line.append("  ").append(_result(members), style=GREEN if is_hit(answered) else YELLOW)


def is_hit(answered: Answered) -> bool:
    """Return whether the cache next to the client had the response stored."""
    members = cache_members(answered.values("cache-status"))
    return bool(members and members[-1].get("hit"))


def figures(answers: Sequence[Answered]) -> Text:
    """Return the numbers of hits and of statuses, and the shortest, the median and the longest time."""
    times, hits = [one.steps.total for one in answers], sum(map(is_hit, answers))
    statuses = {
        status: sum(one.status == status for one in answers) for status in sorted({one.status for one in answers})
    }
    told = ", ".join(f"{number}x {status}" for status, number in statuses.items())
    spread = " / ".join(map(time_text, (min(times), median(times), max(times))))
    return Text(
        f"{len(answers)} requests: {hits} hits ({100 * hits / len(answers):.0f}%), {told}. min / median / max: {spread}"
    )


def _result(members: Sequence[dict[str, object]] | None) -> str:
    if not members:
        return "no Cache-Status"
    last = members[-1]
    if last.get("hit"):
        ttl = last.get("ttl")
        return "hit" if ttl is None else f"hit, ttl {ttl}"
    words = [str(last.get("fwd", "answered itself"))]
    words += ["stored"] if last.get("stored") else []
    words += [str(last["detail"])] if "detail" in last else []
    return ", ".join(words)
