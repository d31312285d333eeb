"""Finds the classes of a module: those of its apps, those of its registries, or those that it defines."""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import TYPE_CHECKING

from brine.app.app import App
from brine.errors import ConfigError
from brine_cli.errors import CommandError
from brine_codec import Registry
from brine_codec.classes.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import ModuleType

    from brine.app.registrations import Registrations


def registries_of(module: ModuleType) -> list[Registry]:
    """Return the registries of a module: of its apps, in its attributes, and of its function `registry()`.

    The registry of an app has all classes that the annotations of its functions mention. Raises CommandError.
    """
    values = list(vars(module).values())
    apps = {id(value): value for value in values if isinstance(value, App)}
    found = [_of_app(app.registrations) for app in apps.values()]
    found += [value for value in values if isinstance(value, Registry)]
    made = _made_by_function(module)
    if isinstance(made, Registry):
        found.append(made)
    return list({id(registry): registry for registry in found}.values())


def _made_by_function(module: ModuleType) -> object:
    """Return the result of the module's `registry()`, or None without such a function."""
    make = vars(module).get("registry")
    if not inspect.isfunction(make):
        return None
    required = [one for one in inspect.signature(make).parameters.values() if one.default is one.empty]
    if any(one.kind not in {one.VAR_POSITIONAL, one.VAR_KEYWORD} for one in required):
        return None
    try:
        return make()
    except Exception as error:
        raise CommandError(f"{module.__name__}.registry() failed: {type(error).__name__}: {error}") from error


def _of_app(app: Registrations) -> Registry:
    registry = app.registry or Registry()
    for function in app.functions:
        try:
            hints = function.hints()
            own = function.fetch_name(hints)
            for name, annotation in hints.items():
                if name != own:
                    registry.register_annotated(annotation, owner=function.call)
        except (ConfigError, TypeError) as error:
            raise CommandError(str(error)) from None
    return registry


def registry_of_classes(module: ModuleType, leave_out: Collection[str]) -> Registry:
    """Return a registry of the classes that a module defines, and of those in the annotations of its functions.

    They get the name and the version that `register_annotated` gives them. leave_out: names that may be missing.
    Raises CommandError for a class that cannot be registered.
    """
    registry = Registry()
    own = list(_defined_in(module, type))
    for cls in own:
        if kind_of(cls) is not None and not cls.__name__.startswith("_"):
            try:
                registry.register_annotated(cls, owner=cls)
            except TypeError as error:
                raise CommandError(f"{module.__name__}: {error}") from None
    for function in _defined_in(module, FunctionType):
        for annotation in function.__annotations__.values():
            try:
                registry.register_annotated(annotation, owner=function)
            except TypeError:  # only type checkers have the class, so no object of it is made here
                continue
    for cls in own:
        if cls in registry.left_out and kind_of(cls) is not None and _full_name(cls) not in leave_out:
            raise CommandError(
                f"{_full_name(cls)} cannot be declared: {registry.left_out[cls]}. Or leave it out: "
                f'leave_out = ["{_full_name(cls)}"] in [tool.brine.types] of pyproject.toml'
            )
    return registry


def _full_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _defined_in[T](module: ModuleType, kind: type[T]) -> Iterator[T]:
    for value in vars(module).values():
        if isinstance(value, kind) and getattr(value, "__module__", None) == module.__name__:
            yield value
