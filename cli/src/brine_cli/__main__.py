"""The `brine` command."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from brine_cli.commands import dev, emulators
from brine_cli.errors import CommandError
from brine_cli.http.admission import HOST, ORIGIN

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 if done, 1 if it failed, 2 if it is not understood."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CommandError as error:
        print(f"brine: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="brine", description="Brine, a serverless caching gateway: tools for the desk."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_dev(commands.add_parser("dev", help="serve template.yaml over HTTP, without AWS and without Docker"))
    _add_emulators(
        commands.add_parser("emulators", help="only what stands in for AWS and for an origin, for `sam local`")
    )
    _add_purge(commands.add_parser("purge", help="end what a cache has stored: by URL, tag, route, or all of it"))
    return parser


def _add_dev(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Serves the template's functions over HTTP as API Gateway and Lambda would, with moto in the place of "
        "DynamoDB, S3, SQS and Secrets Manager, and httpbin as an origin. Ctrl-C stops everything."
    )
    parser.epilog = "What the twin imitates and what it does not: docs/local-twin.md"
    _add_template(parser)
    _add_allowed(parser)
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default: %(default)s)")
    parser.add_argument("--port", type=int, default=3000, help="0 takes a free one (default: %(default)s)")
    routes = parser.add_mutually_exclusive_group()
    routes.add_argument(
        "--origin", metavar="URL", help="a single route, / to this URL, without any defaults of its own"
    )
    routes.add_argument("--routes", type=Path, metavar="FILE", help="this routes.toml instead of the template's")
    parser.add_argument(
        "--environments",
        type=int,
        default=0,
        metavar="N",
        help="N processes per function, one request at a time, each with its own L1 (default: one, with many threads)",
    )
    parser.add_argument(
        "--aws-endpoint", metavar="URL", help="another AWS emulator, instead of moto; what it stores stays"
    )
    parser.set_defaults(run=dev.run)


def _add_emulators(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Starts moto with the template's table, bucket and secret, and httpbin, where the containers of `sam local` "
        "reach them, and prints the `sam local` line to use. Ctrl-C stops both."
    )
    _add_template(parser)
    _add_allowed(parser)
    parser.add_argument(
        "--host",
        metavar="ADDRESS",
        help=f"where to listen (default: {emulators.DOCKER_BRIDGE} (the Docker bridge) if it exists, else 127.0.0.1)",
    )
    parser.add_argument("--aws-port", type=int, default=4566, metavar="PORT", help="moto's port (default: %(default)s)")
    parser.add_argument(
        "--httpbin-port", type=int, default=8080, metavar="PORT", help="httpbin's (default: %(default)s)"
    )
    parser.set_defaults(run=emulators.run)


def _add_purge(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Ends stored responses, with the AWS credentials that are configured here. It takes effect when the command "
        "returns, and in every process of the gateway within PurgeDelta (1 second unless the stack says otherwise)."
    )
    parser.epilog = "What a purge reaches, and what it costs: docs/purging.md"
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--url", metavar="PATH", help="this path and query, as a client writes them, in all variants")
    what.add_argument("--tag", metavar="TAG", help="all with this tag, on every route without tenants")
    what.add_argument("--route", metavar="NAME", help="all of this route")
    what.add_argument("--everything", action="store_true", help="all that is stored")
    parser.add_argument("--tenant", metavar="TENANT", help="all of this tenant; with --url or --tag, only that of it")
    parser.add_argument(
        "--soft", action="store_true", help="make it stale: it is validated, or stands in for an error, as it may"
    )
    parser.add_argument("--table", metavar="NAME", help="the stack's output TableName (default: BRINE_TABLE)")
    parser.add_argument("--region", metavar="NAME", help="default: as configured for AWS")
    parser.add_argument("--endpoint-url", metavar="URL", help="an AWS emulator, as `brine dev` prints it")
    parser.add_argument(
        "--routes",
        type=Path,
        default=Path("layers/routes/routes.toml"),
        metavar="FILE",
        help="the routes that are deployed, for --route and --url; for --url, ${NAME} is taken from here "
        "(default: %(default)s)",
    )
    parser.set_defaults(run=partial(_purge, parser))


def _purge(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.tenant is None and not any((options.url, options.tag, options.route, options.everything)):
        parser.error("one of the arguments --url --tag --route --tenant --everything is required")
    if options.tenant is not None and (options.route is not None or options.everything):
        parser.error("--tenant goes alone, or with --url or --tag")
    if options.tenant == "":
        parser.error("a tenant has a name")
    from brine_cli.commands import purge  # noqa: PLC0415  (it imports boto3, which the other commands do not need)

    return purge.run(options)


def _add_allowed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        type=_checked(HOST, "NAME or NAME:PORT"),
        metavar="NAME[:PORT]",
        help="also answer requests with this Host; may be repeated (default: the names of this machine)",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        type=_checked(ORIGIN, "SCHEME://NAME[:PORT], without a path, or null"),
        metavar="ORIGIN",
        help="also answer web pages with this Origin; may be repeated (default: those of this machine)",
    )


def _checked(form: re.Pattern[str], described: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if form.fullmatch(text.lower()) is None:
            raise argparse.ArgumentTypeError(f"{text!r} is not of the form {described}")
        return text

    return check


def _add_template(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--template", type=Path, default=Path("template.yaml"), metavar="FILE", help="default: %(default)s"
    )


if __name__ == "__main__":
    sys.exit(main())
