"""Tests of functions without AWS: an app in memory, with answers for its parts and a clock that tests set.

client = app.test(fetch={"orders": {"/17": {"id": 17}}})
assert client.get("/dashboard/17").json() == {"orders": ...}

`create_stores` is for tests with moto.

Importing this package imports no other module, because pytest loads `brine.testing.plugin` in every project that has
Brine. Each public name imports its module at its first use.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brine.service.admin.explain.explanation import Explanation
    from brine.testing.caches import CachesInMemory
    from brine.testing.client import AppClient
    from brine.testing.clock import Clock
    from brine.testing.factory import AppFactory
    from brine.testing.reply import Reply
    from brine.testing.result import AppResponse
    from brine.testing.stores import create_stores

__all__ = ["AppClient", "AppFactory", "AppResponse", "CachesInMemory", "Clock", "Explanation", "Reply", "create_stores"]

_MODULES = {
    "AppClient": "client",
    "AppFactory": "factory",
    "AppResponse": "result",
    "CachesInMemory": "caches",
    "Clock": "clock",
    "Reply": "reply",
    "create_stores": "stores",
}


def __getattr__(name: str) -> object:
    """Return a public name, and import its module first (PEP 562)."""
    if name == "Explanation":
        from brine.service.admin.explain.explanation import Explanation  # noqa: PLC0415 - see the docstring of the module

        return Explanation
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - see the docstring of the module

    return getattr(import_module(f"brine.testing.{module}"), name)
