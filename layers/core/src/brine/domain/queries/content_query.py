"""The mark of a request of a method that queries by content may have (brine.domain.queries.as_query makes it)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type QueryRefusal = Literal["query-mutation", "query-not-json", "query-sealed", "query-size"]
"""Why the cache may not answer a request that looked like a query. They are storage refusals, too."""


@dataclass(frozen=True, slots=True)
class ContentQuery:
    """Marks a request of a method that queries may have.

    refusal: why the cache may not answer it; None if it may. is_safe: False for a POST that may change data, which is
    an ordinary POST.
    """

    refusal: QueryRefusal | None = None
    is_safe: bool = True
