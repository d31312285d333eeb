"""Markdown pages, as far as the tests need: links, their possible targets, tables, and blocks of code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from pathlib import Path

    from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table")
_ID = re.compile(r'<a id="([^"]+)">')
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Page:
    """A page's links, its anchors, and the rows of all its tables: a row is its cells, as written."""

    links: tuple[str, ...]
    anchors: frozenset[str]
    rows: tuple[tuple[str, ...], ...]

    def row(self, code: str) -> tuple[str, ...]:
        """Return the one row with this text in backticks in its first cell."""
        (row,) = (row for row in self.rows if code in codes(row[0]))
        return row


def read_page(path: Path) -> Page:
    """The page in a file."""
    tokens = _PARSER.parse(path.read_text(encoding="utf-8"))
    links, anchors, rows = [], set(), list[tuple[str, ...]]()
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "tr_open":
            rows.append(())
        if token.type != "inline" or before is None:
            continue
        if before.type in {"td_open", "th_open"}:
            rows[-1] = (*rows[-1], token.content)
        if before.type == "heading_open":
            anchors.add(_slug(token))
        anchors.update(_ID.findall(token.content))
        for child in token.children or []:
            target = child.attrGet("href") or child.attrGet("src")
            if target is not None:
                links.append(str(target))
    return Page(tuple(links), frozenset(anchors), tuple(rows))


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks in a language on a page, from the first to the last."""
    tokens = _PARSER.parse(path.read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info == language]


def codes(text: str) -> list[str]:
    """The texts in backticks."""
    return _CODE.findall(text)


def _slug(heading: Token) -> str:
    """The anchor that GitHub gives a heading."""
    shown = "".join(child.content for child in heading.children or [] if child.type in {"text", "code_inline"})
    return re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
