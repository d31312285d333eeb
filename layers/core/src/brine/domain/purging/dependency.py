"""The records in a stored response that are compared with stamps (brine.domain.purging.stamps)."""

from __future__ import annotations

from dataclasses import dataclass

type AppliedStamps = tuple[tuple[str, float, float], ...]
"""Stamps that were known when a fetch began, but have later times than it: name, hard, soft."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """A stored response that another one was made from: the names of its stamps, and its times as stamps see them.

    `route`, `target` and `tags` identify the part. `has_tenant`: whether the part belongs to the tenant of the whole.
    """

    names: tuple[str, ...]
    began: float
    confirmed: float
    applied_stamps: AppliedStamps = ()
    route: str = ""
    target: str = ""
    tags: tuple[str, ...] = ()
    has_tenant: bool = False
