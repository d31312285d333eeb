"""Finds the hooks that routes.toml names: functions in a layer, or in the function's own folder."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from brine.errors import ConfigError
from brine.service.hooks import Hooks, HookTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.routing.route import Routes


def named_hooks(routes: Routes, every: Hooks | None = None) -> HookTable:
    """Return the hooks that the routes name, after `every`. Imports their modules. Raises ConfigError."""
    by_route = {
        route.name: Hooks(**{kind: tuple(_found(name, route.name) for name in names) for kind, names in route.hooks})
        for route in routes
        if route.hooks
    }
    return HookTable(every or Hooks(), by_route)


def _found(name: str, route: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    where = f'routes.toml: route "{route}": the hook "{name}"'
    try:
        found = getattr(import_module(module), function)
    except ImportError as error:
        raise ConfigError(
            f"{where} cannot be imported: {error}. Put its module into a layer of the function."
        ) from None
    except AttributeError:
        raise ConfigError(f"{where} does not exist: the module {module} has no {function}.") from None
    if not callable(found):
        raise ConfigError(f"{where} is no function.")
    return found  # type: ignore[no-any-return]  # of a user's module
