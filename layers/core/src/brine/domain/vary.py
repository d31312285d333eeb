"""Selecting fields: which stored response a request may get (RFC 9111 section 4.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.domain.field_syntax import FIELD_NAME, split_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.domain.fields import Fields
    from brine.domain.messages import Request
    from brine.domain.stored import StoredResponse

type SelectingFields = tuple[tuple[str, str | None], ...]

ANYTHING: SelectingFields = (("*", None),)

NEGOTIATION = frozenset({"accept", "accept-charset", "accept-encoding", "accept-language"})
"""The request fields of content negotiation (RFC 9110 section 12.5)."""
_WEIGHT = re.compile(r"[ \t]*q=([01](?:\.[0-9]{0,3})?)[ \t]*", re.IGNORECASE)


def vary_names(fields: Fields) -> tuple[str, ...]:
    """The names in Vary, in lower case, sorted; `("*",)` when "*" is among them, or what cannot be a name."""
    text = fields.get("vary")
    if text is None:
        return ()
    names = {member.lower() for member in split_list(text)}
    if "*" in names or not all(map(FIELD_NAME.fullmatch, names)):
        return ("*",)
    return tuple(sorted(names))


def selecting_fields(names: Iterable[str], request: Request) -> SelectingFields:
    """The request's values of these fields, normalised; None where it has no such field."""
    return tuple((name, _normal_value(name, request.fields)) for name in names)


def selects(stored: StoredResponse, request: Request) -> bool:
    """Whether the request's selecting fields are those that the stored response was made for."""
    vary = stored.vary
    if not vary:
        return True
    if vary == ANYTHING:
        return False
    return all(
        value == _normal_value(name, request.fields)
        or (name == "accept-language" and _is_first_choice(stored, request))
        for name, value in vary
    )


def vary_key(stored_vary_names: Iterable[str], request: Request) -> str:
    """Text that is the same for two requests only if their selecting fields are; "" when nothing varies."""
    return "".join(
        f"{name}\n" if value is None else f"{name}:{len(value)}:{value}\n"
        for name, value in selecting_fields(stored_vary_names, request)
    )


def _normal_value(name: str, fields: Fields) -> str | None:
    """Lines combined, white space around commas gone; for lists of preferences, case, order and weights of 1 too."""
    text = fields.get(name)
    if text is None:
        return None
    if name not in NEGOTIATION:
        return ",".join(split_list(text))
    return ",".join(
        sorted(range_ if weight == 1 else f"{range_};q={weight:g}" for range_, weight in _preferences(text))
    )


def _preferences(text: str) -> list[tuple[str, float]]:
    """Each range with its weight (RFC 9110 section 12.4.2). Parameters of a media range keep their case."""
    preferences = []
    for member in split_list(text):
        before, _, last = member.rpartition(";")
        match = _WEIGHT.fullmatch(last) if before else None
        range_ = before.rstrip(" \t") if match else member
        head, semicolon, parameters = range_.partition(";")
        preferences.append((head.lower() + semicolon + parameters, float(match[1]) if match else 1.0))
    return preferences


def _is_first_choice(stored: StoredResponse, request: Request) -> bool:
    """Whether the stored response is in the one language that the request likes best.

    Whatever else the origin has, it has nothing that this client would rather get (RFC 9110 section 12.5.4).
    """
    language = stored.fields.get("content-language")
    text = request.fields.get("accept-language")
    if language is None or text is None:
        return False
    preferences = _preferences(text)
    best = max((weight for _, weight in preferences), default=0.0)
    return best > 0 and [range_ for range_, weight in preferences if weight == best] == [language.strip(" \t").lower()]
