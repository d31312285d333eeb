"""The lines that `brine dev` prints under "Try:". They fit what the twin serves."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from brine_cli.commands.code_paths import functions_that_clients_reach, requests_to_try
from brine_cli.template.authorizers.kinds import JwtAuthorizer, LambdaAuthorizer

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from brine_cli.template.application import Application
    from brine_cli.template.event_sources import ApiRoute

MOST_LINES: Final = 7
_VARIABLE: Final = re.compile(r"\{[^}]*\}")
_WITH_BODY: Final = frozenset({"PATCH", "POST", "PUT"})
_SIGNED: Final = "--aws-sigv4 aws:amz:us-east-1:execute-api --user me:test "
_HEADER, _QUERY = "$request.header.", "$request.querystring."


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinSummary:
    """What a twin serves, as far as the lines need it.

    url: of the twin. prefix: the path of the gateway's first route. gateways: the functions with such routes.
    origin: the URL of --origin. is_httpbin: httpbin is the origin of the first route. table: the cache table.
    has_claims: the user gave --claims, so requests need no token. verifies_tokens: they need one of the issuer.
    is_found: commands in this folder find the twin. console: the path of the console. commands: the names of the
    commands of brine.
    """

    url: str
    application: Application
    prefix: str
    gateways: Container[str] = ()
    origin: str | None = None
    is_httpbin: bool = False
    table: str | None = None
    has_claims: bool = False
    verifies_tokens: bool = False
    is_found: bool = True
    console: str = "/"
    commands: Container[str] = ()


def try_lines(served: TwinSummary) -> tuple[str, ...]:
    """Return at most MOST_LINES lines: for the gateway, functions, authorizers, and to watch what happens."""
    gateway, desk = list(_of_gateway(served)), list(_of_desk(served))
    lines = chain(
        gateway,
        islice(_of_functions(served), 2),
        islice(_of_routes(served), 2 if gateway else 3),
        _of_invocations(served),
    )
    return (*islice(dict.fromkeys(lines), MOST_LINES - len(desk)), *desk)


def _of_gateway(served: TwinSummary) -> Iterator[str]:
    """Yield a request to the gateway's first route, and its explanation."""
    default = next((route for route in served.application.routes if route.path is None), None)
    if default is None or default.function not in served.gateways:
        return
    path = f"{served.prefix.rstrip('/')}/cache/60" if served.is_httpbin else served.prefix
    twice = "twice: the second is a hit" if served.is_httpbin else "twice: Cache-Status says if it is a hit"
    origin = f" {served.origin}, " if served.origin is not None else " "
    yield f"curl -i {_credentials(default, served)}{served.url}{path}  #{origin}{twice}"
    if "explain" in served.commands:
        place = path if served.is_found else f"{served.url}{path}"
        yield f"uv run brine explain {place}  # what the next request does, and why"


def _of_desk(served: TwinSummary) -> Iterator[str]:
    """Yield the commands that watch the requests and the cache, and the address of the console."""
    twin = "" if served.is_found else f" --twin {served.url}"
    if "top" in served.commands:
        yield f"uv run brine top{twin}  # hit ratio, hot keys and slow origins, live"
    if served.table is not None and "purge" in served.commands:
        yield f"uv run brine purge --everything --dry-run{twin}  # what a purge would end"
    yield f"{served.url}{served.console}  # the console, for a browser"


def _of_functions(served: TwinSummary) -> Iterator[str]:
    """Yield a request to each function with routes in code that clients reach."""
    for function in functions_that_clients_reach(served.application):
        route = next(one for one in served.application.routes if one.function == function.logical_id)
        for option, path in islice(requests_to_try(function), 1):
            yield f"curl -i {_credentials(route, served)}{option}{served.url}{path}"


def _of_routes(served: TwinSummary) -> Iterator[str]:
    """Yield a request to each other route: first one for each authorizer, then the rest."""
    in_code = {
        function.logical_id for function in served.application.functions.values() if any(requests_to_try(function))
    }
    routes = [
        route
        for route in served.application.routes
        if route.function not in served.gateways and route.function not in in_code and route.method != "OPTIONS"
    ]
    first = {route.authorizer: route for route in reversed(routes)}
    for route in sorted(routes, key=lambda one: first[one.authorizer] is not one):
        yield f"curl -i {_method(route)}{_credentials(route, served)}{_url(route, served)}"


def _of_invocations(served: TwinSummary) -> Iterator[str]:
    """Yield the invocation of a function with a schedule, or of one that no request, queue or service reaches."""
    application = served.application
    if "invoke" not in served.commands:
        return
    for schedule in application.schedules:
        yield f"uv run brine invoke {schedule.function}  # with the event of {schedule.text}"
        return
    reached = {route.function for route in application.routes} | {one.function for one in application.queue_sources}
    authorizers = {
        route.authorizer.function for route in application.routes if isinstance(route.authorizer, LambdaAuthorizer)
    }
    known = reached | authorizers | application.called_by_services | application.administrators
    for name in (one for one in application.functions if one not in known):
        yield f"uv run brine invoke {name} -e EVENT.json"
        return


def _method(route: ApiRoute) -> str:
    if route.method in {"ANY", "GET"}:
        return ""
    if route.method in _WITH_BODY:
        return f"-X {route.method} --json '{{}}' " if route.method != "POST" else "--json '{}' "
    return "-I " if route.method == "HEAD" else f"-X {route.method} "


def _url(route: ApiRoute, served: TwinSummary) -> str:
    """Return the URL of a route, with 7 for its variables, and values for the identity sources in its query."""
    path = _VARIABLE.sub("7", route.path or "/")
    sources = route.authorizer.identity_sources if isinstance(route.authorizer, LambdaAuthorizer) else ()
    names = [source.removeprefix(_QUERY) for source in sources if source.startswith(_QUERY)]
    url = f"{served.url}{path}" + ("?" + "&".join(f"{name}=VALUE" for name in names) if names else "")
    return shlex.quote(url) if names else url


def _credentials(route: ApiRoute, served: TwinSummary) -> str:
    """Return the options of curl for the authorizer of a route."""
    match route.authorizer:
        case "AWS_IAM":
            return _SIGNED
        case JwtAuthorizer(identity_source=source):
            if served.has_claims or not source.startswith(_HEADER):
                return ""
            scope = f" scope={shlex.quote(route.scopes[0])}" if route.scopes else ""
            token = "TOKEN" if served.verifies_tokens else f"$(uv run brine token sub=ada{scope})"
            return f'-H "{source.removeprefix(_HEADER)}: Bearer {token}" '
        case LambdaAuthorizer(identity_sources=sources):
            names = [source.removeprefix(_HEADER) for source in sources if source.startswith(_HEADER)]
            return "".join(f"-H '{name}: VALUE' " for name in names)
        case _:
            return ""
