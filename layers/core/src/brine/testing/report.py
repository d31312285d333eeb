"""The section that the report of a failed test has for its apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.testing.client import AppClient


def report_of(clients: Iterable[AppClient]) -> str:
    """Return the responses of these clients, the requests that reached servers, and the purged tags, as lines."""
    lines: list[str] = []
    for client in clients:
        lines += [f"{request} -> {response!r}" for request, response in client.responses]
        lines += [f"fetched from {route}: {target}" for route, target in client.fetched]
        lines += [f"purged: {tag}" for tag in client.purged]
    return "\n".join(lines)
