"""How much an envelope may hold."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024


class Limits:
    """Bounds on what is sealed and opened; breaching one raises TooLarge. Sizes are bytes.

    sealed_size, size: the envelope; its content once decompressed.
    buffers: out-of-band buffers of one envelope.
    clock_skew: seconds an envelope may be issued ahead of our clock.
    decimal_digits, decimal_exponent, integer_bits: of one number.
    depth: containers inside containers; up to three more may pass.
    memory: what an object may take at most. A small message may take less, and each message has a budget of time:
    `brine_codec.gate.budget`.
    """

    __slots__ = (
        "buffers",
        "clock_skew",
        "decimal_digits",
        "decimal_exponent",
        "depth",
        "integer_bits",
        "memory",
        "sealed_size",
        "size",
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
        memory: int = 512 * MEBIBYTE,
    ) -> None:
        self.sealed_size = sealed_size
        self.size = size
        self.buffers = buffers
        self.clock_skew = clock_skew
        self.decimal_digits = decimal_digits
        self.decimal_exponent = decimal_exponent
        self.integer_bits = integer_bits
        self.depth = depth
        self.memory = memory


DEFAULT_LIMITS = Limits()
