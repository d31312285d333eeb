"""Readers of the keys for queries by content in routes.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from brine.adapters.config.values import texts

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUERY_METHODS: Final = frozenset({"POST", "SEARCH"})


def query_methods(value: object) -> frozenset[str]:
    """Return the methods that queries by content have, besides QUERY."""
    methods = frozenset(texts(value))
    for method in sorted(methods):
        if method == "QUERY":
            raise ValueError("the gateway always takes QUERY for a query. Leave it out.")
        if method not in _QUERY_METHODS:
            raise ValueError(f'"{method}" is not a method for queries. Write ["POST"], ["SEARCH"] or both.')
    return methods


def check_queries(items: Mapping[str, Any]) -> None:
    """Raise ValueError for keys of a route that contradict each other."""
    transcoding = items.get("transcoding")
    if transcoding is None:
        return
    from brine.domain.formats.media import Format  # noqa: PLC0415 - for routes with transcoding

    form = transcoding.request_format
    if "POST" in items.get("query_methods", ()) and form is not Format.JSON:
        raise ValueError(
            f'"query_methods" has POST, but the origin gets requests as {form.name.lower()}. The gateway finds '
            'mutations in JSON alone. Write requests = "json" in "transcoding", or leave POST out.'
        )
