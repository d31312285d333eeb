"""Makers of numbers within the limits: a few bytes can stand for a number that fills the memory."""

from __future__ import annotations

import decimal
import fractions
from operator import attrgetter

from brine_codec.errors import TooLarge, Undecodable, Unsupported
from brine_codec.standard.entry import entry

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine_codec.limits import Limits
    from brine_codec.standard.entry import StandardEntry


COMPARISONS_OF_NUMBER = 4_000
"""Comparisons of plain values to compare a Decimal or Fraction with another number, since both are converted."""


def makers(limits: Limits) -> Iterator[StandardEntry]:
    """Yield the makers of Decimal, Fraction, complex and range."""
    yield entry(decimal.Decimal, _packed_decimal(limits), _decimal(limits), steps=10, comparisons=COMPARISONS_OF_NUMBER)
    yield entry(
        fractions.Fraction,
        _packed_integers(limits, "numerator", "denominator"),
        _fraction(limits),
        steps=30,
        comparisons=COMPARISONS_OF_NUMBER,
    )
    yield entry(complex, lambda value: (value.real, value.imag), _complex, steps=6)
    yield entry(range, _packed_integers(limits, "start", "stop", "step"), _range(limits))


def _packed_decimal(limits: Limits) -> Callable[[decimal.Decimal], tuple[str]]:
    make = _decimal(limits)
    longest, largest = _bounds(limits)

    def pack(value: decimal.Decimal) -> tuple[str]:
        text = str(value)
        if len(text) <= longest and -largest <= value.adjusted() <= largest:
            return (text,)
        try:
            make(text)
        except TooLarge as error:
            raise Unsupported(str(error)) from None
        return (text,)

    return pack


def _bounds(limits: Limits) -> tuple[int, int]:
    """Return the longest text of a Decimal, with sign, point and exponent, and its largest exponent."""
    return limits.decimal_digits + 30, limits.decimal_exponent


def _decimal(limits: Limits) -> Callable[[object], decimal.Decimal]:
    longest, largest = _bounds(limits)

    def make(text: object) -> decimal.Decimal:
        if type(text) is not str:
            raise Undecodable("a Decimal is not written as text")
        if len(text) > longest:
            raise TooLarge(f"a Decimal has more than {limits.decimal_digits} digits")
        value = decimal.Decimal(text)
        if not -largest <= value.adjusted() <= largest:  # 0 for NaN and infinity
            raise TooLarge(f"a Decimal has an exponent beyond {limits.decimal_exponent}")
        return value

    return make


def _packed_integers(limits: Limits, *names: str) -> Callable[[object], tuple[object, ...]]:
    parts = attrgetter(*names)

    def pack(value: object) -> tuple[object, ...]:
        integers: tuple[object, ...] = parts(value)
        try:
            _integers(limits, *integers)
        except TooLarge as error:
            raise Unsupported(str(error)) from None
        return integers

    return pack


def _integers(limits: Limits, *values: object) -> None:
    for value in values:
        if type(value) is not int:
            raise Undecodable("the argument is not an integer")
        if value.bit_length() > limits.integer_bits:
            raise TooLarge(f"an integer has more than {limits.integer_bits} bits")


def _fraction_parts(value: fractions.Fraction) -> tuple[int, int]:
    return value.numerator, value.denominator


def _fraction(limits: Limits) -> Callable[[int, int], fractions.Fraction]:
    def make(numerator: int, denominator: int) -> fractions.Fraction:
        _integers(limits, numerator, denominator)
        _forget_hashes()
        return fractions.Fraction(numerator, denominator)

    return make


def _forget_hashes() -> None:
    """Clear the cache of hashes in `fractions`, which the whole process shares.

    A sender could fill it with colliding keys.
    """
    table = getattr(fractions, "_hash_algorithm", None)
    if table is not None:
        table.cache_clear()


def _complex(real: object, imaginary: object) -> complex:
    if type(real) is not float or type(imaginary) is not float:
        raise Undecodable("a complex is not two floats")
    return complex(real, imaginary)


def _range(limits: Limits) -> Callable[[int, int, int], range]:
    def make(start: int, stop: int, step: int) -> range:
        _integers(limits, start, stop, step)
        return range(start, stop, step)

    return make
