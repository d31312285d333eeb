"""The `brine` command."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from brine_cli import dev, emulate
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code: 0, 1 when it cannot be done, 2 when it is not understood."""
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
    return parser


def _add_dev(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Serves the template's functions over HTTP as API Gateway and Lambda would, with moto in the place of "
        "DynamoDB, S3, SQS and Secrets Manager, and httpbin as an origin. Ctrl-C stops everything."
    )
    parser.epilog = "What the twin imitates and what it does not: docs/local-twin.md"
    _add_template(parser)
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
    parser.add_argument(
        "--host",
        metavar="ADDRESS",
        help=f"where to listen (default: {emulate.DOCKER_BRIDGE}, Docker's bridge, where there is one; else 127.0.0.1)",
    )
    parser.add_argument("--aws-port", type=int, default=4566, metavar="PORT", help="moto's port (default: %(default)s)")
    parser.add_argument(
        "--httpbin-port", type=int, default=8080, metavar="PORT", help="httpbin's (default: %(default)s)"
    )
    parser.set_defaults(run=emulate.run)


def _add_template(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--template", type=Path, default=Path("template.yaml"), metavar="FILE", help="default: %(default)s"
    )


if __name__ == "__main__":
    sys.exit(main())
