"""Brine's gateway, and what it offers to Python code: a cache of results.

Importing this loads nothing; the names below load what they need when first asked for.
"""

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine.service.results.cache import Cache
    from brine.service.results.cached import cached

__all__ = ["Cache", "cached"]


def __getattr__(name: str) -> object:
    """Load a public name (PEP 562)."""
    if name == "Cache":
        from brine.service.results.cache import Cache  # noqa: PLC0415 - that is the point

        return Cache
    if name == "cached":
        from brine.service.results.cached import cached  # noqa: PLC0415 - that is the point

        return cached
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
