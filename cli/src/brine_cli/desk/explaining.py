"""Explains requests to the twin, for POST /_brine/explain.

The gateway's requests are explained in the twin's own process, from the table and the bucket that its processes share.
An explanation for a function of a user needs the function's code, which a process of its own imports.
"""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from brine_cli.api_gateway.events import PathRefused, read_target, to_event
from brine_cli.api_gateway.route_table import RouteTable
from brine_cli.desk.not_explained import NotExplained
from brine_cli.http.messages import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from brine.adapters.http1.client import HttpClient
    from brine.domain.http.messages import Request
    from brine.service.admin.explain.explainer import Explainer
    from brine_cli.api_gateway.route_table import RouteMatch
    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.template.event_sources import ApiRoute

_CLIENT: Final = "127.0.0.1"


class Explaining:
    """Explains requests to the functions that a twin runs now. Threads may share it.

    launches: returns the settings of the functions now. routes: returns the routes of the API now.
    """

    def __init__(self, launches: Callable[[], Iterable[Launch]], routes: Callable[[], Iterable[ApiRoute]]) -> None:
        self._launches = launches
        self._routes = routes
        self._lock = Lock()
        self._client: HttpClient | None = None
        self._explainers: dict[str, tuple[object, Explainer]] = {}

    def explained(self, asked: Request, tenant: str | None) -> dict[str, Any]:
        """Return the explanation of a request in JSON. Raises Problem for one that cannot be explained.

        The result has one more member, `api`: the route of the API, and the function and the authorizer behind it.
        """
        from brine.adapters.lambda_http.explained import with_fields_of  # noqa: PLC0415 - not at the twin's start
        from brine.service.admin.arguments import invalid  # noqa: PLC0415 - not at the twin's start

        routes = tuple(self._routes())
        try:
            target = read_target(asked.target.encode("ascii"))
        except PathRefused:
            return _unrouted(asked, "API Gateway answers 400: it cannot decode the path", routes)
        match = RouteTable(routes).match(asked.method, target.path)
        if match is None:
            return _unrouted(asked, "API Gateway answers 404: no route of the API covers the request", routes)
        given = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in asked.fields.lines)
        request = HttpRequest(
            method=asked.method, target=asked.target.encode(), headers=given, body=asked.body, client=_CLIENT
        )
        try:
            launch = self._launch(match)
            document = self._of_event(launch, to_event(request, target, match, datetime.now(UTC)), tenant)
        except (NotExplained, ValueError) as error:
            raise invalid(f"{error}.") from None
        return with_fields_of(asked, document) | {"api": _api(match)}

    def _launch(self, match: RouteMatch) -> Launch:
        """Return the settings of the function of a route. Raises NotExplained."""
        for launch in self._launches():
            if launch.name == match.route.function:
                return launch
        raise NotExplained(f"the function {match.route.function} of the route {match.route.key} does not run")

    def close(self) -> None:
        """Close the connections to the AWS emulator."""
        with self._lock:
            if self._client is not None:
                self._client.close()

    def _of_event(self, launch: Launch, event: dict[str, Any], tenant: str | None) -> dict[str, Any]:
        """Return the explanation of the request in an event for this function."""
        variables = launch.variables
        if not variables.get("BRINE_TABLE"):
            raise NotExplained(
                f"the function {launch.name} answers this path, and it does not use the cache (it has no BRINE_TABLE)"
            )
        if variables.get("BRINE_CHANNELS"):
            raise NotExplained(f"{launch.name} answers this path, with the messages of channels and not from the cache")
        if variables.get("BRINE_NAMESPACE"):
            from brine_cli.desk.app_process import explained_by_process  # noqa: PLC0415 - only for functions of users

            return explained_by_process(launch, event, tenant)
        from brine.adapters.lambda_http.explained import explained_event  # noqa: PLC0415 - not at the twin's start

        return explained_event(self._explainer(launch), event, tenant)

    def _explainer(self, launch: Launch) -> Explainer:
        """Return the explainer of a gateway, made anew after a change of its variables or of its routes."""
        from brine.adapters.http1.client import HttpClient  # noqa: PLC0415 - not at the twin's start
        from brine.bootstrap.explainer import build_explainer  # noqa: PLC0415 - not at the twin's start
        from brine.errors import ConfigError  # noqa: PLC0415 - not at the twin's start

        made_from = dict(launch.variables), _changed(launch.variables)
        with self._lock:
            known = self._explainers.get(launch.name)
            if known is not None and known[0] == made_from:
                return known[1]
            self._client = self._client or HttpClient()
            try:
                explainer = build_explainer(launch.variables, self._client)
            except ConfigError as error:
                if known is not None:  # the twin goes on with the last good state too
                    return known[1]
                raise NotExplained(f"{launch.name} cannot start: {error}") from None
            self._explainers[launch.name] = made_from, explainer
            return explainer


def _changed(variables: Mapping[str, str]) -> int:
    """Return when the routes were last changed; 0 if that is not known."""
    from pathlib import Path  # noqa: PLC0415 - as above

    try:
        return Path(variables.get("BRINE_ROUTES", "")).stat().st_mtime_ns
    except OSError:
        return 0


def _api(match: RouteMatch) -> dict[str, str]:
    return {"route": match.route.key, "function": match.route.function, "authorizer": str(match.route.authorizer)}


def _unrouted(asked: Request, because: str, routes: Iterable[ApiRoute]) -> dict[str, Any]:
    """Return the explanation of a request that reaches no function."""
    from time import time  # noqa: PLC0415 - as above

    from brine.service.admin.explain.explanation import Explanation, RouteChoice, Verdict  # noqa: PLC0415 - as above

    note = f"the API has the routes {', '.join(route.key for route in routes)}"
    verdict = Verdict(sentence=f"{because}.", action="problem", notes=(note,))
    explained = Explanation(
        at=time(), method=asked.method, target=asked.target, verdict=verdict, route=RouteChoice(name=None)
    )
    return explained.as_json() | {"api": None}
