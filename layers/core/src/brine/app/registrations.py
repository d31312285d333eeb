"""The functions of an app, with the settings of their routes."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from brine.adapters.config.code_routes import DECORATOR_SETTINGS, SETTINGS, code_route
from brine.domain.routing.patterns import argument_names
from brine.errors import ConfigError
from brine.service.functions.route_function import RouteFunction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from brine.adapters.powertools.cors import Cors, CorsConfig
    from brine.domain.routing.route import Route, Routes
    from brine.service.hooks import Hooks, HookTable
    from brine_codec import Registry

type ExceptionClasses = type[Exception] | list[type[Exception]]


@dataclass(slots=True, kw_only=True)
class Registrations:
    """What an app was told: its functions, middlewares, handlers of exceptions, and classes.

    validation: True checks and converts arguments, False does not, and None does so if a function needs it. settings:
    the name, the module and the settings of each route, by its rule. is_closed: whether the app has made its handler
    already. hooks: kinds and functions, each with the name of its route, or None for all.
    """

    validation: bool | None = None
    registry: Registry | None = None
    cors: CorsConfig | None = None
    functions: list[RouteFunction] = field(default_factory=list)
    settings: dict[str, tuple[str, str, dict[str, Any]]] = field(default_factory=dict)
    middlewares: list[Callable[..., Any]] = field(default_factory=list)
    exception_handlers: list[tuple[ExceptionClasses, Callable[..., Any]]] = field(default_factory=list)
    hooks: list[tuple[str, str | None, Callable[..., Any]]] = field(default_factory=list)
    is_closed: bool = False

    def routes(self, namespace: str = "") -> tuple[Route, ...]:
        """Return the routes in code. `namespace`: begins the keys of their responses. Raises ConfigError."""
        return tuple(
            code_route(rule, name, settings, source=module, namespace=namespace)
            for rule, (name, module, settings) in self.settings.items()
        )

    def browsers(self) -> Cors | None:
        """Return the answers to browsers of other origins; None without them."""
        if self.cors is None:
            return None
        from brine.adapters.powertools.cors import Cors  # noqa: PLC0415 - for apps that browsers of other origins use

        methods: dict[str, tuple[str, ...]] = {}
        for function in self.functions:
            methods[function.rule] = (*methods.get(function.rule, ()), function.method)
        return Cors(self.cors, methods)

    def hook_table(self, routes: Routes) -> HookTable | None:
        """Return the hooks of the app, and those that routes.toml names; None without any. Raises ConfigError."""
        if not self.hooks and not any(route.hooks for route in routes):
            return None
        from brine.bootstrap.hooks import named_hooks  # noqa: PLC0415 - only for apps with hooks
        from brine.service.hooks import HookTable  # noqa: PLC0415 - only for apps with hooks

        table = named_hooks(routes, every=_hooks(hook for hook in self.hooks if hook[1] is None))
        by_route = dict(table.by_route)
        for name in {route for _, route, _ in self.hooks if route is not None}:
            if routes.named(name) is None:
                raise ConfigError(f'a hook is for the route "{name}", and no route has this name. Correct its name.')
            by_route[name] = _hooks((hook for hook in self.hooks if hook[1] == name), by_route.get(name))
        return HookTable(table.every, by_route)

    def check_open(self, label: str) -> None:
        """Raise ConfigError if the handler is made already: it would not take what comes now. `label`: names this."""
        if self.is_closed:
            raise ConfigError(
                f"{label}: this comes too late: the app has made its handler or answered events. Move it above "
                "`handler = app.handler`."
            )

    def register(self, function: Callable[..., Any], rule: str, method: str, options: dict[str, Any]) -> None:
        """Add a function for a rule and a method. Raises ConfigError, which names the module and the rule."""
        module = getattr(function, "__module__", "app")
        self.check_open(f"{module}: {rule}")
        if not callable(function):
            raise ConfigError(f"{module}: {rule}: {function!r} is no function: put the decorator above a function")
        label = f'{module}: {method} "{rule}"'
        _check(function, rule, method, options, label)
        own = {key: options.pop(key) for key in ("tags", "purges", "middlewares", "status") if key in options}
        name = options.pop("name", None) or function.__name__.strip("_").replace("_", "-").lower()
        name, settings = self._merged(rule, name, method, label, options)
        code_route(rule, name, settings, source=label)  # a mistake is told here, where it was made
        self.settings[rule] = name, module, settings
        self.functions.append(
            RouteFunction(
                route=name,
                rule=rule,
                method=method,
                call=function,
                tags=own.get("tags", ()),
                purges=own.get("purges", ()),
                middlewares=tuple(own.get("middlewares", ())),
                status=own.get("status", 200),
            )
        )

    def _merged(
        self, rule: str, name: str, method: str, label: str, options: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """Return the name and the settings of the route of a rule, which has one function for each method."""
        for key in options:
            if key not in SETTINGS:
                known_settings = ", ".join(sorted(DECORATOR_SETTINGS))
                raise ConfigError(f'{label}: unknown setting "{key}". Known settings: {known_settings}.')
        for other, (known, _, _) in self.settings.items():
            if known == name and other != rule:
                raise ConfigError(f'{label}: "{other}" has the name "{name}" too. Write name="..." in one of both.')
        first, _, settings = self.settings.get(rule, (name, "", {}))
        if any(one.rule == rule and one.method == method for one in self.functions):
            raise ConfigError(f"{label}: another function has this method and path. Remove one of both.")
        for key in settings.keys() & options.keys():
            if settings[key] != options[key]:
                raise ConfigError(
                    f"{label}: {key} = {options[key]!r}, but another method of this path has {settings[key]!r}: both "
                    "belong to one route. Write the same value, or only one."
                )
        return first, {**settings, **options}


def _hooks(hooks: Iterable[tuple[str, str | None, Callable[..., Any]]], known: Hooks | None = None) -> Hooks:
    """Return these hooks by their kinds, after the known ones."""
    from brine.service.hooks import Hooks  # noqa: PLC0415 - only for apps with hooks

    made = known or Hooks()
    for kind, _, function in hooks:
        made = replace(made, **{kind: (*getattr(made, kind), function)})
    return made


def _check(function: Callable[..., Any], rule: str, method: str, options: dict[str, Any], label: str) -> None:
    """Check the settings that no route has, and that the function takes the arguments in the path. Raises ConfigError.

    `label`: begins the messages.
    """
    _check_names(function, "the function", label)
    for key in ("tags", "purges"):
        value = options.get(key, ())
        if not callable(value) and not _is_list_of(lambda one: isinstance(one, str), value):
            raise ConfigError(f'{label}: {key} = {value!r}: not a list of tags. Write ["orders"], or a function.')
        if callable(value):
            _check_names(value, f"the function of {key}", label)
    if method == "GET" and "purges" in options:
        raise ConfigError(f"{label}: purges: a GET purges no tag. Remove the setting, or use app.post.")
    if method != "GET" and "tags" in options:
        raise ConfigError(
            f"{label}: tags: no response to {method} is stored, so it needs no tags. Remove the setting, or write "
            "purges, for the tags that a call purges."
        )
    middlewares = options.get("middlewares", ())
    if not _is_list_of(callable, middlewares):
        raise ConfigError(f"{label}: middlewares = {middlewares!r}: not a list of functions. Write [one, other].")
    status = options.get("status", 200)
    if type(status) is not int or not 200 <= status < 300:
        raise ConfigError(f"{label}: status = {status!r}: not the status of a success. Write a number from 200 to 299.")
    parameters = inspect.signature(function).parameters
    for name in argument_names(rule):
        if name == "fetch" or not (
            name in parameters or any(one.kind is one.VAR_KEYWORD for one in parameters.values())
        ):
            raise ConfigError(
                f'{label}: the path has the argument "{name}", and {function.__qualname__} does not take it. Use the '
                "name of one of its arguments, which is not fetch."
            )


def _check_names(function: Callable[..., Any], what: str, label: str) -> None:
    """Check that a function takes its arguments by name, as the app gives them. Raises ConfigError."""
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise ConfigError(
                f'{label}: {what} takes the argument "{name}" by position alone, and the app gives it by its name. '
                'Remove the "/" from its arguments.'
            )


def _is_list_of(is_one: Callable[[Any], bool], value: object) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and all(map(is_one, value))
