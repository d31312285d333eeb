"""The report of an explanation for a terminal: the verdict first, then each part of the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from brine_cli.explained.request_lines import key_section, route_section, upstream_section
from brine_cli.explained.stored_lines import stored_section
from brine_cli.explained.verdict_lines import COLOURS, cost_section, limits_section, outcomes_section, why_section
from brine_cli.screen.colours import BOLD
from brine_cli.screen.printable import printable_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.explained.lines import Section


def report(explained: dict[str, Any], *, is_brief: bool = False) -> Group:
    """Return the report. explained: the explanation in JSON. is_brief: only the verdict and its reasons."""
    explained = printable_document(explained)
    verdict = explained["verdict"]
    head = Text(f"{explained['method']} {explained['target']}", style=BOLD)
    sentence = Text(verdict["sentence"], style=f"{BOLD} {COLOURS[verdict['action']]}")
    parts = [part for section in _sections(explained, is_brief=is_brief) for part in section.rendered()]
    return Group(head, sentence, Text(), *parts)


def _sections(explained: dict[str, Any], *, is_brief: bool) -> Iterator[Section]:
    verdict = explained["verdict"]
    if verdict["reasons"] or verdict["notes"]:
        yield why_section(explained)
    if verdict["outcomes"] or verdict["unknown"]:
        yield outcomes_section(explained)
    if is_brief:
        return
    yield route_section(explained)
    if explained["upstream"] is None:
        return
    yield upstream_section(explained)
    yield key_section(explained)
    yield stored_section(explained)
    yield limits_section(explained)
    yield cost_section(explained)
