"""`brine invoke`, as it is on the command line. invoke.py runs it."""

from __future__ import annotations

import click

from brine_cli.commands.options import FILE, NameValue
from brine_cli.commands.try_out.invoke_options import InvokeOptions
from brine_cli.project.default_template import default_template


@click.command("invoke")
@click.argument("function", metavar="FUNCTION")
@click.option(
    "-e",
    "--event",
    metavar="FILE|-",
    show_default="the event of the function's schedule, or {}",
    help="The event in JSON; - reads it from stdin.",
)
@click.option(
    "--twin",
    metavar="URL",
    show_default="the running `brine dev` of the template",
    help="The twin that runs the function.",
)
@click.option("--fresh", is_flag=True, help="Run the function without a twin, with emulators of its own.")
@click.option(
    "--template",
    type=FILE,
    default=default_template,
    show_default="the one of pyproject.toml, or template.yaml",
    metavar="FILE",
    help="The template with the function.",
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    type=NameValue(),
    metavar="NAME=VALUE",
    help="Without a twin: a value of one of the template's parameters. May be repeated.",
)
@click.option("--secrets", type=FILE, metavar="FILE", help="Without a twin: a file of secrets, as for `brine dev`.")
@click.option("--aws-endpoint", metavar="URL", help="Without a twin: an AWS emulator to use instead of moto.")
@click.option("--json", is_flag=True, help="Print answer, error, output and times as one JSON document.")
def command(**given: object) -> int:
    """Invoke a FUNCTION of the template with an event, and print its answer.

    The function runs in a process of its own: in the running `brine dev` of the template, with its tables, or else
    with new emulators. Its answer goes to stdout, and its output to stderr. If the function fails, the exit code is 1.

    \b
    Examples:
      brine invoke GatewayFunction -e events/http-api/get-cache.json
      sam local generate-event s3 put | brine invoke ThumbnailFunction -e -
      brine invoke NightlyFunction    # with the event of its schedule
    """
    options = InvokeOptions(**given)  # type: ignore[arg-type]  # click has checked each value
    if options.twin is not None and options.fresh:
        raise click.UsageError("--twin and --fresh exclude each other. Give one of them.")
    from brine_cli.commands.try_out import invoke  # noqa: PLC0415  (it imports what the help does not need)

    return invoke.run(options)
