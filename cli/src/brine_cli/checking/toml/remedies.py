"""Explains the mistake in a line of TOML in plain words, and how to write the line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_STATEMENT: Final = re.compile(r"""\s*(?P<key>[\w.-]+|"[^"]*"|'[^']*')\s*(?P<equals>=|:|:=|=>)?\s*(?P<value>.*?)\s*$""")
_DURATION: Final = re.compile(r"\d+(?:\.\d+)?\s*(?:ms|s|m|h|d|sec|min|secs|mins|hour|hours|day|days)\b")
_WORDS: Final = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
_PAIRS: Final = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class SyntaxExplanation:
    """The mistake and its remedy, each in a sentence. column: of the mistake, if the line shows it; from 1."""

    message: str
    remedy: str
    column: int | None = None


def key_of(line: str) -> str | None:
    """Return the key of a statement in a line, or None."""
    found = _STATEMENT.match(line)
    return None if found is None else found["key"].strip("\"'")


def explain(line: str, told: str) -> SyntaxExplanation:
    """Return the explanation of the mistake in a line. told: the words of tomllib about it."""
    if line.lstrip().startswith("["):
        return SyntaxExplanation(
            "not the header of a table.", "Write [[name]] in a line of its own.", len(line) - len(line.lstrip()) + 1
        )
    if "overwrite" in told or "twice" in told:
        key = key_of(line) or "the key"
        return SyntaxExplanation(f'"{key}" is in this table twice.', "Leave one out.", _column(line))
    found = _STATEMENT.match(line)
    if found is None or found["equals"] is None:
        return SyntaxExplanation("not a statement of TOML.", 'Write a key, "=" and a value.', _column(line))
    if found["equals"] != "=":
        text = f'"{found["equals"]}" between the key and the value.'
        return SyntaxExplanation(text, 'Write "=".', found.start("equals") + 1)
    return _of_value(line, found["value"], found.start("value") + 1, told)


def _of_value(line: str, text: str, column: int, told: str) -> SyntaxExplanation:
    value = re.sub(r"\s+#.*$", "", text)
    if not value or value.startswith("#"):
        return SyntaxExplanation("no value.", 'Write one behind the "=".', len(line.rstrip()) + 1)
    if value[0] in "\"'" and value.count(value[0]) % 2:
        return SyntaxExplanation("the text has no end.", f"Write {value[0]} behind it.", column)
    if value[0] in _PAIRS and value.count(value[0]) > value.count(_PAIRS[value[0]]):
        return SyntaxExplanation(f"the {value[0]} is never closed.", f"Write {_PAIRS[value[0]]} behind it.", column)
    if value.lower() in _WORDS:
        return SyntaxExplanation("not a value of TOML.", f"Write {_WORDS[value.lower()]}.", column)
    if value[0] not in "\"'[{" and (_DURATION.fullmatch(value) or re.match(r"[A-Za-z/$.*<-]", value)):
        kind = "a duration" if _DURATION.fullmatch(value) else "a text"
        return SyntaxExplanation(
            f"{kind} without quotes.", f'Write "{value.replace(" ", "") if kind == "a duration" else value}".', column
        )
    if re.match(r"\d", value) and "," in value:
        return SyntaxExplanation("a number with a comma.", f"Write {value.replace(',', '_')}.", column)
    return SyntaxExplanation(f"not valid TOML: {told[:1].lower()}{told[1:]}.", "Correct the line.")


def _column(line: str) -> int:
    return len(line) - len(line.lstrip()) + 1
