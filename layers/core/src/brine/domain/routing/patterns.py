"""Path patterns of routes in code: `/orders/<order_id>` covers `/orders/17`, with the argument `order_id`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from brine.domain.routing.paths import has_control_characters

_PARAMETER: Final = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)>")
_CROWDED: Final = re.compile(rf"{_PARAMETER.pattern}{_PARAMETER.pattern}|(?:{_PARAMETER.pattern}[^/]*?){{3}}")
_RULE: Final = re.compile(r"/(?:[A-Za-z0-9_.~!&',;=:@/-]|<[A-Za-z_][A-Za-z0-9_]*>)*")


class BadArgumentError(ValueError):
    """An argument in the path is not valid. The message may be shown to the client."""


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A pattern of paths. `<name>` stands for one segment or a part of it, which becomes an argument.

    A segment may have two arguments, with text between them: more would take too long to match, or be ambiguous. A rule
    has no `$`, `(`, `)`, `*` and `+`, which Powertools reads as a regular expression. Raises ValueError for a rule that
    is no pattern.
    """

    rule: str
    names: tuple[str, ...] = field(init=False)
    _regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = argument_names(self.rule)
        if not _RULE.fullmatch(self.rule) or len({*names}) != len(names) or "//" in self.rule:
            raise ValueError(
                f'"{self.rule}" is no path pattern. Write a path with a different name for each argument, such as '
                '"/orders/<order_id>".'
            )
        if _CROWDED.search(self.rule):
            raise ValueError(
                f'"{self.rule}" has arguments without text between them, or more than two between slashes. Write a "/" '
                "between them."
            )
        pieces = _PARAMETER.split(self.rule)  # text and names in turn
        regex = "".join(f"(?P<{piece}>[^/]+)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "_regex", re.compile(regex))

    def covers(self, path: str) -> bool:
        """Return whether the pattern covers a raw (percent-encoded) path."""
        return self._regex.fullmatch(path) is not None

    def raw_arguments(self, path: str) -> tuple[str, ...]:
        """Return the arguments in a raw path that the pattern covers, percent-encoded, in order."""
        match = self._regex.fullmatch(path)
        return () if match is None else match.groups()

    def arguments(self, path: str) -> dict[str, str]:
        """Return the arguments in a raw path that the pattern covers, decoded. Raises BadArgumentError.

        An argument has no slash, no control character, and is no segment of dots: a function may put it into the path
        of a request of its own.
        """
        match = self._regex.fullmatch(path)
        if match is None:
            raise BadArgumentError(f"the path is not {self.rule}")
        return {name: _decoded(name, text) for name, text in match.groupdict().items()}


def argument_names(rule: str) -> tuple[str, ...]:
    """Return the names of the arguments in a rule, which need not be valid."""
    return tuple(_PARAMETER.findall(rule))


def _decoded(name: str, text: str) -> str:
    try:
        decoded = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise BadArgumentError(f"{name} in the path is not UTF-8") from None
    if "/" in decoded or "\\" in decoded or has_control_characters(decoded) or not decoded.strip("."):
        raise BadArgumentError(f"{name} in the path has an encoded slash, a control character, or is a dot segment")
    return decoded
