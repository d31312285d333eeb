"""Logs that are one JSON document: HAR, the answer of `aws logs filter-log-events`, and a list of records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from brine_cli.errors import CommandError
from brine_cli.replay.logs.json_lines import JsonLines
from brine_cli.replay.logs.numbers import seconds_of, size_of, status_of
from brine_cli.replay.logs.targets import host_of
from brine_cli.replay.logs.times import time_of_text
from brine_cli.replay.rows import UNKNOWN, Row, WrongLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.replay.logs.reading import Reading
    from brine_cli.replay.rows import Lines

type Entry = Row | WrongLine | None
"""A request, the error of an entry without one, or None for an entry that is left out on purpose."""


def entries(text: str, file: Path, reading: Reading) -> Iterator[Entry]:
    """Yield the entries of a document. Raises CommandError for text that is no such document."""
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise CommandError(
            f"{file}: this is not a JSON document: {error}. Choose another format with --format."
        ) from None
    records = document.get("events") if isinstance(document, dict) else document
    if isinstance(document, dict) and isinstance(document.get("log"), dict):
        found = document["log"].get("entries")
        if isinstance(found, list):
            yield from _of_har(found, file, reading)
            return
    if not isinstance(records, list):
        raise CommandError(f"{file}: the document has neither log.entries, as HAR has, nor events. Check the file.")
    lines = JsonLines(reading)
    for record in records:
        message = record.get("message", record.get("@message")) if isinstance(record, dict) else record
        yield _tried(lines, message if isinstance(message, str) else record)


def _tried(lines: JsonLines, record: Any) -> Entry:
    try:
        if isinstance(record, str):
            return lines.row(record)
        if isinstance(record, dict):
            return lines.row_of(record)
        return WrongLine("this is neither an object nor a text")
    except WrongLine as error:
        return error


def _of_har(found: list[Any], file: Path, reading: Reading) -> Iterator[Entry]:
    hosts = {host_of(str(_member(entry, "request", "url"))) for entry in found} - {None}
    if len(hosts) > 1 and not reading.hosts:
        named = ", ".join(sorted(filter(None, hosts))[:8])
        raise CommandError(
            f"{file}: the requests are to {len(hosts)} hosts: {named}. Name those of your API by --host."
        )
    for entry in found:
        try:
            yield _har_row(entry, reading)
        except WrongLine as error:
            yield error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield WrongLine(f"an entry of a HAR has request and response, and this one has not: {error!r}")


def _har_row(entry: dict[str, Any], reading: Reading) -> Row | None:
    """Return the request of an entry. Raises WrongLine."""
    request, response = entry["request"], entry["response"]
    url = str(request["url"])
    if reading.hosts and host_of(url) not in reading.hosts:
        return None
    if not response["status"]:
        raise WrongLine("the request got no response")
    status = status_of(response["status"])
    size = size_of(response.get("bodySize", UNKNOWN))
    if size < 0 or (size == 0 and status not in {204, 304}):
        size = size_of(response.get("content", {}).get("size", UNKNOWN))
    wait = entry.get("timings", {}).get("wait", UNKNOWN)
    milliseconds = wait if wait is not None and wait >= 0 else entry.get("time", UNKNOWN)
    body = str((request.get("postData") or {}).get("text", "")).encode()
    return Row(
        time_of_text(str(entry["startedDateTime"])),
        str(request["method"]),
        reading.targets.read(url),
        status,
        size,
        seconds_of(milliseconds) / 1000 if milliseconds >= 0 else UNKNOWN,
        (None, _lines(request["headers"]), _lines(response["headers"]), body),
    )


def _lines(headers: list[dict[str, str]]) -> Lines:
    """Return the fields of a message, without the pseudo-fields of HTTP/2."""
    return tuple((str(one["name"]).lower(), str(one["value"])) for one in headers if not one["name"].startswith(":"))


def _member(entry: object, *names: str) -> object:
    for name in names:
        entry = entry.get(name) if isinstance(entry, dict) else None
    return entry
