"""Sends requests as the options of `brine get` say, and prints their answers."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from brine_cli.desk.twin_choice import found_twin
from brine_cli.errors import CommandError
from brine_cli.fetching.exchange import Asked, exchange
from brine_cli.screen.printable import printable_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.fetching.exchange import Answered


_WIDTH_OF_FILES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class GetOptions:
    """The options of `brine get`. `data`: a text, or "@" and the path of a file, or "@-" for stdin."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    method: str | None = None
    data: str | None = None
    repeat: int = 1
    output: Path | None = None
    is_whole: bool = False
    as_json: bool = False
    twin: str | None = None


def run(options: GetOptions) -> int:
    """Send the requests and print the answers. Returns the exit code. Raises CommandError."""
    asked, twin = _asked(options)
    if options.as_json:
        return _print_json(asked, twin, options.repeat)
    if options.repeat > 1:
        return _print_repeated(asked, options.repeat)
    answered, record = _answered(asked, twin if sys.stdout.isatty() else None)
    if options.output is not None:
        _write(options.output, answered.body)
    elif not sys.stdout.isatty():
        sys.stdout.buffer.write(answered.body)
        sys.stdout.flush()
        return 0
    _print(answered, record, options)
    return 0


def _asked(options: GetOptions) -> tuple[Asked, str | None]:
    """Return the request, and the URL of the twin that it goes to, if it goes to one."""
    body = None if options.data is None else _data(options.data)
    method = (options.method or ("GET" if body is None else "POST")).upper()
    twin, url = None, options.url
    if url.startswith("/") or options.twin is not None:
        twin = found_twin(options.twin)
        parts = urlsplit(url)
        url = (
            f"{twin}{url}"
            if url.startswith("/")
            else f"{twin}{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        )
    elif "://" not in url:
        url = f"http://{url}"
    return Asked(method=method, url=url, headers=options.headers, body=body), twin


def _data(text: str) -> bytes:
    if not text.startswith("@"):
        return text.encode()
    if text == "@-":
        return sys.stdin.buffer.read()
    try:
        return Path(text[1:]).read_bytes()
    except OSError as error:
        raise CommandError(
            f"-d {text}: the file cannot be read: {error.strerror}. Write @ and the path of a file"
        ) from None


def _answered(asked: Asked, twin: str | None) -> tuple[Answered, dict[str, Any] | None]:
    """Send the request, and return its answer with the record of the twin, if it tells one."""
    sent_at = time.time()
    answered = exchange(asked)
    if twin is None:
        return answered, None
    from brine_cli.fetching.live_record import live_record  # noqa: PLC0415 - only for a twin

    return answered, live_record(twin, asked.method, asked.url.removeprefix(twin), sent_at)


def _print_json(asked: Asked, twin: str | None, repeat: int) -> int:
    from brine_cli.fetching.answer_json import answer_json  # noqa: PLC0415 - only for this form

    for _ in range(repeat):
        document = answer_json(asked, *_answered(asked, twin))
        sys.stdout.write(f"{printable_json(document, indent=2 if repeat == 1 else None)}\n")
        sys.stdout.flush()
    return 0


def _print_repeated(asked: Asked, repeat: int) -> int:
    from brine_cli.fetching.repeated import answer_line, figures  # noqa: PLC0415 - rich, see `run`
    from brine_cli.screen.rich_console import stdout_console  # noqa: PLC0415 - as above

    console = stdout_console(_WIDTH_OF_FILES)
    answers: list[Answered] = []
    try:
        for number, answered in enumerate(_repeated(asked, repeat), 1):
            answers.append(answered)
            console.print(answer_line(number, answered, len(str(repeat))))
    except KeyboardInterrupt:
        if not answers:
            raise
    console.print(figures(answers))
    return 0


def _repeated(asked: Asked, repeat: int) -> Iterator[Answered]:
    for _ in range(repeat):
        yield exchange(asked)


def _print(answered: Answered, record: dict[str, Any] | None, options: GetOptions) -> None:
    from brine_cli.desk.amounts import size_text  # noqa: PLC0415 - see `run`
    from brine_cli.fetching.answer_view import show  # noqa: PLC0415 - see `run`
    from brine_cli.fetching.body_view import BodyView, body_view  # noqa: PLC0415 - see `run`
    from brine_cli.screen.rich_console import stdout_console  # noqa: PLC0415 - see `run`

    if options.output is not None:
        view = BodyView(note=f"{size_text(len(answered.body))} saved to {options.output}")
    else:
        view = body_view(answered, is_whole=options.is_whole)
    show(stdout_console(_WIDTH_OF_FILES), answered, view, record)


def _write(file: Path, body: bytes) -> None:
    try:
        file.write_bytes(body)
    except OSError as error:
        raise CommandError(f"-o {file}: the file cannot be written: {error.strerror}. Choose another file") from None
