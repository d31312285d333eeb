"""Runs `brine invoke`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from brine_cli.errors import CommandError
from brine_cli.invoke.client import NoTwinAnswers, invoke_in_twin
from brine_cli.running_twin import RunningTwin
from brine_cli.screen.printable import printable_json, printable_lines

if TYPE_CHECKING:
    from brine_cli.commands.try_out.invoke_options import InvokeOptions
    from brine_cli.invoke.outcome import InvocationOutcome


def run(options: InvokeOptions) -> int:
    """Invoke the function, print the outcome, and return the exit code. Raises CommandError."""
    event = _event(options.event)
    outcome, twin = _invoke(options, event)
    if options.json:
        print(outcome.to_json().decode())
    else:
        _print(outcome, twin)
    return 0 if outcome.error is None else 1


def _event(source: str | None) -> bytes:
    """Return the event in JSON, or nothing without one. Raises CommandError."""
    if source is None:
        return b""
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise CommandError(f"the event {source} cannot be read: {error.strerror}. Give -e the path of a file") from None
    try:
        json.loads(content)
    except (ValueError, RecursionError) as error:
        name = "stdin" if source == "-" else source
        raise CommandError(f"the event {name} is not JSON: {error}. Write the event as a JSON document") from None
    return content


def _invoke(options: InvokeOptions, event: bytes) -> tuple[InvocationOutcome, str | None]:
    """Return the outcome, and the URL of the twin in which the function ran. Raises CommandError."""
    if options.twin is not None:
        return invoke_in_twin(options.twin, options.function, event), options.twin
    if not options.fresh:
        twin = RunningTwin.of(options.template, os.environ)
        if twin is not None:
            try:
                return invoke_in_twin(twin.url, options.function, event), twin.url
            except NoTwinAnswers as reason:
                _tell(str(reason))
    return _in_new_emulators(options, event), None


def _in_new_emulators(options: InvokeOptions, event: bytes) -> InvocationOutcome:
    from brine_cli.invoke.endpoint import invocation  # noqa: PLC0415  (a running twin needs none of these)
    from brine_cli.project.stack_files import vendor_if_needed  # noqa: PLC0415  (see above)
    from brine_cli.twin import Twin  # noqa: PLC0415  (see above)

    _tell(f"no twin of {options.template} runs: starting {options.function} and the emulators for this event ...")
    vendor_if_needed(options.template)
    with Twin(
        template=options.template,
        parameters=dict(options.parameters),
        secrets=options.secrets,
        aws_endpoint=options.aws_endpoint,
        report=_tell,
        serves=False,
    ) as twin:
        if options.function not in twin.launches:
            names = ", ".join(twin.launches)
            raise CommandError(f"{options.template} has no function {options.function}. Its functions are: {names}")
        show = None if options.json else _show
        return invocation(twin.launches[options.function], twin.application.schedules, event, show)


def _print(outcome: InvocationOutcome, twin: str | None) -> None:
    """Print the outcome: the answer on stdout, all else on stderr. Without a twin, the output is there already."""
    for line in outcome.lines if twin is not None else ():
        _show(line)
    place = f"in the twin at {twin}" if twin is not None else "with emulators of its own"
    how = f"{outcome.seconds:.3f} s, {place}; its process started in {outcome.started_in:.2f} s"
    event = f" the event {outcome.event_of}" if outcome.event_of else ""
    if outcome.error is not None:
        print(printable_lines(outcome.error), file=sys.stderr)
        _tell(f"{outcome.function} failed{' with' + event if event else ''} ({how})")
        return
    _tell(f"{outcome.function} answered{event} ({how})")
    print(printable_json(outcome.answer, indent=2 if sys.stdout.isatty() else None))


def _show(line: str) -> None:
    """Print a line of the function's output."""
    from brine_cli.live.text.function_lines import readable  # noqa: PLC0415  (only here)

    shown = readable(line, with_all=True) if sys.stderr.isatty() else line
    print(line if shown is None else shown, file=sys.stderr, flush=True)


def _tell(line: str) -> None:
    print(f"brine: {line}", file=sys.stderr, flush=True)
