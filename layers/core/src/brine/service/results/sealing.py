"""The form of a stored result in an envelope: plain values around the caller's object.

The order of the values is part of the form. Its version is the codec's schema number, so an envelope of another version
is a miss. tests/golden has an envelope of each version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.domain.results.stored import EnvelopeReference, StoredException, StoredResult
from brine_codec import Codec, Undecodable

if TYPE_CHECKING:
    from brine_codec import Keyring, KeyringSource, Registry

PURPOSE: Final = "brine results"
STORED_RESULT_VERSION: Final = 5
PLACE_OF_VALUE: Final = "[5]"
"""Where the values of `pack` have the caller's object, in the path of an error."""


def result_codec(keyring: Keyring | KeyringSource, registry: Registry | None) -> Codec:
    """Return the codec of stored results. `registry` has the caller's classes."""
    return Codec(keyring, purpose=PURPOSE, registry=registry, schema=STORED_RESULT_VERSION, gate=False)


def pack(stored: StoredResult) -> tuple[object, ...]:
    """Return the plain values to seal for a stored result."""
    value = stored.value
    if isinstance(value, StoredException):
        kind, value = "failure", (value.name, value.arguments)
    elif isinstance(value, EnvelopeReference):
        kind, value = "elsewhere", (value.digest, value.size)
    else:
        kind = "value"
    times = stored.began, stored.fresh_until, stored.grace_until, stored.took
    source = stored.cache, stored.function, stored.tenant_digest
    return kind, times, stored.tags, stored.generation, stored.applied_stamps, value, source


def unpack(content: object) -> StoredResult:
    """Return the stored result of unsealed values. Raises Undecodable."""
    match content:
        case (
            str(kind),
            (float(began), float(fresh_until), float(grace_until), float(took)),
            tuple(tags),
            int(generation),
            tuple(applied_stamps),
            value,
            (str(cache), str(function), str(tenant_digest)),
        ) if all(type(tag) is str for tag in tags):
            return StoredResult(
                value=_value(kind, value),
                began=began,
                fresh_until=fresh_until,
                grace_until=grace_until,
                took=took,
                tags=tags,
                generation=generation,
                applied_stamps=tuple(map(_applied, applied_stamps)),
                cache=cache,
                function=function,
                tenant_digest=tenant_digest,
            )
        case _:
            raise Undecodable("this is not a stored result")


def _applied(entry: object) -> tuple[str, float, float]:
    match entry:
        case (str(name), float(hard), float(soft)):
            return name, hard, soft
        case _:
            raise Undecodable("this is not a stored result")


def _value(kind: str, value: object) -> object:
    match kind, value:
        case "value", _:
            return value
        case "failure", (str(name), tuple(arguments)):
            return StoredException(name, arguments)
        case "elsewhere", (bytes(digest), int(size)) if len(digest) == 32 and size > 0:
            return EnvelopeReference(digest, size)
        case _:
            raise Undecodable("this is not a stored result")
