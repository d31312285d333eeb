"""The keys of a cached function: its module, its name, and the arguments of a call."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, Literal

from brine.domain.results.key_encoding import encode_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.results.key import Key

type Binding = Literal["function", "class", "static"]
"""How a function in a class gets its first argument: the object, the class, or neither."""

_BY_NAME: Final = inspect.Parameter.VAR_KEYWORD
_SCALARS: Final = (str, int, float, bool, bytes, type(None))


def plain_function(given: object) -> tuple[Callable[..., Any], Binding]:
    """Return the function that a decorator was given, and how it is bound. Raises TypeError, with advice."""
    function, binding = given, "function"
    if isinstance(given, classmethod | staticmethod):
        function, binding = given.__func__, "class" if isinstance(given, classmethod) else "static"
    if not inspect.isfunction(function):
        raise TypeError(
            f"only functions can be cached, not an object of the class {type(function).__qualname__}. If a decorator "
            "below @cached returned it, put @cached directly above the function, below that decorator"
        )
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(
            f"{function.__qualname__} is a generator, which can be read only once: return a list or a tuple instead"
        )
    return function, binding  # type: ignore[return-value]  # mypy takes `binding` for a str


class FunctionKey:
    """Makes the keys of one function. `key` and `version` are those of `cached`. Raises TypeError without a name."""

    def __init__(self, function: Callable[..., Any], key: Callable[..., object] | None, version: object) -> None:
        if key is None and "<" in function.__qualname__:
            raise TypeError(
                f"{function.__qualname__} is defined inside another function, and its name does not identify it: "
                "define it at the top of a module or class, or give `key`"
            )
        if version is not None:
            encode_key(version)
        self._name = (function.__module__, function.__qualname__)
        self._signature = inspect.signature(function)
        self._key = key
        self._version = () if version is None else (version,)

    def of(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, is_bound: bool = False) -> Key:
        """Return the key of a call. `is_bound`: the first argument is the object or the class of a method.

        Raises TypeError if the function does not accept the arguments, or one of them cannot be part of a key.
        """
        if self._key is not None:
            return (*self._name, self._key(*args, **kwargs), *self._version)
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        parts: list[object] = []
        for name, value in bound.arguments.items():
            by_name = self._signature.parameters[name].kind is _BY_NAME
            part = tuple(sorted(value.items())) if by_name else value
            if type(part) not in _SCALARS:
                self._check(name, part, is_self=is_bound and not parts)
            parts.append((name, part))
        return (*self._name, tuple(parts), *self._version)

    def check_arguments(self, args: tuple[Any, ...]) -> None:
        """Raise TypeError if the function does not accept these arguments."""
        self._signature.bind(*args)

    def _check(self, name: str, value: object, *, is_self: bool) -> None:
        try:
            encode_key(value)
        except TypeError as error:
            advice = ""
            if is_self:
                advice = (
                    f". For a method, make {type(value).__qualname__} a frozen dataclass without such fields, or give "
                    f"`key`, which gets {name} and the other arguments"
                )
            raise TypeError(f"{self._name[1]}, argument {name}: {error}{advice}") from None
