"""The error of a request that cannot be explained."""

from __future__ import annotations


class NotExplained(Exception):
    """A request that cannot be explained. The message gives the reason and the next step."""
