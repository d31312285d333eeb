"""The keys of functions by their ids. No secret is shown, and none is derived from."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from brine.domain.keys.facts import key_facts
from brine.domain.keys.times import sealing_id
from brine_codec import CodecError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.service.admin.sources import CacheSource


def keyring_ids(sources: Iterable[CacheSource], now: float) -> list[dict[str, object]]:
    """Return the ids of the keys of each function: what each key does, and since and until when."""
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
    except CodecError as error:
        return told | {"error": str(error)}
    facts = key_facts(keys, now, source.key_keep_days)
    return told | {"seals": sealing_id(keys, now), "keys": [asdict(one) for one in facts]}
