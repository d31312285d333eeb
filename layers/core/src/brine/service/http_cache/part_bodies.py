"""Bodies in parts: which parts are in the body store, each as an object of its own, and how they are read.

A part is written once, when it arrives. A later part adds an object and a line to the sealed index, and no object is
ever rewritten. An answer reads only the parts that have bytes of it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from brine.domain.bodies.stored_body import BodyReference, PartialBody
from brine.domain.caching.respond import needed_spans

if TYPE_CHECKING:
    from brine.domain.bodies.stored_body import StoredPart
    from brine.domain.caching.stored import StoredResponse
    from brine.service.stores.bodies import Bodies
    from brine.service.transaction import Trace, Transaction

LARGEST_INLINE_PARTS: Final = 4_096
"""Bytes of all parts that are sealed with their index.

Every new part rewrites the index, and above this size a PUT of an object costs less.
"""

LARGEST_JOINED_BODY: Final = 67_108_864
"""Bytes of the largest body that is joined into one object for a link: the process must hold it in memory."""

MOST_READS: Final = 8
"""Parts that are read at the same time for one answer."""


def loaded_parts(
    bodies: Bodies, stored: StoredResponse, body: PartialBody, transaction: Transaction, trace: Trace
) -> PartialBody | None:
    """Return the body with the parts that the answer to the request needs; None when one is missing or altered.

    One call for each such part that is in the body store.
    """
    return _loaded(bodies, body, body.within(needed_spans(stored, transaction.request)), trace)


def placed(
    bodies: Bodies, stored: StoredResponse, inline_limit: int, transaction: Transaction, trace: Trace
) -> tuple[StoredResponse, StoredResponse]:
    """Put the larger parts of a body into the body store. Return the response with its bytes, and the form to seal.

    One call for each part that is not there yet. A complete body that a route must link to becomes one piece, which the
    caller puts there. inline_limit: bytes of the largest envelope. Raises StoreError.
    """
    body = stored.body
    if not isinstance(body, PartialBody):
        return stored, stored
    if _is_to_link(body, transaction) and (whole := _loaded(bodies, body, body.parts, trace)) is not None:
        stored = replace(stored, body=whole.read(0, whole.size))
        return stored, stored
    parts = _placed_parts(bodies, body, min(LARGEST_INLINE_PARTS, inline_limit // 4), trace)
    return replace(stored, body=parts), replace(stored, body=parts.unloaded())


def _is_to_link(body: PartialBody, transaction: Transaction) -> bool:
    return (
        transaction.route.large_bodies == "redirect"
        and transaction.room < body.size <= LARGEST_JOINED_BODY
        and body.is_complete
    )


def _placed_parts(bodies: Bodies, body: PartialBody, most: int, trace: Trace) -> PartialBody:
    """Put the largest parts into the body store, until the rest has at most `most` bytes. Raises StoreError."""
    inline = sorted((part for part in body.parts if isinstance(part.body, bytes)), key=lambda part: part.size)
    left = sum(part.size for part in inline)
    put = {}
    while left > most:
        part = inline.pop()
        left -= part.size
        if isinstance(part.body, bytes):
            put[part.first] = replace(
                part, body=BodyReference(bodies.write(part.body, trace), part.size), loaded=part.body
            )
    return replace(body, parts=tuple(put.get(part.first, part) for part in body.parts))


def _loaded(bodies: Bodies, body: PartialBody, needed: tuple[StoredPart, ...], trace: Trace) -> PartialBody | None:
    """Return the body with the bytes of these parts; None when one is missing or altered."""
    absent = {part.first: part.body for part in needed if part.data is None and isinstance(part.body, BodyReference)}
    calls = [partial(bodies.read, reference.digest, reference.size, trace) for reference in absent.values()]
    if len(calls) < 2:
        found = [call() for call in calls]
    else:
        from brine.service.functions.part_threads import PartThreads  # noqa: PLC0415 - few answers need it

        found = PartThreads(MOST_READS).results(calls)
    if None in found:
        return None
    data = dict(zip(absent, found, strict=True))
    parts = (replace(part, loaded=data[part.first]) if part.first in data else part for part in body.parts)
    return replace(body, parts=tuple(parts))
