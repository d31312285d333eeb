"""Asks a running twin for the outcome of an invocation."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import quote, urlsplit

from brine_cli.errors import CommandError
from brine_cli.invoke.endpoint import JSON, PREFIX
from brine_cli.invoke.outcome import InvocationOutcome

_LAMBDA_SECONDS: Final = 900 + 30  # the longest Timeout of a function, and time to start it


class NoTwinAnswers(CommandError):
    """No twin listens at the address."""


def invoke_in_twin(url: str, function: str, event: bytes) -> InvocationOutcome:
    """Return the outcome of a function for an event in JSON. url: of the twin.

    Raises NoTwinAnswers, and CommandError if the twin has no such function or is of another version.
    """
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=_LAMBDA_SECONDS)
    try:
        connection.request("POST", PREFIX + quote(function, safe=""), event, {"content-type": JSON})
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, HTTPException) as error:
        raise NoTwinAnswers(f"no twin answers at {url}: {error}") from None
    finally:
        connection.close()
    try:
        if answer.status == HTTPStatus.OK:
            return InvocationOutcome.from_json(content)
        detail = json.loads(content)["detail"]
    except (ValueError, KeyError, TypeError):
        raise CommandError(
            f"the twin at {url} does not answer {PREFIX} as this version of brine does (status {answer.status}). "
            "Start it anew"
        ) from None
    raise CommandError(f"the twin at {url} refuses the invocation: {detail}")
