"""Types and comparisons that the tests of the formats share."""

from __future__ import annotations

import dataclasses
import struct
from collections import defaultdict, deque

from brine.domain.formats.allowed_types import Types
from brine_codec import Codec
from tests.support.codec.samples import Handmade, keyring, registry

TYPES = Types(registry())
CODEC = Codec(keyring(), purpose="test", registry=TYPES.registry, limits=TYPES.limits)


def exactly(value: object) -> object:
    """A value that is equal for two objects only if they are the same in every type and every bit.

    NaN is equal to NaN here, with any payload; 1, 1.0 and True are not equal, and 0.0 is not -0.0.
    """
    kind = type(value)
    if isinstance(value, float):
        return kind, "nan" if value != value else struct.pack(">d", value)  # noqa: PLR0124 - NaN alone is not itself
    if isinstance(value, complex):
        return kind, exactly(value.real), exactly(value.imag)
    if isinstance(value, dict):
        extra = value.default_factory if isinstance(value, defaultdict) else None
        return kind, extra, [(exactly(key), exactly(inner)) for key, inner in value.items()]
    if isinstance(value, (set, frozenset)):
        return kind, sorted(map(exactly, value), key=repr)
    if isinstance(value, (list, tuple, deque)):
        return kind, value.maxlen if isinstance(value, deque) else None, [exactly(item) for item in value]
    if dataclasses.is_dataclass(value):
        return kind, [exactly(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, Handmade):
        return kind, exactly(value.name), exactly(value.items)
    zone = getattr(value, "tzinfo", None)
    return kind, repr(value), repr(zone), getattr(value, "fold", None)
