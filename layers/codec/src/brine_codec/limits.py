"""How much an envelope may hold."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024


class Limits:
    """Bounds on what is sealed and opened; breaching one raises TooLarge. Sizes are bytes.

    sealed_size, size: the envelope; its content once decompressed.
    buffers: out-of-band buffers of one envelope.
    clock_skew: seconds an envelope may be issued ahead of our clock.
    decimal_digits, decimal_exponent, integer_bits: of one number.

    The rest is what the gate checks:
    depth: containers inside containers. nodes: values, a shared one counted as often as it is met.
    memory: what the object will take at most, as estimated from its opcodes.
    hashed: values visited to hash all keys and set members once.
    weak_keys: keys whose hash a sender can choose (tuples, objects, integers above 64 bits; an object counts five).
    """

    __slots__ = (
        "buffers",
        "clock_skew",
        "decimal_digits",
        "decimal_exponent",
        "depth",
        "hashed",
        "integer_bits",
        "memory",
        "nodes",
        "sealed_size",
        "size",
        "weak_keys",
    )

    def __init__(
        self,
        *,
        sealed_size: int = 64 * MEBIBYTE,
        size: int = 64 * MEBIBYTE,
        buffers: int = 65_536,
        clock_skew: float = 60.0,
        decimal_digits: int = 1_000,
        decimal_exponent: int = 6_144,
        integer_bits: int = 8_192,
        depth: int = 100,
        nodes: int = 16_000_000,
        memory: int = 160 * MEBIBYTE,
        hashed: int = 4_000_000,
        weak_keys: int = 6_000,
    ) -> None:
        self.sealed_size = sealed_size
        self.size = size
        self.buffers = buffers
        self.clock_skew = clock_skew
        self.decimal_digits = decimal_digits
        self.decimal_exponent = decimal_exponent
        self.integer_bits = integer_bits
        self.depth = depth
        self.nodes = nodes
        self.memory = memory
        self.hashed = hashed
        self.weak_keys = weak_keys


DEFAULT_LIMITS = Limits()
