"""The `brine` command."""

from __future__ import annotations

import argparse
import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from brine_cli import __version__
from brine_cli.command_line import COMMANDS, LazyGroup
from brine_cli.commands import dev, emulators, local_template, vendor
from brine_cli.errors import CommandError
from brine_cli.http.admission import HOST, ORIGIN
from brine_cli.project.default_template import default_template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BRINE = "brine"
"""The name of a stack beside the template, unless the user gives another one."""
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 if done, 1 if it failed, 2 if it is not understood."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given and given[0] in COMMANDS:
        return _run(given)
    options = _parser().parse_args(given)
    try:
        return int(options.run(options))
    except CommandError as error:
        print(f"brine: {error}", file=sys.stderr)
        return 1


def _run(arguments: list[str]) -> int:
    """Run a command of the table and return its exit code."""
    try:
        result = LazyGroup(name="brine").main(arguments, prog_name="brine", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except CommandError as error:
        print(f"brine: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="brine", description="Development and operation of Brine, a serverless caching gateway."
    )
    parser.add_argument("--version", action="version", version=f"brine {__version__}", help="show the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_dev(commands.add_parser("dev", help="serve a template over HTTP, without AWS and without Docker"))
    _add_emulators(
        commands.add_parser("emulators", help="run only the emulators of AWS and of an origin, for `sam local`")
    )
    _add_local_template(
        commands.add_parser("local-template", help="write the template that `sam local` needs for a stack around Brine")
    )
    _add_new(commands.add_parser("new", help="write a project around Brine, or a function or route of one"))
    _add_vendor(commands.add_parser("vendor", help="copy Brine's template and sources into a project, for `sam build`"))
    _add_purge(
        commands.add_parser("purge", help="purge stored responses: by URL, tag, route or tenant, or all of them")
    )
    _add_types(commands.add_parser("types", help="declare the classes of your code to the gateway"))
    return parser


def _add_dev(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Serve the functions of the template over HTTP as API Gateway and Lambda do. moto emulates DynamoDB, S3, SQS "
        "and Secrets Manager, and httpbin is an origin. Ctrl-C stops everything."
    )
    parser.epilog = "docs/local-twin.md lists what the twin emulates and what it does not."
    _add_shared(parser, template=default_template())
    parser.add_argument(
        "--beside",
        action="append",
        default=[],
        type=_beside,
        metavar="[NAME=]FILE",
        help="also serve the template of a stack beside this one, which may import its exports and SSM parameters; "
        f"may be repeated (the default of NAME is {BRINE})",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=int, default=3000, help="port to listen on; 0 takes a free one (default: %(default)s)"
    )
    routes = parser.add_mutually_exclusive_group()
    routes.add_argument(
        "--origin",
        metavar="URL",
        help="a single route from / to this URL, with the defaults of a route in routes.toml",
    )
    routes.add_argument("--routes", type=Path, metavar="FILE", help="a routes.toml to use instead of the template's")
    _add_route_keys(parser)
    parser.add_argument(
        "--secrets",
        type=Path,
        metavar="FILE",
        help="a file of secrets for the credentials of routes: NAME=VALUE or parameter:NAME=VALUE in each line. "
        "The twin creates them in the AWS emulator",
    )
    parser.add_argument(
        "--environments",
        type=int,
        default=0,
        metavar="N",
        help="at most N processes per function, each with one request at a time and its own L1 "
        "(default: at most 100, and one with many threads for functions that permit it in the template)",
    )
    parser.add_argument("--aws-endpoint", metavar="URL", help="an AWS emulator to use instead of moto; its data stays")
    parser.add_argument(
        "--log",
        choices=("line", "full", "json", "none"),
        default="line",
        help="line: a line for each request, and the output of functions (default). full: also metrics and all values "
        "of log records. json: a record in JSON for each request, and the output of functions unchanged. none: neither",
    )
    parser.set_defaults(run=dev.run)


def _add_route_keys(parser: argparse.ArgumentParser) -> None:
    keys = parser.add_argument_group("keys of the route to --origin URL", "docs/routes.md explains them.")
    keys.add_argument(
        "--freshness",
        metavar="DURATION",
        help="how long a response is fresh if the origin does not say, such as 60s (freshness_lifetime)",
    )
    keys.add_argument(
        "--grace", metavar="DURATION", help="how long a stale response may replace an error, such as 10m (grace)"
    )
    keys.add_argument(
        "--forward-header",
        action="append",
        metavar="NAME",
        help="a further request header that reaches the origin, such as cookie; may be repeated (forward_headers)",
    )
    keys.add_argument(
        "--rfc",
        action="store_true",
        help="the rules of RFC 9111 alone, for measurements: the start says what that turns off",
    )


def _add_emulators(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Start httpbin, and moto with the resources of the template, at addresses that the containers of `sam local` "
        "can reach. Print the `sam local` command to use. Ctrl-C stops both."
    )
    _add_shared(parser, template="template.yaml")
    parser.add_argument(
        "--host",
        metavar="ADDRESS",
        help=f"address to listen on (default: Docker bridge {emulators.DOCKER_BRIDGE} if it exists, else 127.0.0.1)",
    )
    parser.add_argument("--aws-port", type=int, default=4566, metavar="PORT", help="moto's port (default: %(default)s)")
    parser.add_argument(
        "--httpbin-port", type=int, default=8080, metavar="PORT", help="httpbin's (default: %(default)s)"
    )
    parser.set_defaults(run=emulators.run)


def _add_local_template(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Write local.yaml beside a built template. `sam local` does not resolve outputs of nested stacks, so functions "
        "would run without the layers and the table of Brine. local.yaml has the layers, and the names, in their place."
    )
    parser.add_argument(
        "--template",
        type=Path,
        default=Path(".aws-sam/build/template.yaml"),
        metavar="FILE",
        help="the template that `sam build` wrote (default: %(default)s)",
    )
    parser.set_defaults(run=local_template.run)


def _add_new(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(required=True, metavar="KIND")
    project = kinds.add_parser("project", help="a SAM project that nests Brine, with one function, its test and CI")
    project.description = (
        "Write a SAM project into a new folder: template.yaml with Brine as a nested stack, one function with its test "
        "and event, and Brine's wheels. An upgrade of Brine is a version number in its pyproject.toml."
    )
    project.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder. Its last part names the project")
    project.add_argument(
        "--origin", metavar="URL", help="scheme and host of your API, for deployments (default: `sam deploy` asks)"
    )
    project.add_argument(
        "--wheels",
        type=Path,
        metavar="FOLDER",
        help="the folder with Brine's wheels (default: a checkout builds them; otherwise, where brine-cli came from)",
    )
    function = kinds.add_parser("function", help="a function with its role, queue, log group, event and test")
    function.description = "Add a function to the project in this folder. It adds to template.yaml and keeps its text."
    function.add_argument("name", metavar="NAME", help="such as order-history. Its part of the cache has this name too")
    function.add_argument("--path", metavar="PATH", help="the first part of all its paths (default: /NAME)")
    route = kinds.add_parser("route", help="a route of the gateway, with its test")
    route.description = "Add a file of routes to routes/routes.d of the project in this folder, and a test."
    route.add_argument("name", metavar="NAME", help="the name of the route")
    route.add_argument("--prefix", metavar="PATH", help="the paths that it serves begin with it (default: /NAME)")
    route.add_argument(
        "--origin",
        default="${BRINE_ORIGIN}",
        metavar="URL",
        help="the URL of the origin (default: the parameter Origin of the template)",
    )
    for name, kind in (("project", project), ("function", function), ("route", route)):
        kind.set_defaults(run=partial(_new, name))


def _new(kind: str, options: argparse.Namespace) -> int:
    from brine_cli.commands import new  # noqa: PLC0415  (it imports Jinja, which the other commands do not need)

    run: Callable[[argparse.Namespace], int] = getattr(new, kind)
    return run(options)


def _add_vendor(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Copy Brine's template, functions and layers, in the installed version, into the folder .brine of a project. "
        "Its template nests .brine/template.yaml. `brine dev` does this itself; `sam build` needs this command first."
    )
    parser.add_argument(
        "--project", default=".", metavar="FOLDER", help="the folder with template.yaml (default: this one)"
    )
    parser.set_defaults(run=vendor.run)


def _add_purge(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Purge stored responses with the AWS credentials that are configured here. The purge is stored when the "
        "command returns. Every process of the gateway obeys it within PurgeDelta, a parameter of the stack "
        "(1 second by default)."
    )
    parser.epilog = "docs/purging.md says which responses a purge affects, and its cost."
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--url", metavar="PATH", help="responses for this path and query, as a client sends them, in all variants"
    )
    what.add_argument("--tag", metavar="TAG", help="responses with this tag, on every route without tenants")
    what.add_argument("--route", metavar="NAME", help="all responses of this route")
    what.add_argument("--everything", action="store_true", help="all responses")
    parser.add_argument(
        "--tenant",
        metavar="TENANT",
        help="all responses of this tenant; with --url or --tag, only its responses of that URL or tag",
    )
    parser.add_argument(
        "--all-tenants",
        action="store_true",
        help="with --tag: the responses of every tenant with this tag too",
    )
    parser.add_argument(
        "--soft",
        action="store_true",
        help="mark the responses as stale: they are validated, or served if the origin fails and the route allows it",
    )
    parser.add_argument(
        "--table", metavar="NAME", help="the output TableName of the stack (default: the variable BRINE_TABLE)"
    )
    parser.add_argument("--region", metavar="NAME", help="AWS region (default: the configured one)")
    parser.add_argument("--endpoint-url", metavar="URL", help="the URL of an AWS emulator, as `brine dev` prints it")
    parser.add_argument(
        "--routes",
        type=Path,
        default=Path("layers/routes/routes.toml"),
        metavar="FILE",
        help="the deployed routes, for --route and --url. For --url, ${NAME} in the file is a variable of this shell "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--app",
        type=Path,
        metavar="FILE",
        help="the code of a function, such as functions/shop/app.py, for --route and --url: its routes instead of the "
        "gateway's. The file is run",
    )
    parser.add_argument(
        "--part",
        metavar="ROUTE",
        help="with --app and --url: the URL is a path that the function fetches from this route of its routes.toml. "
        "${NAME} in this file is a variable of this shell",
    )
    parser.add_argument(
        "--namespace",
        metavar="NAME",
        help="with --app: the BRINE_NAMESPACE of the function (default: the variable BRINE_NAMESPACE)",
    )
    parser.set_defaults(run=partial(_purge, parser))


def _add_types(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Write a file of types.d that declares to the gateway the classes of your code: those that the annotations of "
        "an app's functions mention, those of a registry, or those that a module defines. The code is imported."
    )
    parser.epilog = (
        "Without arguments, the table [tool.brine.types] of pyproject.toml has the settings (docs/formats.md)."
    )
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="FILE_OR_MODULE",
        help="such as functions/orders/app.py or shared.messages (default: those of pyproject.toml, or else "
        "functions/*/app.py)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="the file to write (default: the one of pyproject.toml, or else routes/types.d/generated.toml)",
    )
    parser.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="NAME",
        help="the name of a class that is not declared; may be repeated",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and exit with 1 if the file differs from the code"
    )
    parser.set_defaults(run=partial(_types, parser))


def _types(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.sources and options.output is None:
        parser.error("FILE_OR_MODULE needs --output: the file of the project has the classes of all its sources")
    from brine_cli.commands import types  # noqa: PLC0415  (it imports the app, which the other commands do not need)

    return types.run(options)


def _purge(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.tenant is None and not any((options.url, options.tag, options.route, options.everything)):
        parser.error("one of the arguments --url --tag --route --tenant --everything is required")
    if options.tenant is not None and (options.route is not None or options.everything):
        parser.error("--tenant cannot be combined with --route or --everything")
    if options.tenant == "":
        parser.error("--tenant needs a name")
    if options.all_tenants and (options.tag is None or options.tenant is not None):
        parser.error("--all-tenants goes with --tag, and without --tenant")
    if options.app is not None and options.url is None and options.route is None:
        parser.error("--app goes with --url or --route: all other purges cover functions anyway")
    if options.part is not None and (options.app is None or options.url is None):
        parser.error("--part goes with --app and --url")
    if options.namespace is not None and options.app is None:
        parser.error("--namespace goes with --app")
    from brine_cli.commands import purge  # noqa: PLC0415  (it imports boto3, which the other commands do not need)

    return purge.run(options)


def _add_shared(parser: argparse.ArgumentParser, *, template: str) -> None:
    """Add the options of both commands that run emulators."""
    parser.add_argument("--template", type=Path, default=Path(template), metavar="FILE", help="default: %(default)s")
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        type=_parameter,
        metavar="NAME=VALUE",
        dest="parameters",
        help="a value of one of the template's parameters, or of those of a stack beside it, as in brine.Origin=URL; "
        "may be repeated",
    )
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


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


def _beside(text: str) -> tuple[str, Path]:
    name, equals, file = text.partition("=")
    if not equals:
        return BRINE, Path(text)
    if _STACK_NAME.fullmatch(name) is None:
        raise argparse.ArgumentTypeError(f"{name!r} cannot be the name of a stack")
    return name, Path(file)


def _checked(form: re.Pattern[str], described: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if form.fullmatch(text.lower()) is None:
            raise argparse.ArgumentTypeError(f"{text!r} is not of the form {described}")
        return text

    return check


if __name__ == "__main__":
    sys.exit(main())
