"""Brine's gateway, with functions of your own as its routes (`App`), and its cache of results for Python code.

Importing this package imports no other module. Each public name imports its module at its first use.
"""

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine.app.app import App
    from brine.bootstrap.lazy_results import cache
    from brine.domain.http.messages import Request, Response
    from brine.errors import FunctionMistake, PartFailed, Rejected
    from brine.service.functions.async_fetch import AsyncFetch
    from brine.service.functions.fetch import Fetch
    from brine.service.functions.part import Part
    from brine.service.results.cache import Cache
    from brine.service.results.decorators.cached import cached
    from brine.service.results.decorators.purges import purges
    from brine.service.results.powertools import powertools_observer

__version__ = "0.1.0"

__all__ = [
    "App",
    "AsyncFetch",
    "Cache",
    "Fetch",
    "FunctionMistake",
    "Part",
    "PartFailed",
    "Rejected",
    "Request",
    "Response",
    "cache",
    "cached",
    "powertools_observer",
    "purges",
]

_MODULES = {
    "App": "brine.app.app",
    "AsyncFetch": "brine.service.functions.async_fetch",
    "Cache": "brine.service.results.cache",
    "Fetch": "brine.service.functions.fetch",
    "FunctionMistake": "brine.errors",
    "Part": "brine.service.functions.part",
    "PartFailed": "brine.errors",
    "Rejected": "brine.errors",
    "Request": "brine.domain.http.messages",
    "Response": "brine.domain.http.messages",
    "cache": "brine.bootstrap.lazy_results",
    "cached": "brine.service.results.decorators.cached",
    "powertools_observer": "brine.service.results.powertools",
    "purges": "brine.service.results.decorators.purges",
}


def __getattr__(name: str) -> object:
    """Return a public name, and import its module first (PEP 562)."""
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - see the docstring of the module

    return getattr(import_module(module), name)
