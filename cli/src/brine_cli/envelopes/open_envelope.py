"""`brine open`: what it prints."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine_cli.envelopes.envelope_bytes import envelope_bytes, read_input
from brine_cli.envelopes.header_facts import HeaderFacts
from brine_cli.envelopes.key_text import KeyPlace
from brine_cli.envelopes.purposes import context_of
from brine_cli.errors import CommandError
from brine_cli.screen.printable import printable_json, printable_lines

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.envelopes.opening import EnvelopeOpening

_NO_KEYS = "the seal is not verified, and the envelope is not opened. Give --keys, or --header for the header alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOptions:
    """The values by the names of the options."""

    file: Path | None
    keys: str | None = None
    purpose: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    response: str | None = None
    message: tuple[str, str] | None = None
    types: Path | None = None
    endpoint_url: str | None = None
    region: str | None = None
    only_header: bool = False
    even_expired: bool = False
    takes_graphs: bool = False
    as_json: bool = False


def run(options: OpenOptions) -> int:
    """Print the header, and the object if it opens. Return the exit code: 0 if all was done. Raises CommandError."""
    sealed = envelope_bytes(read_input(options.file))
    report = EnvelopeReport(HeaderFacts.of(sealed), as_json=options.as_json)
    if options.only_header:
        report.end()
        return 0
    try:
        opening = _opening(options)
        report.purpose, info = opening.verified(sealed)
        report.value, report.is_opened = opening.opened(sealed, report.purpose, info), True
    except CommandError as error:
        report.error = str(error)
    report.end()
    return 0 if report.is_opened else 1


def _opening(options: OpenOptions) -> EnvelopeOpening:
    from brine.errors import ConfigError  # noqa: PLC0415 - the header needs none of these
    from brine_cli.envelopes.opening import EnvelopeOpening  # noqa: PLC0415 - not for the header alone
    from brine_cli.envelopes.types_file import read_types  # noqa: PLC0415 - not for the header alone

    if options.keys is None:
        raise CommandError(_NO_KEYS)
    place = KeyPlace(endpoint_url=options.endpoint_url, region=options.region)
    try:
        types = read_types(options.types)
    except ConfigError as error:
        raise CommandError(str(error)) from None
    return EnvelopeOpening(
        keyring=place.load(options.keys, os.environ).keyring,
        context=context_of(options.context, options.response, options.message),
        types=types,
        now=time.time(),
        purposes=options.purpose,
        takes_graphs=options.takes_graphs,
        takes_expired=options.even_expired,
    )


class EnvelopeReport:
    """What is found out about an envelope, and its output."""

    def __init__(self, facts: HeaderFacts, *, as_json: bool) -> None:
        self._facts = facts
        self._as_json = as_json
        self.purpose: str | None = None
        self.value: object = None
        self.is_opened = False
        self.error: str | None = None

    def end(self) -> None:
        """Print all of it."""
        if self._as_json:
            document = {
                "header": self._facts.to_json(),
                "verified": self.purpose is not None,
                "purpose": self.purpose,
                "opened": self.is_opened,
                "value": self.value,
                "error": self.error,
            }
            print(printable_json(document, indent=2))
            return
        lines = [*self._facts.lines(time.time()), ("seal", self._seal())]
        width = max(len(name) for name, _ in lines) + 2
        sys.stderr.write("".join(f"{name:<{width}}{text}\n" for name, text in lines))
        sys.stderr.flush()
        if self.is_opened:
            print(printable_json(self.value, indent=2))
        elif self.error is not None:
            print(printable_lines(f"brine: {self.error}"), file=sys.stderr)

    def _seal(self) -> str:
        return (
            "not verified: every line above may be false" if self.purpose is None else f'verified for "{self.purpose}"'
        )
