"""`brine replay`, as it is on the command line. brine_cli.replay.command runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from brine_cli.commands.inspect.replay_values import Seconds, Time
from brine_cli.commands.options import FILE, NameValue
from brine_cli.errors import CommandError

DEFAULT_ROUTES: Final = Path("layers/routes/routes.toml")


@click.command("replay")
@click.argument("logs", nargs=-1, required=True, type=FILE, metavar="LOG...")
@click.option(
    "--routes",
    "policies",
    multiple=True,
    type=FILE,
    metavar="FILE",
    show_default=str(DEFAULT_ROUTES),
    help="The routes to replay against: A. Give it twice to compare with another file: B.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "combined", "csv", "har"]),
    show_default="detected",
    help="The format of the log.",
)
@click.option(
    "--field",
    "names",
    multiple=True,
    type=NameValue(),
    metavar="MEMBER=NAME",
    help="The name that the log has for time, method, target, query, status, bytes, seconds, milliseconds, host, stage "
    "or tenant.",
)
@click.option(
    "--strip-prefix", metavar="PATH", default="", show_default=False, help="Remove this from each path, such as /prod."
)
@click.option("--host", "hosts", multiple=True, metavar="NAME", help="Take only requests to this host.")
@click.option("--route", metavar="NAME", help="Take only requests to this route.")
@click.option("--since", type=Time(), metavar="TIME", help="Take only requests from this time on.")
@click.option("--until", type=Time(), metavar="TIME", help="Take only requests before this time.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Read at most N lines.")
@click.option(
    "--origin-latency",
    type=Seconds(),
    default=0.2,
    metavar="DURATION",
    show_default="200ms",
    help="How long the origin takes for requests whose log does not say it.",
)
@click.option(
    "--environments",
    type=click.IntRange(1),
    metavar="N",
    show_default="as many as the busiest second needs",
    help="How many processes of the gateway share the hits.",
)
@click.option(
    "--probe",
    "probes",
    multiple=True,
    metavar="ROUTE|all|URL",
    help="Fetch response fields from the origin of a route, of all routes, or at a URL. ${NAME} in A needs its value.",
)
@click.option(
    "--probe-limit", type=click.IntRange(1, 500), default=20, metavar="N", help="URLs to fetch for each route."
)
@click.option(
    "--responses", type=FILE, metavar="FILE", help="The file of fetched responses: read, and written by --probe."
)
@click.option(
    "--price",
    "prices",
    multiple=True,
    type=NameValue(),
    metavar="NAME=USD",
    help="Another price for a million, such as origin_call=300 or read_unit=0.143.",
)
@click.option(
    "--processes", type=click.IntRange(1), metavar="N", show_default="one for each CPU", help="Processes to use."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(**given: object) -> None:
    """Replay an access log against one or two files of routes, and compare hits, staleness and costs.

    No request is sent to an origin, unless --probe asks for it. The rules are those of the gateway, and the time is
    that of the log. LOG may be gzipped. docs/replay.md says what the replay assumes and leaves out.

    \b
    Examples:
      brine replay access.log --routes routes.toml
      brine replay access.log.gz --routes routes.toml --routes longer.toml
      brine replay api.json --routes routes.toml --probe shop --responses shop.json
    """
    from brine_cli.replay.command import ReplayOptions, run  # noqa: PLC0415 - it imports what the help does not need

    policies = given["policies"] or (_default_routes(),)
    if len(policies) > 2:  # type: ignore[arg-type]  # click has made a tuple of it
        raise click.UsageError("Give --routes once or twice.")
    if given["probes"] and not given["responses"]:
        raise click.UsageError("--probe needs --responses FILE, where the responses are kept for the next time.")
    run(ReplayOptions(**{**given, "policies": policies}))  # type: ignore[arg-type]  # click has checked each value


def _default_routes() -> Path:
    """Return the file of routes of a checkout. Raises CommandError with another file where there is none."""
    if DEFAULT_ROUTES.is_file():
        return DEFAULT_ROUTES
    of_project = (file for file in sorted(Path("routes/routes.d").glob("*.toml")) if _has_route(file))
    example = next(of_project, "routes.toml")
    raise CommandError(f"{DEFAULT_ROUTES} is not here. Give --routes FILE, such as --routes {example}")


def _has_route(file: Path) -> bool:
    return any(line.startswith("[[route]]") for line in file.read_text(encoding="utf-8", errors="replace").split("\n"))
