"""The contents of the gateway's own envelopes, with a name for each value."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from math import isfinite
from typing import TYPE_CHECKING

from brine_cli.envelopes.purposes import CACHE, RESULTS

if TYPE_CHECKING:
    from brine.domain.formats.allowed_types import Types


def allowed(purpose: str, types: Types) -> Types:
    """Return the classes that an envelope of this purpose may hold. `types`: those that the user allows."""
    if purpose != CACHE.name:
        return types
    from brine.domain.formats.allowed_types import Types  # noqa: PLC0415 - for this purpose alone
    from brine.service.http_cache.sealing import stored_response_registry  # noqa: PLC0415 - the same

    return Types(stored_response_registry())


def labelled(purpose: str, content: object) -> object:
    """Return a stored response or result as a dict with the names of its values; any other object as it is.

    Raises Undecodable for values that are no stored result.
    """
    if purpose == CACHE.name:
        members = _members(content)
        return {"kind": type(content).__name__, **members, **_text_of(members.get("body"))}
    if purpose == RESULTS.name:
        from brine.service.results.sealing import unpack  # noqa: PLC0415 - for this purpose alone

        return _members(unpack(content), kept=frozenset({"value"}))
    return content


def _text_of(body: object) -> dict[str, object]:
    """Return a body of text as text, for people."""
    try:
        return {"body": body.decode()} if isinstance(body, bytes) else {}
    except UnicodeDecodeError:
        return {}


def _members(record: object, kept: frozenset[str] = frozenset()) -> dict[str, object]:
    """Return the fields of a dataclass. `kept`: those whose values stay as they are."""
    if not is_dataclass(record):
        return {"value": record}
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: value if name in kept else _plain(value) for name, value in values.items() if not _is_unset(value)}


def _plain(value: object) -> object:
    """Return a value without classes of Brine's own."""
    from brine.domain.http.fields import Fields  # noqa: PLC0415 - for own items alone

    if isinstance(value, Fields):
        return [list(line) for line in value.lines]
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return _members(value) if is_dataclass(value) else value


def _is_unset(value: object) -> bool:
    """Return whether a field was never stored: a lookup fills it."""
    return value is None or (isinstance(value, float) and not isfinite(value))
