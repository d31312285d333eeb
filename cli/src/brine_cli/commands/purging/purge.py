"""`brine purge`: purge stored responses of a stack with the operator's own credentials."""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import BotoCoreError

from brine.adapters.config.routes import route_names
from brine.bootstrap.common import read_configuration
from brine.bootstrap.gateway import build_purger
from brine.domain.routing.tenant import NO_TENANT
from brine.errors import BrineError
from brine_cli.commands.app_routes import ROUTES_BESIDE_CODE, app_routes
from brine_cli.emulators.credentials import CREDENTIALS
from brine_cli.errors import CommandError
from brine_cli.replay.policies import PolicyFile
from brine_cli.template.intrinsics import REGION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from brine.domain.routing.route import Routes
    from brine.service.purge import Purge, Purger
    from brine_cli.commands.purging.purge_options import PurgeOptions

TOLERANCE: Final = 2.0
"""Seconds by which the clock of this machine may be wrong. It is less than the margin of a stamp, which also covers the
clocks of the functions."""
PATIENCE: Final = 10.0
_NEEDS_APP: Final = ". If the route is in the code of a function, add --app FILE, such as --app functions/shop/app.py"
_NEEDS_PART: Final = ". If a function fetches it as a part, add --part ROUTE and write the path as the function does"


def run(options: PurgeOptions) -> None:
    """Purge, and print a summary. Raises CommandError."""
    try:
        environment = _environment(options)
        in_code = None
        if options.app is not None:
            variables = None if options.part is None else environment
            in_code = app_routes(options.app, _namespace(options, environment), variables)
        if options.route is not None:
            _check_route(options, in_code)
        session = _session(options, environment)
        purger = build_purger(environment, session=session)
        if options.url is not None and in_code is None:
            in_code = _routes_for_url(options.url, options.routes, environment)
        dynamodb = session.client("dynamodb", endpoint_url=environment.get("AWS_ENDPOINT_URL") or None)
        check_clock(server_time(dynamodb.meta.endpoint_url), time.time())
        done, purged = _purge(purger if in_code is None else replace(purger, routes=in_code), options)
    except (BrineError, BotoCoreError) as error:
        raise CommandError(str(error)) from None
    of_tenant = "" if options.tenant is None else f', for the tenant "{options.tenant}"'
    if options.all_tenants:
        of_tenant = ", for all tenants"
    print(f"Purged {'softly, to be validated' if done.soft else 'hard'}: {purged}{of_tenant}.")


def server_time(url: str) -> float:
    """Return the time of the server at `url`, in whole seconds since 1970. Raises CommandError."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - the URL of DynamoDB, or the one that the operator gave
            date = answer.headers["Date"]
    except urllib.error.HTTPError as refusal:  # an error response has the time too
        date = refusal.headers["Date"]
        refusal.close()
    except (OSError, ValueError) as error:
        raise CommandError(f"{url} cannot be reached: {error}") from None
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        raise CommandError(f"{url} answers without a valid Date field") from None


def check_clock(server: float, local: float) -> None:
    """Raise CommandError if our clock is wrong. A purge compares times, so it would miss responses."""
    if not server - TOLERANCE <= local <= server + 1 + TOLERANCE:  # `server` is rounded down
        raise CommandError(
            f"this machine's clock differs from AWS's by {abs(local - server):.0f} s, and a purge compares times: "
            "set the clock"
        )


def _check_route(options: PurgeOptions, in_code: Routes | None) -> None:
    """Raise CommandError if no route has this name. DynamoDB would accept a stamp of any name."""
    file = options.routes if options.app is None else options.app.with_name(ROUTES_BESIDE_CODE)
    known = set() if in_code is None else {route.name for route in in_code}
    if in_code is None or file.is_file():
        text, source = read_configuration("routes", file)
        known |= route_names(text, source=source)
    if options.route not in known:
        places = file if in_code is None else f"{options.app} (with {ROUTES_BESIDE_CODE} beside it)"
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
    """Return the environment variables of a function of the stack."""
    environment = dict(os.environ)
    environment["BRINE_ROUTES"] = ""
    if options.table is not None:
        environment["BRINE_TABLE"] = options.table
    if options.endpoint_url is not None:
        environment["AWS_ENDPOINT_URL"] = options.endpoint_url
    return environment


def _session(options: PurgeOptions, environment: Mapping[str, str]) -> boto3.Session:
    """Return the session of the operator. An emulator never gets real credentials."""
    if environment.get("AWS_ENDPOINT_URL", "").startswith("http://"):
        access_key, secret_key, token = CREDENTIALS.values()
        return boto3.Session(access_key, secret_key, token, options.region or REGION)
    return boto3.Session(region_name=options.region or environment.get("AWS_REGION"))


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
