"""The routes and the functions of a twin in few lines, each in a limited width."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from brine_cli.commands.try_out.overview import described
from brine_cli.errors import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from brine.domain.routing.route import Route
    from brine_cli.template.application import Application
    from brine_cli.template.event_sources import ApiRoute

MOST_ROUTES: Final = 12
_WIDEST_PATH: Final = 40


def route_lines(
    application: Application, routes: Iterable[Route] | None, httpbin: str | None, width: int
) -> Iterator[str]:
    """Yield a line for each path: the origin or the function that it leads to. At most MOST_ROUTES have a line.

    routes: those of the gateway that gets all other paths; None if it has none, or if they are not known.
    """
    found = [(f"{one.prefix.rstrip('/')}/*", _origin(one, httpbin)) for one in routes or () if not one.internal]
    found += _of_functions(route for route in application.routes if route.path is not None or routes is None)
    column = min(_WIDEST_PATH, max((len(path) for path, _ in found), default=0))
    for path, target in found[:MOST_ROUTES]:
        yield _cut(f"  {path:<{column}}  -> {target}", width)
    if len(found) > MOST_ROUTES:
        yield f"  and {len(found) - MOST_ROUTES} more"
    if not found:
        yield "  none: no request reaches a function"


def function_lines(application: Application, width: int, *, runs_schedules: bool) -> Iterator[str]:
    """Yield a line for each function, with its code, queues and schedules, and for each event that is not served."""
    column = max(map(len, application.functions), default=0)
    for name, function in application.functions.items():
        module = function.handler.rpartition(".")[0].replace(".", "/")
        words = [f"{shown(function.code)}/{module}.py"]
        words += [f"queue {one.queue_name}" for one in application.queue_sources if one.function == name]
        words += [
            schedule.text if runs_schedules else f"{schedule.text} with --run-schedules"
            for schedule in application.schedules
            if schedule.function == name and schedule.is_enabled
        ]
        yield _cut(f"  {name:<{column}}  {', '.join(words)}", width)
    for event in application.unserved:
        yield f"  not served: {event}"


def _origin(route: Route, httpbin: str | None) -> str:
    origin = str(route.origin)
    return f"{'httpbin' if origin == httpbin else origin}{route.base_path}"


def _of_functions(routes: Iterable[ApiRoute]) -> list[tuple[str, str]]:
    """Return the paths of the template with their functions. Paths with the same beginning are one.

    The methods are named where the path alone does not tell which function answers, or for whom.
    """
    methods: dict[tuple[str, str], dict[str, None]] = {}  # a dict keeps the order of the template
    for route in routes:
        methods.setdefault((_path(route), f"{route.function}{described(route)}"), {})[route.method] = None
    lines = Counter(path for path, _ in methods)
    return [
        (path if "ANY" in names or (path.endswith("*") and lines[path] == 1) else f"{','.join(names)} {path}", target)
        for (path, target), names in methods.items()
    ]


def _path(route: ApiRoute) -> str:
    if route.path is None:
        return "/*"
    fixed, brace, _ = route.path.partition("{")
    return f"{fixed}*" if brace else fixed


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}…"
