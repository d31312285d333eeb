"""Why no stored response answers a request: the content of the slots of its key, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brine.domain.durations import duration_text
from brine.domain.explaining.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.service.admin.explain.entries import StoredEntry
    from brine.service.admin.explain.stored_section import StoredSlots


def missing_reasons(reasons: tuple[Reason, ...], slots: StoredSlots, now: float) -> Iterator[Reason]:
    """Yield the reasons of a decision without a stored response, with what the slots say in place of the plain ones."""
    for reason in reasons:
        match reason.code:
            case "uri-miss":
                yield _of_slot(reason, slots, now)
            case "vary-miss":
                yield _of_variants(reason, slots)
            case _:
                yield reason


def _of_variants(plain: Reason, slots: StoredSlots) -> Reason:
    """Return the reason with the fields by which the request differs from the most similar stored response."""
    differs = min((one.differs for one in slots.entries if one.differs), key=len, default=())
    if not differs:
        return plain
    text = f"responses are stored for this URL, but for other values of {' and '.join(differs)}"
    return replace(plain, text=text)


def _of_slot(plain: Reason, slots: StoredSlots, now: float) -> Reason:
    if slots.problem is not None:
        return Reason("table", f"nothing that may be used is stored: {slots.problem}")
    entry = slots.selected
    if entry is None:
        return replace(plain, text="nothing is stored for this URL")
    match entry.state:
        case "purged":
            return Reason("purged", f"a response is stored for this URL, and {_purge(entry, now)} ended it")
        case "expired":
            return Reason("expired", "the response that was stored for this URL is past its time")
        case "unreadable":
            return Reason("unreadable", f"what is stored for this URL cannot be read: {entry.fault}")
        case "hit-for-miss":
            text = "the last response could not be stored, and detail in its Cache-Status says why"
            return Reason("hit-for-miss", text)
        case _:
            return plain


def _purge(entry: StoredEntry, now: float) -> str:
    purge = next((one for one in entry.stamps if one.effect == "purged"), None)
    if purge is None:
        return "a purge"
    seconds = now - purge.at
    return f"a purge of {purge.name} {f'{duration_text(seconds)} ago' if seconds >= 0 else 'just now'}"
