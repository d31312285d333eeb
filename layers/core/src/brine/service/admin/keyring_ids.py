"""The keys of functions by their ids. No secret is shown, and none is derived from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_codec import CodecError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.service.admin.sources import CacheSource


def keyring_ids(sources: Iterable[CacheSource], now: float) -> list[dict[str, object]]:
    """Return the ids of the keys of each function: which one seals, and which will. All of them open."""
    return [_of(source, now) for source in sources]


def _of(source: CacheSource, now: float) -> dict[str, object]:
    told: dict[str, object] = {
        "function": source.function or None,
        "namespace": source.namespace or None,
        "seals": None,
        "keys": [],
        "error": None,
    }
    try:
        keys = source.keyring.keys(now)
        sealing = next((key.id for key in keys if key.seals_from <= now), None)
    except CodecError as error:
        return told | {"error": str(error)}
    return told | {
        "seals": sealing,
        "keys": [{"id": key.id, "seals_from": key.seals_from or None} for key in keys],
    }
