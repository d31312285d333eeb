"""The routes of a gateway as the twin itself reads them, to find mistakes and to give hints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.adapters.config.routes import parse_routes
from brine.errors import ConfigError
from brine_cli.checking.configuration.file_set import FileSet
from brine_cli.checking.configuration.of_function import files_of
from brine_cli.covered_routes import covered_routes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from brine.domain.credentials.description import SecretReference
    from brine.domain.routing.route import Routes
    from brine_cli.serving.choices import Choices
    from brine_cli.serving.plan import Plan
    from brine_cli.template.application import Application

ROUTES: Final = "BRINE_ROUTES"
"""The variable for the path of routes.toml. A function that declares it is a gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRoutes:
    """The routes. `file`: routes.toml, or None for the route of `--origin`. is_mistaken: they cannot be used."""

    routes: Routes | None
    file: Path | None
    is_mistaken: bool = False

    @property
    def prefix(self) -> str:
        """The path of the first route, if it is known."""
        if self.file is None or self.routes is None:
            return "/"
        return next((route.prefix for route in self.routes), "/")

    def references(self) -> list[SecretReference]:
        """Return the secrets that the routes name."""
        known = self.routes or ()
        return [one for route in known if route.credentials for one in route.credentials.references]

    def hints(self, application: Application) -> Iterator[str]:
        """Yield a line for each route that no client reaches."""
        if self.routes is not None and self.file is not None:
            yield from covered_routes(self.routes, application.routes, gateways(application))


def gateways(application: Application) -> frozenset[str]:
    """Return the names of the functions with the routes of a gateway."""
    return frozenset(name for name, one in application.functions.items() if ROUTES in one.environment)


def read_gateway_routes(choices: Choices, plans: Mapping[str, Plan]) -> GatewayRoutes:
    """Return the routes of the first gateway."""
    if choices.single_route is not None:
        return GatewayRoutes(routes=parse_routes(choices.single_route, {}), file=None)
    plan = next((one for one in plans.values() if ROUTES in one.function.environment), None)
    files = () if plan is None else files_of(plan.function, "route", choices.routes)
    if plan is None or not files:
        return GatewayRoutes(routes=None, file=None)
    read = FileSet(files)
    try:
        routes = parse_routes(read.text, {**plan.function.environment, **plan.given}, source=read.source)
    except ConfigError:
        return GatewayRoutes(routes=None, file=files[0], is_mistaken=True)
    return GatewayRoutes(routes=routes, file=files[0], is_mistaken=bool(read.findings))
