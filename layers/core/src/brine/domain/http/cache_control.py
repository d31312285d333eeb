"""Cache directives (RFC 9111 section 5.2), and those meant for shared caches alone (RFC 9213).

A directive restricts, permits, or does both. A directive that is written wrongly restricts as much as a right one, and
permits nothing: it makes a response stale or private, never fresh or shared (RFC 9111 section 4.2.1). So no method
tells only that a directive is there. A caller asks whether the directive restricts, or whether it permits.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal, get_args

from brine.domain.http.field_syntax import FIELD_NAME, MAX_SECONDS, delta_seconds, is_well_quoted, split_list, unquote
from brine.domain.http.structured import NotStructured, Token, parse_dictionary

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
"""The directives that forbid something. `s-maxage` forbids what `proxy-revalidate` does (section 5.2.2.10)."""

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
_NEVER_LESS: Final = frozenset({"must-revalidate", "no-cache", "no-store", "private", "proxy-revalidate"})

_NAME = FIELD_NAME.pattern
_DIRECTIVE = re.compile(rf'({_NAME})(?:=({_NAME}|"(?:[^"\\]|\\.)*+"))?', re.DOTALL)
_WORD = re.compile(r"[a-z-]+")


class _Wrong:
    """What an argument is that its directive cannot have."""


_WRONG: Final = _Wrong()

type _Argument = int | frozenset[str] | _Wrong | None
"""Seconds, field names in lower case, None for a directive without an argument, or _WRONG."""


class Directives:
    """Cache directives by name, in lower case. `targeted`: they came from a field that overrides Cache-Control.

    is_readable: False when an open quote leaves in doubt where the directives end. Then none of them permits.
    """

    __slots__ = ("_arguments", "_is_readable", "targeted")

    def __init__(
        self, arguments: dict[str, list[_Argument]], *, targeted: bool = False, is_readable: bool = True
    ) -> None:
        self._arguments = arguments
        self._is_readable = is_readable
        self.targeted = targeted

    def __bool__(self) -> bool:
        return bool(self._arguments)

    def restricts(self, name: Restriction) -> bool:
        """Return whether the directive forbids what it can forbid: it is there, rightly written or not."""
        return name in self._arguments

    def restricts_all(self, name: Listing) -> bool:
        """Return whether the directive is there and not limited to fields. Only a quoted list of names limits it."""
        arguments = self._arguments.get(name)
        if arguments is None:
            return False
        return not self._is_readable or not all(isinstance(argument, frozenset) for argument in arguments)

    def permits(self, name: Permission) -> bool:
        """Return whether the directive allows what it can allow: it is there, and nothing about it is wrong."""
        return self._argument(name) is not _WRONG

    def permits_without_limit(self, name: Literal["max-stale"]) -> bool:
        """Return whether the directive is there, right, and has no argument that limits it."""
        return self._argument(name) is None

    def seconds(self, name: Duration, *, wrong: int = 0) -> int | None:
        """Return the seconds that a directive gives: None without it, `wrong` when its argument is wrong.

        An argument is also wrong when the directive is repeated with another one.
        """
        if name not in self._arguments:
            return None
        argument = self._argument(name)
        return argument if isinstance(argument, int) else wrong

    def field_names(self, name: Listing) -> frozenset[str]:
        """Return the field names, in lower case, that the directive is limited to."""
        lists = (argument for argument in self._arguments.get(name, ()) if isinstance(argument, frozenset))
        return frozenset().union(*lists)

    @property
    def of_request(self) -> str:
        """Return the known directives of a request as a field value; a wrong one as a right one that does the same."""
        parts = [
            f"{name}={seconds}" for name in ("max-age", "stale-if-error") if (seconds := self.seconds(name)) is not None
        ]
        if self.permits("max-stale"):
            seconds = self.seconds("max-stale")
            parts.append("max-stale" if self.permits_without_limit("max-stale") else f"max-stale={seconds}")
        if (seconds := self.seconds("min-fresh", wrong=MAX_SECONDS)) is not None:
            parts.append(f"min-fresh={seconds}")
        parts += [name for name in ("no-cache", "no-store", "no-transform") if name in self._arguments]
        if self.permits("only-if-cached"):
            parts.append("only-if-cached")
        return ", ".join(parts)

    @property
    def for_origin(self) -> str:
        """Return the directives of a request that ask for nothing but a new response, as a field value.

        By any other, such as `no-transform` or `max-stale`, one client would choose what is stored for all.
        """
        parts = ["max-age=0"] if self.seconds("max-age") == 0 else []
        return ", ".join(parts + [name for name in ("no-cache", "no-store") if name in self._arguments])

    def restricted_by(self, text: str) -> Directives:
        """Return these directives and the restrictions that an unreadable text speaks of."""
        more: dict[str, list[_Argument]] = {
            name: [*self._arguments.get(name, ()), _WRONG] for name in _mentioned(text) & _NEVER_LESS
        }
        if "no-store" in more:  # which no other field's must-understand lifts
            more["must-understand"] = [_WRONG]
        return Directives(self._arguments | more, targeted=self.targeted, is_readable=self._is_readable)

    def _argument(self, name: str) -> _Argument:
        """The argument that all repeats share; _WRONG when there is none such, or no directive."""
        arguments = self._arguments.get(name)
        if arguments is None or not self._is_readable:
            return _WRONG
        first = arguments[0]
        return first if all(argument == first for argument in arguments) else _WRONG


NO_DIRECTIVES = Directives({})


def parse_directives(*lines: str) -> Directives:
    """Return the directives of the lines of Cache-Control, argument quoted or not.

    In a member that is no directive, each word that is the name of one counts as that directive, wrongly written. A
    quote that is open at the end of a line is not closed by another line, which could hide what is between.
    """
    arguments: dict[str, list[_Argument]] = {}
    for member in chain.from_iterable(map(split_list, lines)):
        match = _DIRECTIVE.fullmatch(member)
        if match is not None:
            name, argument = match[1].lower(), match[2]
            quoted = argument is not None and argument.startswith('"')
            arguments.setdefault(name, []).append(_read(name, unquote(argument) if quoted else argument, quoted=quoted))
            continue
        for name in _mentioned(member):
            arguments.setdefault(name, []).append(_WRONG)
    if all(map(is_well_quoted, lines)):
        return Directives(arguments)
    for name in ("max-age", "s-maxage"):  # one of them may be behind the quote
        arguments.setdefault(name, []).append(_WRONG)
    return Directives(arguments, is_readable=False)


def response_directives(fields: Fields) -> Directives:
    """Return the directives that hold for us: of CDN-Cache-Control when it is valid and not empty, else Cache-Control.

    An invalid CDN-Cache-Control is ignored (RFC 9213 section 2.1), except that what it forbids stays forbidden.
    """
    plain = parse_directives(*fields.all("cache-control"))
    targeted = fields.all("cdn-cache-control")
    try:
        members = parse_dictionary(*targeted)
    except NotStructured:
        return plain.restricted_by(", ".join(targeted))
    return _targeted(members) if members else plain


def request_directives(fields: Fields) -> Directives:
    """Return the directives of a request. Pragma has no meaning any more (RFC 9111 section 5.4)."""
    return parse_directives(*fields.all("cache-control"))


def _mentioned(text: str) -> frozenset[str]:
    """The names of directives that are words of the text."""
    return _KNOWN & frozenset(_WORD.findall(text.lower()))


def _read(name: str, text: str | None, *, quoted: bool) -> _Argument:
    """The argument of a directive from its text; of an unknown directive nothing matters."""
    if name in _DURATIONS:
        if text is None:
            return None if name == "max-stale" else _WRONG
        seconds = delta_seconds(text)
        return _WRONG if seconds is None else seconds
    if name in _LISTINGS and quoted and text is not None:
        names = frozenset(field.lower() for field in split_list(text))
        return names if names and "*" not in names and all(map(FIELD_NAME.fullmatch, names)) else _WRONG
    return None if text is None else _WRONG


def _targeted(members: Mapping[str, object]) -> Directives:
    """The directives of a structured dictionary, whose values must have the type that the directive needs."""
    arguments: dict[str, list[_Argument]] = {}
    for name, value in members.items():
        match value:
            case True:
                argument = _read(name, None, quoted=False)
            case int() if value is not False:
                argument = _read(name, str(value), quoted=False)
            case str() if name in _LISTINGS and not isinstance(value, Token):
                argument = _read(name, value, quoted=True)
            case _:
                argument = _WRONG
        arguments[name] = [argument]
    return Directives(arguments, targeted=True)
