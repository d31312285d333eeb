"""Paths of functions and routes in URLs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from brine_cli.project.names import Name

_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_DOTS = re.compile(r"/\.{1,2}(/|$)")
_LONGEST_PATH = 60  # so that the lines of the written code have at most 120 characters


def checked_path(text: str) -> str:
    """Return a path without the slash at its end. Raises CommandError if it is no path."""
    path = text.rstrip("/")
    if _PATH.fullmatch(path) is None or _DOTS.search(path) or len(path) > _LONGEST_PATH:
        raise CommandError(
            f"{text!r} is not a path: write it as /orders or /v1/orders, with letters, digits and . _ ~ - and at most "
            f"{_LONGEST_PATH} characters"
        )
    return path


def function_path(name: Name, path: str | None) -> str:
    """Return the first part of all paths of a function, by default its name. Raises CommandError if it is no path."""
    return checked_path(path or f"/{name.text}")


def route_prefix(name: Name, prefix: str | None) -> str:
    """Return the prefix of a route, by default its name. Raises CommandError if it is no path."""
    return prefix if prefix == "/" else checked_path(prefix or f"/{name.text}")
