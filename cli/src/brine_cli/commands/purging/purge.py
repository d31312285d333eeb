"""`brine purge`: purge stored responses of a stack with the operator's own credentials."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from brine.adapters.config.routes import route_names
from brine.adapters.dynamodb.stamps import DynamoStampStore
from brine.adapters.http1.client import HttpClient
from brine.bootstrap.common import connect_aws, read_configuration
from brine.domain.routing.route import Routes
from brine.domain.routing.tenant import NO_TENANT
from brine.errors import BrineError
from brine.service.purge import Purger
from brine.settings import CacheSettings
from brine_cli.aws.access import access_environment
from brine_cli.commands.purging.clock import check_clock, server_time
from brine_cli.errors import CommandError
from brine_cli.replay.policies import PolicyFile
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from brine.service.purge import Purge
    from brine_cli.commands.purging.purge_options import PurgeOptions

_ROUTES_BESIDE_CODE: Final = "routes.toml"
_NEEDS_APP: Final = ". If the route is in the code of a function, add --app FILE, such as --app functions/shop/app.py"
_NEEDS_PART: Final = ". If a function fetches it as a part, add --part ROUTE and write the path as the function does"


def run(options: PurgeOptions) -> None:
    """Purge, and print a summary. Raises CommandError."""
    environment = _environment(options)
    with waiting("purging"), HttpClient() as client:
        try:
            in_code = _routes_in_code(options, environment)
            if options.route is not None:
                _check_route(options, in_code)
            settings = CacheSettings.from_environment(environment)
            if options.url is not None and in_code is None:
                in_code = _routes_for_url(options.url, options.routes, environment)
            aws = connect_aws(settings, client)
            check_clock(server_time(aws), time.time())
            stamps = DynamoStampStore(aws, settings.table)
            purger = Purger(routes=in_code or Routes(()), stamps=stamps, clock=time.time)
            done, purged = _purge(purger, options)
        except BrineError as error:
            raise CommandError(str(error)) from None
    if options.as_json:
        print(json.dumps(asdict(done), ensure_ascii=False, indent=2))
        return
    of_tenant = "" if options.tenant is None else f', for the tenant "{options.tenant}"'
    if options.all_tenants:
        of_tenant = ", for all tenants"
    print(f"Purged {'softly, to be validated' if done.soft else 'hard'}: {purged}{of_tenant}.")


def _routes_in_code(options: PurgeOptions, environment: Mapping[str, str]) -> Routes | None:
    """Return the routes of the function of `--app`, or None. Raises CommandError and BrineError."""
    if options.app is None:
        return None
    from brine_cli.commands.app_routes import app_routes  # noqa: PLC0415 - it imports what functions import

    variables = None if options.part is None else environment
    return app_routes(options.app, _namespace(options, environment), variables)


def _check_route(options: PurgeOptions, in_code: Routes | None) -> None:
    """Raise CommandError if no route has this name. DynamoDB would accept a stamp of any name."""
    file = options.routes if options.app is None else options.app.with_name(_ROUTES_BESIDE_CODE)
    known = set() if in_code is None else {route.name for route in in_code}
    if in_code is None or file.is_file():
        text, source = read_configuration("routes", file)
        known |= route_names(text, source=source)
    if options.route not in known:
        places = file if in_code is None else f"{options.app} (with {_ROUTES_BESIDE_CODE} beside it)"
        hint = _NEEDS_APP if in_code is None else ""
        raise CommandError(f'{places} has no route named "{options.route}"{hint}')


def _routes_for_url(url: str, file: Path, environment: Mapping[str, str]) -> Routes:
    """Return the routes of a file. Only the origin of the route that covers the URL needs values for its variables.

    Raises BrineError and CommandError.
    """
    text, source = read_configuration("routes", file)
    policy = PolicyFile(source, text)
    routes = policy.routes(environment)
    route = routes.match(url.partition("?")[0])
    if route is not None:
        policy.require_variables(environment, [route.name], "The key of a response contains", "")
    return routes


def _namespace(options: PurgeOptions, environment: Mapping[str, str]) -> str:
    """Return the namespace of the function of `--app`. Raises CommandError if it is not known.

    A purge with a wrong namespace would be stored, and end nothing.
    """
    given: str | None = options.namespace
    if given is None:
        given = environment.get("BRINE_NAMESPACE")
    if given is None:
        raise CommandError("--app needs --namespace NAME: the BRINE_NAMESPACE of the function, which is in its keys")
    return given


def _environment(options: PurgeOptions) -> Mapping[str, str]:
    """Return the environment variables of a function of the stack, with the client for AWS."""
    environment = access_environment(os.environ, endpoint_url=options.endpoint_url, region=options.region)
    environment["BRINE_ROUTES"] = ""
    if options.table is not None:
        environment["BRINE_TABLE"] = options.table
    if not environment.get("BRINE_TABLE"):
        raise CommandError("no table is named. Give --table NAME, the output TableName of the stack")
    return environment


def _purge(purger: Purger, options: PurgeOptions) -> tuple[Purge, str]:
    """Purge the chosen responses. Return the purge, and a description of these responses."""
    tenant = NO_TENANT if options.tenant is None else options.tenant
    if options.tag is not None:
        done = purger.tag(options.tag, tenant=tenant, all_tenants=options.all_tenants, soft=options.soft)
        return done, f'all with the tag "{options.tag}"'
    if options.route is not None:
        return purger.route(options.route, soft=options.soft), f"all of the route {options.route}"
    if options.url is not None:
        if options.part is None and purger.routes.match(options.url.partition("?")[0]) is None:
            raise CommandError(f"no route covers {options.url}{_NEEDS_APP if options.app is None else _NEEDS_PART}")
        done = purger.url(options.url, tenant=tenant, soft=options.soft, part=options.part)
        return done, f"{options.url}, in all variants: {done.target} of the route {done.route}"
    if options.everything:
        return purger.everything(soft=options.soft), "everything"
    return purger.tenant(tenant, soft=options.soft), "all that is stored"
