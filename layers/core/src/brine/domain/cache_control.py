"""Cache directives (RFC 9111 section 5.2), and those meant for shared caches alone (RFC 9213).

A value that cannot be what its directive needs counts as zero, and so do repeats that disagree: what is
not understood makes a response stale, never fresh (RFC 9111 section 4.2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.field_syntax import FIELD_NAME, delta_seconds, is_well_quoted, split_list, unquote
from brine.domain.structured import NotStructured, Token, parse_dictionary

if TYPE_CHECKING:
    from brine.domain.fields import Fields

_INVALID = "?"


class Directives:
    """Cache directives by name, in lower case. `targeted`: they came from a field that overrides Cache-Control."""

    __slots__ = ("_values", "targeted")

    def __init__(self, values: dict[str, list[str | None]], *, targeted: bool = False) -> None:
        self._values = values
        self.targeted = targeted

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __bool__(self) -> bool:
        return bool(self._values)

    def seconds(self, name: str) -> int | None:
        """The seconds a directive gives; None without it, 0 when its value is invalid or its repeats differ."""
        values = self._values.get(name)
        if values is None:
            return None
        first = values[0]
        if first is None or any(value != first for value in values):
            return 0
        return delta_seconds(first) or 0

    def whole(self, name: str) -> bool:
        """Whether the directive is there and not limited to named fields; an argument without names does not limit."""
        values = self._values.get(name)
        return values is not None and not all(map(_are_field_names, values))

    def field_names(self, name: str) -> frozenset[str]:
        """The field names, in lower case, that the directive's argument lists."""
        values = self._values.get(name, ())
        return frozenset(field.lower() for value in values if value is not None for field in split_list(value))


NO_DIRECTIVES = Directives({})


def parse_directives(text: str) -> Directives:
    """The directives of a Cache-Control value, argument quoted or not."""
    values: dict[str, list[str | None]] = {}
    for member in split_list(text):
        name, equals, argument = member.partition("=")
        values.setdefault(name.strip(" \t").lower(), []).append(_argument(name, argument) if equals else None)
    if not is_well_quoted(text):
        values.setdefault("max-age", []).append(_INVALID)
        values.setdefault("s-maxage", []).append(_INVALID)
    return Directives(values)


def response_directives(fields: Fields) -> Directives:
    """The directives that hold for us: of CDN-Cache-Control when it is valid and not empty, else of Cache-Control."""
    targeted = fields.get("cdn-cache-control")
    if targeted is not None and (directives := _parse_targeted(targeted)):
        return directives
    text = fields.get("cache-control")
    return NO_DIRECTIVES if text is None else parse_directives(text)


def request_directives(fields: Fields) -> Directives:
    """The directives of a request. Pragma has no meaning any more (RFC 9111 section 5.4)."""
    text = fields.get("cache-control")
    return NO_DIRECTIVES if text is None else parse_directives(text)


def _are_field_names(argument: str | None) -> bool:
    names = split_list(argument or "")
    return bool(names) and all(map(FIELD_NAME.fullmatch, names))


def _argument(name: str, argument: str) -> str:
    # "max-age =60" and "max-age= 60" are not in the grammar; the blank makes the value invalid
    return _INVALID if name != name.rstrip() else unquote(argument)


def _parse_targeted(text: str) -> Directives | None:
    """RFC 9213 section 2.1: a structured dictionary whose values must have the type that the directive needs."""
    try:
        members = parse_dictionary(text)
    except NotStructured:
        return None
    values: dict[str, list[str | None]] = {}
    for name, value in members.items():
        match value:
            case True:
                values[name] = [None]
            case int() if value is not False:
                values[name] = [str(value)]
            case str() if not isinstance(value, Token):
                values[name] = [value if name in {"private", "no-cache"} else _INVALID]
            case _:
                values[name] = [_INVALID]
    return Directives(values, targeted=True)
