"""Readers of single values in TOML files. The ValueError of each names the mistake and the correction."""

from __future__ import annotations

import json
import re
from math import inf
from typing import TYPE_CHECKING, Any

from brine.domain.durations import duration_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def plain_name(value: object) -> str:
    """Return the name of a route or channel."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError('not a name. Write lower-case letters, digits and hyphens, such as "orders-2".')
    return value


def positive_duration(value: object) -> float:
    """Return seconds, more than 0."""
    if (seconds := duration_seconds(value)) > 0:
        return seconds
    raise ValueError("too short. Write a duration of more than 0 seconds.")


def number_up_to(most: float) -> Callable[[object], float]:
    """Return a reader of numbers from 0 to `most`."""

    def read(value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most:
            return float(value)
        raise ValueError(f"not a number from 0 to {most}.{_without_quotes(value)}")

    return read


def whole(least: int, most: float = inf, *, unit: str = "") -> Callable[[object], int]:
    """Return a reader of whole numbers from `least` to `most`. `unit` is for the message, such as " of bytes"."""

    def read(value: object) -> int:
        if type(value) is int and least <= value <= most:
            return value
        limits = f"from {least} upwards" if most == inf else f"from {least} to {most}"
        raise ValueError(f"not a whole number{unit} {limits}.{_without_quotes(value)}")

    return read


def boolean(value: object) -> bool:
    """Return a boolean."""
    if isinstance(value, bool):
        return value
    raise ValueError("not a boolean. Write true or false.")


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list. None of them is empty."""
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    if isinstance(value, str) and value:
        raise ValueError(f"not a list of names. Write it in brackets: {json.dumps([value], ensure_ascii=False)}.")
    raise ValueError('not a list of names. Write names in quotes, such as ["a", "b"].')


def choice(*texts: str, **values: Any) -> Callable[[object], Any]:
    """Return a reader of one of these texts. It returns the text, or for a keyword the keyword's value."""
    choices: dict[str, Any] = dict(zip(texts, texts, strict=True)) | values

    def read(value: object) -> Any:
        if isinstance(value, str) and value in choices:
            return choices[value]
        from brine.adapters.config.spelling import did_you_mean  # noqa: PLC0415 - only for a mistake

        quoted = ", ".join(f'"{text}"' for text in choices)
        meant = did_you_mean(value, choices)
        raise ValueError(f"not one of the choices.{meant} Write {'one of ' if len(choices) > 1 else ''}{quoted}.")

    return read


def _without_quotes(value: object) -> str:
    """Return the remedy for a text in place of a number."""
    return " Write digits, without quotes and units." if isinstance(value, str) else ""
