"""Shows an answer on a terminal: status, headers, body, the words of each cache, and the time of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.highlighter import JSONHighlighter
from rich.padding import Padding
from rich.text import Text

from brine_cli.desk.amounts import size_text, time_text
from brine_cli.fetching.cache_words import cache_members, in_words
from brine_cli.fetching.steps_view import steps_table
from brine_cli.screen.colours import BOLD, CYAN, DIM, GREEN, RED, YELLOW
from brine_cli.screen.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from brine_cli.fetching.body_view import BodyView
    from brine_cli.fetching.exchange import Answered

_ABOUT_CACHES: Final = {"age", "cache-control", "cache-status", "cdn-cache-control", "etag", "expires", "vary"}
"""Headers that decide about caching. They stand out."""


def show(
    console: Console, answered: Answered, body: BodyView, record: dict[str, Any] | None, *, with_headers: bool = True
) -> None:
    """Print an answer. record: the twin's record of the request, if there is one."""
    console.print(status_line(answered))
    if with_headers:
        for name, value in answered.headers:
            is_of_caches = name.lower() in _ABOUT_CACHES
            line = Text().append(printable(f"{name}: "), style=f"{BOLD} {CYAN}" if is_of_caches else CYAN)
            console.print(line.append(printable(value), style=BOLD if is_of_caches else ""))
    if body.text:
        console.print()
        if body.kind == "json":
            console.print(JSONHighlighter()(body.text))
        else:
            console.print(Text(body.text))
    if body.note is not None:
        console.print(Text(f"({body.note})", style=YELLOW))
    console.print()
    for words in explained(answered):
        console.print(Padding(words, (0, 0, 0, 2)))
    console.print()
    console.print(Padding(steps_table(answered.steps, record), (0, 0, 0, 2)))


def status_line(answered: Answered) -> Text:
    """Return the status and the size of an answer."""
    colour = {2: GREEN, 3: CYAN, 4: YELLOW, 5: RED}.get(answered.status // 100, "")
    line = Text().append(printable(f"{answered.status} {answered.reason}"), style=f"{BOLD} {colour}")
    return line.append(f"  {size_text(len(answered.body))}, {time_text(answered.steps.total)}", style=DIM)


def explained(answered: Answered) -> list[Text]:
    """Return a paragraph for each cache, that next to the client first: it decided first."""
    lines = answered.values("cache-status")
    members = cache_members(lines)
    if members is None:
        return [Text(printable(f"The Cache-Status cannot be read: {', '.join(lines)}"), style=YELLOW)]
    if not members:
        return [Text("No cache says what it did: the answer has no Cache-Status.", style=YELLOW)]
    return [_paragraph(member) for member in reversed(members)]


def _paragraph(member: dict[str, Any]) -> Text:
    mark, colour = ("HIT ", GREEN) if member.get("hit") else ("MISS", YELLOW) if member.get("fwd") else ("-   ", RED)
    return Text().append(f"{mark} ", style=f"{BOLD} {colour}").append(in_words(member))
