"""Brine's gateway, and its cache of results for Python code: `Cache` and `@cached`.

Importing this package imports no other module. Each public name imports its module at its first use.
"""

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine.service.results.cache import Cache
    from brine.service.results.cached import cached

__all__ = ["Cache", "cached"]


def __getattr__(name: str) -> object:
    """Return a public name, and import its module first (PEP 562)."""
    if name == "Cache":
        from brine.service.results.cache import Cache  # noqa: PLC0415 - see the docstring of the module

        return Cache
    if name == "cached":
        from brine.service.results.cached import cached  # noqa: PLC0415 - see the docstring of the module

        return cached
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
