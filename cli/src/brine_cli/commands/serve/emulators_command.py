"""`brine emulators`, as it is on the command line. emulators.py runs it."""

from __future__ import annotations

from pathlib import Path

import click

from brine_cli.commands.options import FILE, Port, check_template, emulator_options
from brine_cli.commands.serve.emulators_options import DOCKER_BRIDGE, EmulatorsOptions


@click.command("emulators")
@click.option("--template", type=FILE, default=Path("template.yaml"), metavar="FILE", help="The template of the stack.")
@click.option(
    "--host",
    metavar="ADDRESS",
    show_default=f"the Docker bridge {DOCKER_BRIDGE} if it exists, else 127.0.0.1",
    help="Address to listen on.",
)
@click.option("--aws-port", type=Port(), default=4566, metavar="PORT", help="The port of moto.")
@click.option("--httpbin-port", type=Port(), default=8080, metavar="PORT", help="That of httpbin.")
@emulator_options
def command(**given: object) -> None:
    """Run only the emulators of AWS and of an origin, for `sam local`.

    Start httpbin, and moto with the resources of the template, at addresses that the containers of `sam local` can
    reach. Print the `sam local` command to use. Ctrl-C stops both.

    \b
    Examples:
      brine emulators
      brine emulators --template samples/template.yaml
      brine emulators --host 0.0.0.0 --aws-port 4567
    """
    options = EmulatorsOptions(**given)  # type: ignore[arg-type]  # click has checked each value
    check_template(options.template)
    from brine_cli.commands.serve import emulators  # noqa: PLC0415 - it imports what the help does not need

    emulators.run(options)
