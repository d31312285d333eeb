"""Cache directives (RFC 9111 section 5.2), and those for shared caches alone (RFC 9213).

A directive restricts, permits, or does both. An invalid directive restricts as much as a valid one, and permits
nothing: it makes a response stale or private, never fresh or shared (RFC 9111 section 4.2.1). So no method only tells
that a directive is present. A caller asks whether the directive restricts, or whether it permits.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal, get_args

from brine.domain.http.field_syntax import (
    MAX_SECONDS,
    QUOTED_STRING,
    TOKEN,
    delta_seconds,
    is_well_quoted,
    split_list,
    unquote,
)
from brine.domain.http.structured import NotStructured, StructuredToken, parse_dictionary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.http.fields import Fields

type Restriction = Literal[
    "min-fresh",
    "must-revalidate",
    "must-understand",
    "no-cache",
    "no-store",
    "no-transform",
    "proxy-revalidate",
    "s-maxage",
]
"""The directives that forbid something. `s-maxage` includes `proxy-revalidate` (section 5.2.2.10)."""

type Permission = Literal[
    "immutable",
    "max-age",
    "max-stale",
    "must-revalidate",
    "must-understand",
    "only-if-cached",
    "public",
    "s-maxage",
]
"""The directives that allow something."""

type Duration = Literal["max-age", "max-stale", "min-fresh", "s-maxage", "stale-if-error", "stale-while-revalidate"]
"""The directives whose argument is a number of seconds."""

type Listing = Literal["no-cache", "private"]
"""The restrictions that may be limited to the fields that their argument names."""

_DURATIONS: Final = frozenset(get_args(Duration.__value__))
_LISTINGS: Final = frozenset(get_args(Listing.__value__))
_KNOWN: Final = _DURATIONS | _LISTINGS | {*get_args(Restriction.__value__), *get_args(Permission.__value__)}
_USUAL_LENGTH: Final = 256
"""Characters up to which parsed directives are kept: a hostile client can send 10 kB in each request."""
_NEVER_LIFTED: Final = frozenset({"must-revalidate", "no-cache", "no-store", "private", "proxy-revalidate"})

_DIRECTIVE = re.compile(rf"({TOKEN.pattern})(?:=({TOKEN.pattern}|{QUOTED_STRING.pattern}))?", re.DOTALL)
_WORD = re.compile(r"[a-z-]+")


class _Invalid:
    """The type of the marker for an argument that is invalid for its directive."""


_INVALID: Final = _Invalid()

type _Argument = int | frozenset[str] | _Invalid | None
"""Seconds, field names in lower case, None for a directive without an argument, or _INVALID."""


class Directives:
    """Cache directives by name, in lower case.

    `targeted`: the directives come from a field that overrides Cache-Control. `is_readable`: False when an open quote
    hides where the directives end. Then no directive permits anything. `limited_to`: the fields, in lower case, that
    `private` and `no-cache` name.
    """

    __slots__ = ("_agreed", "_arguments", "_is_readable", "limited_to", "targeted")

    def __init__(
        self, arguments: dict[str, list[_Argument]], *, targeted: bool = False, is_readable: bool = True
    ) -> None:
        self._arguments = arguments
        self._is_readable = is_readable
        self.targeted = targeted
        listed = [argument for name in _LISTINGS for argument in arguments.get(name, ())]
        self.limited_to = frozenset[str]().union(*[names for names in listed if isinstance(names, frozenset)])
        self._agreed: dict[str, _Argument] = {  # the argument that all repeats of a directive share
            name: repeats[0] if is_readable and repeats.count(repeats[0]) == len(repeats) else _INVALID
            for name, repeats in arguments.items()
        }

    def __bool__(self) -> bool:
        return bool(self._arguments)

    def restricts(self, name: Restriction) -> bool:
        """Return whether the directive forbids: it is present, with a valid or an invalid argument."""
        return name in self._arguments

    def restricts_all(self, name: Listing) -> bool:
        """Return whether the directive is present and applies to the whole message.

        Only a quoted list of field names limits it to these fields.
        """
        arguments = self._arguments.get(name)
        if arguments is None:
            return False
        return not self._is_readable or not all(isinstance(argument, frozenset) for argument in arguments)

    def permits(self, name: Permission) -> bool:
        """Return whether the directive allows: it is present, and its argument is valid."""
        return self._agreed.get(name, _INVALID) is not _INVALID

    def permits_without_limit(self, name: Literal["max-stale"]) -> bool:
        """Return whether the directive is present, valid, and without an argument that limits it."""
        return self._agreed.get(name, _INVALID) is None

    def seconds(self, name: Duration, *, if_invalid: int = 0) -> int | None:
        """Return the seconds of a directive: None when it is absent, `if_invalid` when its argument is invalid.

        The argument is also invalid when the directive is repeated with another argument.
        """
        if name not in self._agreed:
            return None
        argument = self._agreed[name]
        return argument if isinstance(argument, int) else if_invalid

    @property
    def normalised_value(self) -> str:
        """The known directives of a request as a field value.

        An invalid directive is replaced by a valid one of the same effect.
        """
        parts = [
            f"{name}={seconds}" for name in ("max-age", "stale-if-error") if (seconds := self.seconds(name)) is not None
        ]
        if self.permits("max-stale"):
            seconds = self.seconds("max-stale")
            parts.append("max-stale" if self.permits_without_limit("max-stale") else f"max-stale={seconds}")
        if (seconds := self.seconds("min-fresh", if_invalid=MAX_SECONDS)) is not None:
            parts.append(f"min-fresh={seconds}")
        parts += [name for name in ("no-cache", "no-store", "no-transform") if name in self._arguments]
        if self.permits("only-if-cached"):
            parts.append("only-if-cached")
        return ", ".join(parts)

    @property
    def origin_value(self) -> str:
        """The request directives that ask for a new response, as a field value.

        With any other directive, such as `no-transform` or `max-stale`, one client would choose the response that is
        stored for all clients.
        """
        parts = ["max-age=0"] if self.seconds("max-age") == 0 else []
        return ", ".join(parts + [name for name in ("no-cache", "no-store") if name in self._arguments])

    def restricted_by(self, text: str) -> Directives:
        """Return these directives, plus the restrictions that an unreadable text mentions."""
        more: dict[str, list[_Argument]] = {
            name: [*self._arguments.get(name, ()), _INVALID] for name in _mentioned(text) & _NEVER_LIFTED
        }
        if "no-store" in more:  # must-understand in another field must not lift it
            more["must-understand"] = [_INVALID]
        return Directives(self._arguments | more, targeted=self.targeted, is_readable=self._is_readable)


NO_DIRECTIVES = Directives({})


def parse_directives(*lines: str) -> Directives:
    """Parse the lines of a Cache-Control field; an argument may be quoted or not.

    In an invalid list member, each word that is the name of a directive counts as that directive with an invalid
    argument. A later line does not close a quote that is open at the end of a line: the text between them would be
    hidden.
    """
    return _parse_usual(lines) if sum(map(len, lines)) <= _USUAL_LENGTH else _parse(lines)


def _parse(lines: tuple[str, ...]) -> Directives:
    arguments: dict[str, list[_Argument]] = {}
    for member in chain.from_iterable(map(split_list, lines)):
        match = _DIRECTIVE.fullmatch(member)
        if match is not None:
            name, argument = match[1].lower(), match[2]
            quoted = argument is not None and argument.startswith('"')
            arguments.setdefault(name, []).append(_read(name, unquote(argument) if quoted else argument, quoted=quoted))
            continue
        for name in _mentioned(member):
            arguments.setdefault(name, []).append(_INVALID)
    if all(map(is_well_quoted, lines)):
        return Directives(arguments)
    for name in ("max-age", "s-maxage"):  # the quote may hide one of them
        arguments.setdefault(name, []).append(_INVALID)
    return Directives(arguments, is_readable=False)


_parse_usual = lru_cache(maxsize=128)(_parse)  # many messages have the same directives


def parse_response_directives(fields: Fields) -> Directives:
    """Return the directives that apply to this cache.

    They come from CDN-Cache-Control when it is valid and not empty, otherwise from Cache-Control. An invalid
    CDN-Cache-Control is ignored (RFC 9213 section 2.1), but the restrictions that it mentions still apply.
    """
    plain = parse_directives(*fields.all("cache-control"))
    targeted = fields.all("cdn-cache-control")
    if not targeted:
        return plain
    try:
        members = parse_dictionary(*targeted)
    except NotStructured:
        return plain.restricted_by(", ".join(targeted))
    return _targeted(members) if members else plain


def parse_request_directives(fields: Fields) -> Directives:
    """Return the directives of a request. Pragma is ignored (RFC 9111 section 5.4)."""
    lines = fields.all("cache-control")
    return parse_directives(*lines) if lines else NO_DIRECTIVES


def _mentioned(text: str) -> frozenset[str]:
    """Return the names of directives that occur as words in the text."""
    return _KNOWN & frozenset(_WORD.findall(text.lower()))


def _read(name: str, text: str | None, *, quoted: bool) -> _Argument:
    """Parse the argument of a directive. The argument of an unknown directive is ignored."""
    if name in _DURATIONS:
        if text is None:
            return None if name == "max-stale" else _INVALID
        seconds = delta_seconds(text)
        return _INVALID if seconds is None else seconds
    if name in _LISTINGS and quoted and text is not None:
        names = frozenset(field.lower() for field in split_list(text))
        return names if names and "*" not in names and all(map(TOKEN.fullmatch, names)) else _INVALID
    return None if text is None else _INVALID


def _targeted(members: Mapping[str, object]) -> Directives:
    """Return the directives of a structured dictionary. Each value must have the type that its directive needs."""
    arguments: dict[str, list[_Argument]] = {}
    for name, value in members.items():
        match value:
            case True:
                argument = _read(name, None, quoted=False)
            case int() if value is not False:
                argument = _read(name, str(value), quoted=False)
            case str() if name in _LISTINGS and not isinstance(value, StructuredToken):
                argument = _read(name, value, quoted=True)
            case _:
                argument = _INVALID
        arguments[name] = [argument]
    return Directives(arguments, targeted=True)
