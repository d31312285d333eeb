"""Shows an answer on a terminal: status, headers, body, the words of each cache, and the time of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from brine_cli.desk.amounts import size_text, time_text
from brine_cli.fetching.cache_words import cache_members, in_words
from brine_cli.terminal.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from brine_cli.fetching.body_view import BodyView
    from brine_cli.fetching.exchange import Answered

_ABOUT_CACHES: Final = {"age", "cache-control", "cache-status", "cdn-cache-control", "etag", "expires", "vary"}
"""Headers that decide about caching. They stand out."""
_NBSP: Final = "\N{NO-BREAK SPACE}"
"""Keeps a name, its number and its unit on one line."""


def show(
    console: Console, answered: Answered, body: BodyView, record: dict[str, Any] | None, *, with_headers: bool = True
) -> None:
    """Print an answer. record: the twin's record of the request, if there is one."""
    console.print(status_line(answered))
    if with_headers:
        for name, value in answered.headers:
            is_of_caches = name.lower() in _ABOUT_CACHES
            line = Text(printable(name), style="bold cyan" if is_of_caches else "cyan")
            console.print(line.append(": ", style="dim").append(printable(value), style="" if is_of_caches else "dim"))
    if body.text:
        console.print()
        if body.kind == "json":
            console.print(Syntax(body.text, "json", theme="ansi_dark", background_color="default", word_wrap=True))
        else:
            console.print(Text(body.text))
    if body.note is not None:
        console.print(Text(f"({body.note})", style="yellow"))
    console.print()
    for words in explained(answered):
        console.print(Padding(words, (0, 0, 0, 2)))
    console.print()
    console.print(Padding(steps_line(answered, record), (0, 0, 0, 2)))


def status_line(answered: Answered) -> Text:
    """Return the status and the size of an answer."""
    colour = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}.get(answered.status // 100, "")
    line = Text(printable(f"{answered.status} {answered.reason}"), style=f"bold {colour}")
    return line.append(f"  {size_text(len(answered.body))}, {time_text(answered.steps.total)}", style="dim")


def explained(answered: Answered) -> list[Text]:
    """Return a paragraph for each cache, that next to the client first: it decided first."""
    lines = answered.values("cache-status")
    members = cache_members(lines)
    if members is None:
        return [Text(printable(f"The Cache-Status cannot be read: {', '.join(lines)}"), style="yellow")]
    if not members:
        return [Text("No cache says what it did: the answer has no Cache-Status.", style="yellow")]
    return [_paragraph(member) for member in reversed(members)]


def _paragraph(member: dict[str, Any]) -> Text:
    mark, colour = (
        ("HIT ", "green") if member.get("hit") else ("MISS", "yellow") if member.get("fwd") else ("-   ", "red")
    )
    return Text(f"{mark} ", style=f"bold {colour}").append(in_words(member), style="default not bold")


def steps_line(answered: Answered, record: dict[str, Any] | None) -> Text:
    """Return the time of each step in one line, and of it the time of the origin, if the twin knows it."""
    steps = answered.steps
    parts = [("lookup", steps.lookup), ("connect", steps.connect)]
    parts += [] if steps.tls is None else [("tls", steps.tls)]
    parts += [("first byte", steps.wait), ("download", steps.download)]
    line = Text()
    for name, seconds in parts:
        line.append(f"{name}{_NBSP}", style="dim").append(_unbroken(seconds))
        origin = None if record is None else record.get("origin_seconds")
        if name == "first byte" and isinstance(origin, int | float):
            line.append(f"{_NBSP}(origin{_NBSP}{_unbroken(origin)})", style="magenta")
        line.append("  ")
    return line.append(f"total{_NBSP}", style="dim").append(_unbroken(steps.total), style="bold")


def _unbroken(seconds: float) -> str:
    return time_text(seconds).replace(" ", _NBSP)
