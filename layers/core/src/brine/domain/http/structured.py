"""Structured dictionaries and lists, as far as caching needs them (RFC 8941 sections 4.2.1 and 4.2.2).

A value is a boolean, an integer, a decimal, a string or a token. None stands for bytes and inner lists, which no
directive takes. Parameters are checked, and only `parse_items` returns them. One error anywhere makes the whole field
invalid.
"""

from __future__ import annotations

import re

from brine.domain.http.field_syntax import TCHAR, unquote

type BareItem = bool | int | float | str | None

STRUCTURED_TOKEN = re.compile(rf"[A-Za-z*][:/{TCHAR}]*")
"""A structured token (RFC 8941 section 3.3.4), which has more characters than other tokens."""

_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*")
_BOOLEAN = r"\?(?P<boolean>[01])"
_NUMBER = r"(?P<number>-?(?:[0-9]{1,12}\.[0-9]{1,3}|[0-9]{1,15}))(?![0-9.])"
_STRING = r'(?P<string>"(?:[ !#-\[\]-~]|\\["\\])*+")'
_TOKEN = f"(?P<token>{STRUCTURED_TOKEN.pattern})"
_BYTES = r"(?P<bytes>:[A-Za-z0-9+/]*={0,2}:)"
_BARE_ITEM = re.compile("|".join((_BOOLEAN, _NUMBER, _STRING, _TOKEN, _BYTES)))
_SEPARATOR = re.compile(r"[ \t]*,[ \t]*")


class StructuredToken(str):
    """A token, as opposed to a string."""

    __slots__ = ()


class NotStructured(ValueError):
    """The text is not a structured dictionary or list."""


def parse_dictionary(*lines: str) -> dict[str, BareItem]:
    """Return members by key; for a repeated key, the last value.

    Raises NotStructured. Each line must be a dictionary. RFC 8941 section 4.2 joins the lines first, but lets a parser
    accept or reject a string that spans two lines (comment in step 1). Such a string could hide members.
    """
    members: dict[str, BareItem] = {}
    for line in lines:
        _read_members(line.strip(" "), members)
    return members


def _read_members(text: str, members: dict[str, BareItem]) -> None:
    position, end = 0, len(text)
    while position < end:
        key, position = _key(text, position)
        members.pop(key, None)
        if text.startswith("=(", position):
            value, position = None, _inner_list(text, position + 1)
        elif text.startswith("=", position):
            value, position = _item(text, position + 1)
        else:
            value, position = True, _parameters(text, position)
        members[key] = value
        if position < end:
            position = _next_member(text, position)


def parse_strings(*lines: str) -> list[str]:
    """Return the members of a list of strings. Each line must be a list.

    Raises NotStructured, also for a member that is not a string.
    """
    members: list[str] = []
    for line in lines:
        text = line.strip(" ")
        position, end = 0, len(text)
        while position < end:
            value, position = _item(text, position)
            if not isinstance(value, str) or isinstance(value, StructuredToken):
                raise NotStructured
            members.append(value)
            if position < end:
                position = _next_member(text, position)
    return members


def parse_items(*lines: str) -> list[tuple[BareItem, dict[str, BareItem]]]:
    """Return the members of a list of items, each with its parameters. Each line must be a list.

    Raises NotStructured, also for a member that is an inner list.
    """
    members = []
    for line in lines:
        text = line.strip(" ")
        position, end = 0, len(text)
        while position < end:
            value, position = _bare_item(text, position)
            parameters: dict[str, BareItem] = {}
            position = _parameters(text, position, parameters)
            members.append((value, parameters))
            if position < end:
                position = _next_member(text, position)
    return members


def _next_member(text: str, position: int) -> int:
    """Return the position of the member after the separator at this position."""
    separator = _SEPARATOR.match(text, position)
    if separator is None or separator.end() == len(text):
        raise NotStructured
    return separator.end()


def _key(text: str, position: int) -> tuple[str, int]:
    match = _KEY.match(text, position)
    if match is None:
        raise NotStructured
    return match[0], match.end()


def _item(text: str, position: int) -> tuple[BareItem, int]:
    value, position = _bare_item(text, position)
    return value, _parameters(text, position)


def _bare_item(text: str, position: int) -> tuple[BareItem, int]:
    match = _BARE_ITEM.match(text, position)
    if match is None:
        raise NotStructured
    value = match[match.lastgroup or 0]
    match match.lastgroup:
        case "boolean":
            return value == "1", match.end()
        case "number":
            return float(value) if "." in value else int(value), match.end()
        case "token":
            return StructuredToken(value), match.end()
        case "string":
            return unquote(value), match.end()
        case _:
            return None, match.end()


def _parameters(text: str, position: int, found: dict[str, BareItem] | None = None) -> int:
    """Return the end of the parameters that start here, and put them into `found`."""
    while text.startswith(";", position):
        position = _skip_spaces(text, position + 1)
        key, position = _key(text, position)
        value: BareItem = True
        if text.startswith("=", position):
            value, position = _bare_item(text, position + 1)
        if found is not None:
            found[key] = value
    return position


def _inner_list(text: str, position: int) -> int:
    """Return the end of the inner list that starts here, including its parameters."""
    position += 1
    while True:
        position = _skip_spaces(text, position)
        if text.startswith(")", position):
            return _parameters(text, position + 1)
        _, position = _item(text, position)
        if not text.startswith((" ", ")"), position):
            raise NotStructured


def _skip_spaces(text: str, position: int) -> int:
    while text.startswith(" ", position):
        position += 1
    return position
