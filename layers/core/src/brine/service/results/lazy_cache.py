"""A results cache whose stores are built at the first use, so that a module can create it without an environment."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from brine.service.results.cache import Cache, tenant_of_cache
from brine.service.results.refreshes.functions import CachedFunctions

if TYPE_CHECKING:
    from collections.abc import Callable


class LazyCache(Cache):
    """A cache that `build` makes at the first use. Threads may share it: one of them builds.

    If `build` raises, its exception reaches the caller, and the next use tries again.
    """

    def __init__(self, name: str, build: Callable[[], Cache], *, tenant: str) -> None:
        # The attributes that must work before the first use. `__getattr__` takes all others from the built cache.
        self.name = name
        self.functions = CachedFunctions()
        self._tenant = tenant_of_cache(tenant)
        self._deadline = None
        self._once = Once(build)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the built cache. Python calls this only for attributes that are missing here."""
        if name.startswith("__") or name == "_once":  # `copy` asks for such names before the attributes exist
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._once.get(), name)

    def build(self) -> None:
        """Build the stores now. Opens no connection. Raises ConfigError."""
        self._once.get()

    def replace_built(self, built: Cache | None) -> Cache | None:
        """Use other stores from now on, and return the cache that was in use. None: build at the next use. For tests.

        Copies such as those of `for_tenant` change too.
        """
        self.__dict__.pop("sealer", None)  # it has the keyring of the built cache
        return self._once.replace(built)


class Once:
    """The value of `build`, which is called at the first use. Copies of a cache share it."""

    def __init__(self, build: Callable[[], Cache]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._built: Cache | None = None

    def get(self) -> Cache:
        """Return the value, and build it first if no thread has done so."""
        built = self._built
        if built is not None:
            return built
        with self._lock:
            if self._built is None:
                self._built = self._build()
            return self._built

    def replace(self, built: Cache | None) -> Cache | None:
        """Set the value, or with None build it at the next use. Return the last one, or None."""
        with self._lock:
            last, self._built = self._built, built
            return last
