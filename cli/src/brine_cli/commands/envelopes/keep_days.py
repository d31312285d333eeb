"""The option for the days for which a replaced key still opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST: Final = 16
_MOST: Final = 3650


def keep_days_option[F: Callable[..., object]](function: F) -> F:
    """Add the option. Its limits are those of the parameter KeyKeepDays."""
    add = click.option(
        "--keep-days",
        type=click.IntRange(_LEAST, _MOST),
        metavar="DAYS",
        show_default="KeyKeepDays of the stack, else 367",
        help="Days for which a replaced key still opens.",
    )
    return add(function)
