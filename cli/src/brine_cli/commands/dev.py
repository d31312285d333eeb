"""`brine dev`: run the local twin in a terminal."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from brine_cli.api_gateway.authorization.claims_option import read_claims
from brine_cli.commands import signals
from brine_cli.commands.serve.start_lines import start_lines
from brine_cli.declared_types.refresh import places_of_classes, refresh_if_code, refresh_types
from brine_cli.errors import CommandError
from brine_cli.live.live import Live
from brine_cli.live.text.printer import standard_printer
from brine_cli.project.samconfig import samconfig_hints
from brine_cli.project.stack_files import vendor_if_needed
from brine_cli.running_twin import RunningTwin
from brine_cli.single_route import RFC_KEYS
from brine_cli.twin import Twin, to_stderr
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from brine_cli.commands.serve.dev_options import DevOptions
    from brine_cli.serving.emulated import Emulated
    from brine_cli.single_route import Keys


def run(options: DevOptions, emulated: Emulated, began: float) -> int:
    """Serve until stopped. Raises CommandError. began: the time of the start, in the time of `time.monotonic`."""
    beside = dict(options.beside)
    if len(beside) < len(options.beside):
        raise CommandError("two stacks beside the template have the same name. Give them with --beside NAME=FILE")
    vendor_if_needed(options.template, beside.values())
    refresh_types(options.template, to_stderr)
    with (
        signals.until_stopped(),
        waiting(f"starting the emulators and functions of {options.template}") as wait,
        standard_printer(options.log, wait.give_way) as printer,
        Twin(
            template=options.template,
            host=options.host,
            port=options.port,
            origin=options.origin,
            route_keys=_route_keys(options),
            routes=options.routes,
            secrets=options.secrets,
            parameters=dict(options.parameters),
            beside=beside,
            environments=options.environments,
            aws_endpoint=options.aws_endpoint,
            emulated=emulated,
            env=options.env,
            env_file=options.env_file,
            record_origin=options.record_origin,
            play_origin=options.play_origin,
            reload=options.reload,
            renew=partial(refresh_if_code, options.template, printer.report),
            more_places=places_of_classes(options.template),
            allow_hosts=options.allow_host,
            allow_origins=options.allow_origin,
            claims=read_claims(options.claims) if options.claims else None,
            verifies_tokens=options.verify_tokens,
            runs_schedules=options.run_schedules,
            report=printer.report,
            live=Live(printer),
        ) as twin,
        _running(twin).announced(os.environ),
    ):
        wait.end()
        for hint in samconfig_hints(options.template, twin.unset_parameters):
            printer.report(hint)
        sys.stdout.write("\n".join([*start_lines(twin, options, time.monotonic() - began), ""]))  # one write
        sys.stdout.flush()
        signals.wait()
    return 0


def _running(twin: Twin) -> RunningTwin:
    """Return the description of the twin for other commands."""
    return RunningTwin(
        template=str(twin.template.resolve()),
        url=twin.url,
        pid=os.getpid(),
        aws_endpoint=twin.aws_endpoint or "",
        resources=dict(twin.resources),
    )


def _route_keys(options: DevOptions) -> Keys:
    """Return the keys of the route to the origin. Raises CommandError."""
    given = {
        "freshness_lifetime": options.freshness,
        "grace": options.grace,
        "forward_headers": list(options.forward_header) or None,
    }
    keys: Keys = {key: value for key, value in given.items() if value is not None}
    if options.origin is None and (options.rfc or keys):
        raise CommandError(
            "--freshness, --grace, --forward-header and --rfc are for the route of --origin URL: give it"
        )
    if options.rfc and keys:
        raise CommandError("give --rfc, or --freshness, --grace and --forward-header: not both")
    return RFC_KEYS if options.rfc else keys
