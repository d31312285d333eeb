"""`brine purge`, as it is on the command line. purge.py runs it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from brine_cli.commands.options import FILE
from brine_cli.commands.purging.purge_options import PurgeOptions
from brine_cli.commands.stack_options import STACK, admin_client

_TABLE: Final = "BRINE_TABLE"


@click.command("purge")
@click.option(
    "--url", metavar="PATH", help="Responses for this path and query, as a client sends them, in all variants."
)
@click.option("--tag", metavar="TAG", help="Responses with this tag, on every route without tenants.")
@click.option("--route", metavar="NAME", help="All responses of this route.")
@click.option("--everything", is_flag=True, help="All responses.")
@click.option(
    "--tenant",
    metavar="TENANT",
    help="All responses of this tenant; with --url or --tag, only its responses of that URL or tag.",
)
@click.option("--all-tenants", is_flag=True, help="With --tag: the responses of every tenant with this tag too.")
@click.option(
    "--soft",
    is_flag=True,
    help="Mark the responses as stale: they are validated, or served if the origin fails and the route allows it.",
)
@click.option(
    "--table",
    metavar="NAME",
    show_default="the variable BRINE_TABLE",
    help="The output TableName of the stack.",
)
@click.option("--region", metavar="NAME", show_default="the configured one", help="AWS region.")
@click.option("--endpoint-url", metavar="URL", help="The URL of an AWS emulator, as `brine dev` prints it.")
@click.option(
    "--routes",
    type=FILE,
    default=Path("layers/routes/routes.toml"),
    metavar="FILE",
    help="The deployed routes, for --route and --url. For --url, ${NAME} in the file is a variable of this shell.",
)
@click.option(
    "--app",
    type=FILE,
    metavar="FILE",
    help="The code of a function, such as functions/shop/app.py, for --route and --url: its routes instead of the "
    "gateway's. The file is run.",
)
@click.option(
    "--part",
    metavar="ROUTE",
    help="With --app and --url: the URL is a path that the function fetches from this route of its routes.toml. "
    "${NAME} in this file is a variable of this shell.",
)
@click.option(
    "--namespace",
    metavar="NAME",
    show_default="the variable BRINE_NAMESPACE",
    help="With --app: the BRINE_NAMESPACE of the function.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Purge nothing. List what the purge would end in the running twin, or with --stack in the stack.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--twin", metavar="URL", help="The running twin. Without it: that of the template here, and no other.")
@STACK
def command(**given: object) -> None:
    """Purge stored responses of the running twin, or of a stack with the AWS credentials that are configured here.

    Without --table, --endpoint-url and BRINE_TABLE, the command purges in the twin that `brine dev` runs for the
    template of this folder. The purge is stored when the command returns. Every process of the gateway obeys it within
    PurgeDelta, a parameter of the stack (1 second by default). docs/purging.md says which responses a purge affects,
    and its cost.

    \b
    Examples:
      brine purge --url '/orders/7?lang=en'
      brine purge --tag menu --dry-run
      brine purge --tag menu --soft
      brine purge --stack brine --url /orders/7
      brine purge --table my-table --everything
    """
    options = PurgeOptions(**given)  # type: ignore[arg-type]  # click has checked each value
    _check(options)
    if options.stack is not None:
        from brine_cli.commands.purging.purge_in_twin import purge_by  # noqa: PLC0415 - not for the help

        purge_by(admin_client(options.twin, options.stack, options.region, options.endpoint_url), options)
        return
    if options.twin is not None or not _names_stack(options):
        from brine_cli.commands.purging.purge_in_twin import purge_in_twin  # noqa: PLC0415 - not for the help

        purge_in_twin(options)
        return
    from brine_cli.commands.purging import purge  # noqa: PLC0415 - it imports what the help does not need

    purge.run(options)


def _names_stack(options: PurgeOptions) -> bool:
    """Return whether the user names a stack by an option, or by the variable of its table."""
    return options.is_for_stack or bool(os.environ.get(_TABLE))


def _check(options: PurgeOptions) -> None:
    """Raise UsageError for options that exclude or need each other."""
    _check_place(options)
    ranges = [options.url is not None, options.tag is not None, options.route is not None, options.everything]
    if options.tenant is None and not any(ranges):
        raise click.UsageError("Give what to purge: --url, --tag, --route, --tenant or --everything.")
    if sum(ranges) > 1:
        raise click.UsageError("Give only one of --url, --tag, --route and --everything.")
    if options.tenant is not None and (options.route is not None or options.everything):
        raise click.UsageError("--tenant cannot be combined with --route or --everything.")
    if options.tenant == "":
        raise click.UsageError("--tenant needs a name.")
    if options.all_tenants and (options.tag is None or options.tenant is not None):
        raise click.UsageError("--all-tenants goes with --tag, and without --tenant.")
    if options.app is not None and options.url is None and options.route is None:
        raise click.UsageError("--app goes with --url or --route: all other purges cover functions anyway.")
    if options.part is not None and (options.app is None or options.url is None):
        raise click.UsageError("--part goes with --app and --url.")
    if options.namespace is not None and options.app is None:
        raise click.UsageError("--namespace goes with --app.")


def _check_place(options: PurgeOptions) -> None:
    """Raise UsageError for a pattern as the URL, and for options of a stack together with those of a twin."""
    if options.url is not None and "*" in options.url.partition("?")[0]:
        raise click.UsageError(
            f"--url {options.url} has a *, and a purge of a URL ends one URL. Use --tag for responses that the origin "
            "labels, --route NAME for a whole route, or --everything."
        )
    if options.stack is not None:
        if options.table is not None or options.app is not None:
            raise click.UsageError("--stack goes without --table and --app: the stack knows its table and its routes.")
        return
    if options.is_for_stack and (options.twin is not None or options.dry_run):
        raise click.UsageError(
            "--twin and --dry-run are for a running twin. Leave out --table, --region, --endpoint-url, --app. "
            "--stack NAME takes --dry-run too."
        )
    if options.dry_run and options.twin is None and _names_stack(options):
        raise click.UsageError(
            f"--dry-run needs an admin API, and {_TABLE} names the table {os.environ[_TABLE]} of a stack. "
            f"Name the stack with --stack NAME, or the twin with --twin URL, or unset {_TABLE}."
        )
