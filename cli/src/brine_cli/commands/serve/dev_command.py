"""`brine dev`, as it is on the command line. commands/dev.py runs it."""

from __future__ import annotations

import os
import time

import click

from brine_cli.bytecode import keep_bytecode
from brine_cli.commands.options import BRINE, FILE, Port, StackBeside, check_template, emulator_options
from brine_cli.commands.serve.dev_options import DevOptions
from brine_cli.project.default_template import default_template


@click.command("dev")
@click.option(
    "--template",
    type=FILE,
    default=default_template,
    show_default="the one of pyproject.toml, or template.yaml",
    metavar="FILE",
    help="The template to serve.",
)
@click.option(
    "--beside",
    multiple=True,
    type=StackBeside(),
    metavar="[NAME=]FILE",
    help="Also serve the template of a stack beside this one, which may import its exports and SSM parameters. "
    f"May be repeated. Default of NAME: {BRINE}.",
)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Address to listen on.")
@click.option("--port", type=Port(), default=3000, metavar="PORT", help="Port; 0 takes a free one.")
@click.option(
    "--origin", metavar="URL", help="A single route from / to this URL, with the defaults of a route in routes.toml."
)
@click.option("--routes", type=FILE, metavar="FILE", help="A routes.toml to use instead of the template's.")
@click.option(
    "--freshness",
    metavar="DURATION",
    help="With --origin: how long a response is fresh if the origin does not say, such as 60s (freshness_lifetime).",
)
@click.option(
    "--grace",
    metavar="DURATION",
    help="With --origin: how long a stale response may replace an error, such as 10m (grace).",
)
@click.option(
    "--forward-header",
    multiple=True,
    metavar="NAME",
    help="With --origin: a further request header that reaches the origin, such as cookie (forward_headers). "
    "May be repeated.",
)
@click.option(
    "--rfc",
    is_flag=True,
    help="With --origin: the rules of RFC 9111 alone, for measurements. The start says what that turns off.",
)
@click.option(
    "--secrets",
    type=FILE,
    metavar="FILE",
    help="A file of secrets for the credentials of routes: NAME=VALUE or parameter:NAME=VALUE in each line. "
    "The twin creates them in the AWS emulator.",
)
@click.option(
    "--environments",
    type=click.IntRange(0),
    default=0,
    show_default="at most 100, and one with many threads for functions that permit it in the template",
    metavar="N",
    help="At most N processes per function, each with one request at a time and its own L1.",
)
@click.option(
    "--log",
    type=click.Choice(["line", "full", "json", "none"]),
    default="line",
    help="line: a line for each request, and the output of functions. full: also metrics and all values of logs. "
    "json: a JSON record for each request, and the output of functions unchanged. none: neither.",
)
@click.option(
    "-v", "--verbose", is_flag=True, help="At the start, show every route, queue, layer, process limit and AWS name."
)
@click.option(
    "--env",
    multiple=True,
    metavar="[FUNCTION.]NAME=VALUE",
    help="An environment variable of all functions, or of one. ${NAME} in routes.toml reads it too. May be repeated.",
)
@click.option("--env-file", type=FILE, metavar="FILE", help="A file of such variables, like .env, for all functions.")
@click.option("--record-origin", type=FILE, metavar="FILE", help="Append the responses of origins to this file.")
@click.option("--play-origin", type=FILE, metavar="FILE", help="Answer from such a file, without any origin.")
@click.option("--reload/--no-reload", default=True, help="Follow changes of the files at once.")
@click.option("--aws-endpoint", metavar="URL", help="An AWS emulator to use instead of moto; its data stays.")
@click.option(
    "--claims",
    multiple=True,
    metavar="NAME=VALUE|FILE",
    help="A claim of every request to a route with a JWT authorizer, or a JSON file of claims. No token is needed or "
    "checked then. May be repeated.",
)
@click.option(
    "--verify-tokens",
    is_flag=True,
    help="Check the signatures of tokens with the keys of their issuers, and accept no unsigned tokens.",
)
@click.option("--run-schedules", is_flag=True, help="Run the schedules of the template.")
@emulator_options
def command(**given: object) -> int:
    """Serve the functions of a template over HTTP, as API Gateway and Lambda do.

    moto emulates DynamoDB, S3, SQS and Secrets Manager, and httpbin is an origin. Ctrl-C stops everything.
    docs/local-twin.md lists what the twin emulates and what it does not.

    \b
    Examples:
      brine dev
      brine dev --origin https://api.example.com --freshness 60s
      brine dev --template samples/template.yaml --port 0
    """
    options = DevOptions(**given)  # type: ignore[arg-type]  # click has checked each value
    if options.origin is not None and options.routes is not None:
        raise click.UsageError("--origin and --routes exclude each other. Put the origin into the routes file.")
    if options.record_origin is not None and options.play_origin is not None:
        raise click.UsageError("--record-origin and --play-origin exclude each other. Record first, then play.")
    if options.claims and options.verify_tokens:
        raise click.UsageError("--claims and --verify-tokens exclude each other. Give one of them.")
    began = time.monotonic()
    check_template(options.template)
    keep_bytecode(os.environ)
    from brine_cli.commands.serve.early_emulators import early_emulators  # noqa: PLC0415  (the help does not need it)

    with early_emulators(options) as emulated:
        from brine_cli.commands import dev  # noqa: PLC0415  (it imports the twin, which loads while moto does)

        return dev.run(options, emulated, began)
