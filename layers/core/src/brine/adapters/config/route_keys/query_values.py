"""Readers of the keys for queries by content in routes.toml."""

from __future__ import annotations

from typing import Final

from brine.adapters.config.mistakes import read_list
from brine.adapters.config.values import texts

_QUERY_METHODS: Final = frozenset({"POST", "SEARCH"})


def query_methods(value: object) -> frozenset[str]:
    """Return the methods that queries by content have, besides QUERY."""
    methods = texts(value)
    read_list(methods, _check_method)
    return frozenset(methods)


def _check_method(method: str) -> None:
    if method == "QUERY":
        raise ValueError("the gateway always takes QUERY for a query. Leave it out.")
    if method not in _QUERY_METHODS:
        raise ValueError(f'"{method}" is not a method for queries. Write ["POST"], ["SEARCH"] or both.')
