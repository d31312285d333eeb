"""`brine seal`: what it reads and writes."""

from __future__ import annotations

import base64
import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from brine.domain.durations import duration_seconds
from brine.errors import ConfigError
from brine_cli.envelopes.envelope_bytes import read_input
from brine_cli.envelopes.header_facts import HeaderFacts
from brine_cli.envelopes.key_text import KeyPlace
from brine_cli.envelopes.purposes import context_of
from brine_cli.envelopes.sealing import Sealing
from brine_cli.envelopes.types_file import read_types
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SealOptions:
    """The values by the names of the options."""

    file: Path | None
    keys: str
    purpose: str
    context: tuple[str, ...] = ()
    response: str | None = None
    message: tuple[str, str] | None = None
    types: Path | None = None
    endpoint_url: str | None = None
    region: str | None = None
    expires_in: str | None = None
    schema: int = 0
    compression: Literal["auto", "zstd", "zlib", "none"] = "auto"
    output: Path | None = None
    as_base64: bool = False


def run(options: SealOptions) -> None:
    """Write the envelope, and the facts of its header. Raises CommandError."""
    lifetime = _lifetime(options.expires_in)
    now = time.time()
    try:
        types = read_types(options.types)
    except ConfigError as error:
        raise CommandError(str(error)) from None
    place = KeyPlace(endpoint_url=options.endpoint_url, region=options.region)
    sealing = Sealing(
        keyring=place.load(options.keys, os.environ).keyring,
        purpose=options.purpose,
        context=context_of(options.context, options.response, options.message),
        types=types,
        now=now,
        lifetime=lifetime,
        schema=options.schema,
        compression=options.compression,
    )
    sealed = sealing.sealed(read_input(options.file))
    _write(sealed, options)
    lines = list(HeaderFacts.of(sealed).lines(now))
    width = max(len(name) for name, _ in lines) + 2
    sys.stderr.write("".join(f"{name:<{width}}{text}\n" for name, text in lines))


def _lifetime(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return duration_seconds(float(text) if text.isdigit() else text)
    except ValueError as error:
        raise CommandError(f"--expires-in {text}: {error}") from None


def _write(sealed: bytes, options: SealOptions) -> None:
    is_for_terminal = options.output is None and sys.stdout.isatty()
    data = base64.b64encode(sealed) + b"\n" if options.as_base64 or is_for_terminal else sealed
    if options.output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    try:
        options.output.write_bytes(data)
    except OSError as error:
        raise CommandError(
            f"{options.output} cannot be written: {error.strerror}. Give --output another file"
        ) from None
