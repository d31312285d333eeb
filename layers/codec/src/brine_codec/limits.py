"""The limits of an envelope."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024


class Limits:
    """Limits for sealing and opening. Beyond one of them, the codec raises TooLarge. Sizes are in bytes.

    sealed_size: of the envelope.
    size: of the decompressed content.
    buffers: out-of-band buffers of one envelope.
    clock_skew: seconds by which an envelope may be issued ahead of our clock.
    decimal_digits, decimal_exponent, integer_bits: of one number.
    depth: nested containers. The codec may accept up to three more.
    memory: of an object. A small message may take less memory than this, and its time is limited too
    (`brine_codec.gate.budget`).
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
