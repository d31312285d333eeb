"""Asks a running twin for an explanation."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from brine_cli.errors import CommandError
from brine_cli.project.default_template import default_template
from brine_cli.running_twin import RunningTwin

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_URL: Final = "http://127.0.0.1:3000"
SECONDS: Final = 40.0
"""How long to wait for an answer. A function of a user is imported first."""


def found_url(given: str | None) -> str:
    """Return the URL of a twin: the given one, that of the template in this folder, or the usual one.

    Raises CommandError for a text that is not the URL of a server.
    """
    if given is None:
        running = RunningTwin.find(Path(default_template()), os.environ)
        return DEFAULT_URL if running is None else running.url
    parts = urlsplit(given if "://" in given else f"http://{given}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CommandError(f"--twin {given} is not the URL of a server. Write it as http://127.0.0.1:3000")
    return f"{parts.scheme}://{parts.netloc}"


def explanation_of(members: Mapping[str, Any], url: str) -> dict[str, Any]:
    """Return the explanation of a request in JSON, from the twin at `url`. Raises CommandError."""
    request = urllib.request.Request(  # noqa: S310 - http(s), by found_url
        f"{url}/_brine/explain", json.dumps(members).encode(), {"content-type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            document = json.load(answer)
    except urllib.error.HTTPError as refusal:
        raise _refused(refusal, url) from None
    except OSError as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        told = f"no twin answers at {url} ({reason}). Start one with `brine dev`, or name its URL with --twin"
        raise CommandError(told) from None
    except ValueError:
        document = None
    if not isinstance(document, dict) or "verdict" not in document:
        raise _foreign(url)
    return document


def _refused(refusal: urllib.error.HTTPError, url: str) -> CommandError:
    with refusal:
        try:
            return CommandError(str(json.loads(refusal.read())["detail"]).removesuffix("."))
        except (OSError, ValueError, KeyError, TypeError):
            return _foreign(url)


def _foreign(url: str) -> CommandError:
    return CommandError(f"{url} answers, but not as `brine dev` does. Name the URL of a running twin with --twin")
