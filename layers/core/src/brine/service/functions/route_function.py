"""A function that is registered for the paths and the method of a route."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.domain.purging.tags import check_tags
from brine.errors import ConfigError
from brine.service.functions.async_fetch import AsyncFetch
from brine.service.functions.fetch import Fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    type Tags = Collection[str] | Callable[..., Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFunction:
    """A function of one method of a route.

    rule: the text of its path pattern. call: the Python function. tags: the tags of its responses, or a function of its
    arguments that returns them. purges: the tags that a successful call purges, or a function that returns them from
    its arguments and its `result`. middlewares: those of Powertools. status: the status of its responses.
    """

    route: str
    rule: str
    method: str
    call: Callable[..., Any]
    tags: Tags = ()
    purges: Tags = ()
    middlewares: tuple[Callable[..., Any], ...] = ()
    status: int = 200

    @property
    def is_async(self) -> bool:
        """Whether it is a coroutine function."""
        return inspect.iscoroutinefunction(self.call)

    def hints(self) -> dict[str, Any]:
        """Return its annotations, resolved. Raises ConfigError for a name that cannot be found at run time."""
        from typing import get_type_hints  # noqa: PLC0415 - not every cold start needs it

        try:
            own = {"Fetch": Fetch, "AsyncFetch": AsyncFetch}
            return get_type_hints(self.call, include_extras=True, localns=own)
        except NameError as error:
            raise ConfigError(
                f"{self.call.__module__}: an annotation of {self.call.__qualname__} cannot be read: {error}. Import "
                "the name outside of `if TYPE_CHECKING`."
            ) from None

    def fetch_name(self, hints: Mapping[str, Any]) -> str | None:
        """Return the name of the argument that gets `fetch`: the one annotated with its type, else "fetch"."""
        parameters = inspect.signature(self.call).parameters
        annotated = [name for name in parameters if hints.get(name) in {Fetch, AsyncFetch}]
        return annotated[0] if annotated else "fetch" if "fetch" in parameters else None


def named_arguments(function: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments for which a function has a parameter."""
    parameters = inspect.signature(function).parameters
    if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return dict(arguments)
    return {name: value for name, value in arguments.items() if name in parameters}


def tags_of(tags: Tags, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tags of a call. If `tags` is a function, it makes them from the arguments.

    Raises TypeError and ValueError for invalid tags, and every exception of this function.
    """
    return check_tags(tags(**named_arguments(tags, arguments)) if callable(tags) else tags)
