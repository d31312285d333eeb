"""Brine's gateway, and its cache of results for Python code: `Cache`, `@cached` and `@purges`.

Importing this package imports no other module. Each public name imports its module at its first use.
"""

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine.service.results.cache import Cache
    from brine.service.results.cached import cached
    from brine.service.results.purges import purges

__all__ = ["Cache", "cached", "purges"]


def __getattr__(name: str) -> object:
    """Return a public name, and import its module first (PEP 562)."""
    if name == "Cache":
        from brine.service.results.cache import Cache  # noqa: PLC0415 - see the docstring of the module

        return Cache
    if name == "cached":
        from brine.service.results.cached import cached  # noqa: PLC0415 - see the docstring of the module

        return cached
    if name == "purges":
        from brine.service.results.purges import purges  # noqa: PLC0415 - see the docstring of the module

        return purges
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
