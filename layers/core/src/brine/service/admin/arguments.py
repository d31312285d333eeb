"""Reads the arguments of admin requests: members of a JSON object, or the parameters of a query.

Each mistake ends the request with a problem that names the argument, its value and the remedy.
"""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Final

from brine.domain.durations import duration_seconds
from brine.domain.listing.sizes import byte_size
from brine.service.admin.cursor import Cursor
from brine.service.problems import ADMIN_REQUEST_INVALID, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_MOST: Final = 1_000_000


def invalid(detail: str) -> Problem:
    """Return the problem of a request that the admin API cannot take."""
    return Problem(ADMIN_REQUEST_INVALID, detail)


def json_object(body: str) -> dict[str, object]:
    """Return the members of the JSON object in a body. Raises Problem."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid(f"the body is not JSON: {error}. Send a JSON object, such as {{}}.") from None
    if not isinstance(document, dict):
        raise invalid(f"the body is {_kind(document)}. Send a JSON object.")
    return document


class Arguments:
    """The arguments of one request, by name. Every method raises Problem. A missing argument is None, or False.

    known: all names that the request may have; another name is a mistake.
    """

    def __init__(self, given: Mapping[str, object], known: Collection[str]) -> None:
        self._given = {name: value for name, value in given.items() if value is not None}
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(sorted(known))}."
                raise invalid(f'"{name}" is unknown. {hint}')

    def has(self, name: str) -> bool:
        """Return whether the argument was given."""
        return name in self._given

    def text(self, name: str) -> str | None:
        """Return a text that is not empty."""
        value = self._given.get(name)
        if value is not None and (not isinstance(value, str) or not value):
            raise invalid(f"{name} is {_shown(value)}. Write a text that is not empty.")
        return value

    def flag(self, name: str) -> bool:
        """Return a JSON boolean."""
        value = self._given.get(name, False)
        if not isinstance(value, bool):
            raise invalid(f"{name} is {_shown(value)}. Write true or false.")
        return value

    def duration(self, name: str) -> float | None:
        """Return the seconds of a duration, a number or a text such as "5m"."""
        value = self._given.get(name)
        if isinstance(value, str) and value.replace(".", "", 1).isdecimal():
            value = float(value)
        try:
            return None if value is None else duration_seconds(value)
        except ValueError as error:
            raise invalid(f"{name} is {_shown(value)}: {error}") from None

    def size(self, name: str) -> int | None:
        """Return the bytes of a size, a number or a text such as "100KB"."""
        value = self._given.get(name)
        try:
            return None if value is None else byte_size(str(value))
        except ValueError:
            raise invalid(f'{name} is {_shown(value)}. Write a number of bytes, or a text such as "100KB".') from None

    def number(self, name: str, default: int) -> int:
        """Return a whole number from 1 on."""
        value = self._given.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
            raise invalid(f"{name} is {_shown(value)}. Write a whole number from 1 to {_MOST}.")
        return value

    def cursor(self) -> Cursor | None:
        """Return the cursor of an earlier page."""
        text = self.text("cursor")
        try:
            return None if text is None else Cursor.read(text)
        except ValueError as error:
            raise invalid(f"cursor: {error}. Write the cursor of the last answer, or leave it out.") from None


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else text[:97] + "..."


def _kind(value: object) -> str:
    return {list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(type(value), "a number")
