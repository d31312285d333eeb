"""Asks a twin to explain a request, and prints the explanation."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from brine_cli.errors import CommandError
from brine_cli.fetching.client_headers import client_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.desk.client import AdminClient

_WIDTH_OF_FILES: Final = 100
_LOOPBACK: Final = re.compile(r"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?(?:[/?#]|\Z)")


def explain_request(given: Mapping[str, Any], client: AdminClient, *, is_brief: bool, as_json: bool) -> int:
    """Explain a request and return the exit code. given: the options of the command. Raises CommandError."""
    explained = client.post("explain", _members(given))
    if as_json:
        print(json.dumps(explained, indent=2))
        return 0
    from brine_cli.explained.report import report  # noqa: PLC0415 - the JSON needs none
    from brine_cli.screen.rich_console import stdout_console  # noqa: PLC0415 - as above

    stdout_console(_WIDTH_OF_FILES).print(report(explained, is_brief=is_brief))
    return 0


def _members(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request in JSON. Raises CommandError for a header or a file that cannot be read."""
    body = given["body"]
    if body is not None and body.startswith("@"):
        try:
            body = Path(body[1:]).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise CommandError(f"-d {given['body']}: {error}. Name a file in UTF-8") from None
    members = {
        "url": _target(given["url"]),
        "method": given["method"] or ("GET" if body is None else "POST"),
        "headers": _headers([_header(text) for text in given["headers"]], has_body=body is not None),
        "body": body,
        "tenant": given["tenant"],
    }
    return {name: value for name, value in members.items() if value is not None}


def own_machine(url: str) -> str | None:
    """Return the server of a URL of this machine, which is then the twin; None for any other URL."""
    found = _LOOPBACK.match(url)
    return None if found is None else found[0].rstrip("/?#")


def _target(url: str) -> str:
    """Return path and query of a complete URL; any other text as it is."""
    scheme, separator, rest = url.partition("://")
    if not separator or not scheme.isalpha():
        return url
    rest = rest.partition("#")[0]
    begin = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    return rest[begin:] if rest.startswith("/", begin) else f"/{rest[begin:]}"


def _headers(given: list[list[str]], *, has_body: bool) -> list[list[str]]:
    """Return the headers that `brine get` would send: those of a usual client too, unless the user gave others."""
    names = {name.lower() for name, _ in given}
    usual = client_headers(has_body=has_body)
    return [*([name, value] for name, value in usual if name.lower() not in names), *given]


def _header(text: str) -> list[str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise CommandError(f"-H {text!r} is no header. Write it as -H 'Accept: text/html'")
    return [name.strip(), value.strip()]
