"""The objects inside the golden texts, by name: those of the envelopes, and some that only formats must distinguish."""

from __future__ import annotations

import math

from brine.domain.formats.allowed_types import Types
from tests.golden.envelope.objects import OBJECTS as ENVELOPES
from tests.support.codec.samples import registry

TYPES = Types(registry())
OBJECTS: dict[str, object] = ENVELOPES | {
    "floats": [1.0, -0.0, 1e300, math.inf, -math.inf, math.nan],
    "integers": [0, -1, 2**63, -(2**63), 2**64 - 1, 2**64, -(2**63) - 1],
    "misread": [{"$date": 1}, {"$type": 2, "a": 3}, {"$date": 1, "b": 2}, {"$other": 1}],
    "keys": {1: "a", (1, "b"): "c", b"d": None, None: 1.5},
    "surrogates": ["\udcff", {"\udcff": 1}],
}
