"""Asks the admin API of a running twin, for commands."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlencode

from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS: Final = 40.0
"""How long to wait for an answer. The admin API answers within 20 s."""


class AdminClient(Protocol):
    """An admin API: that of a twin, or of a deployed stack. Every method raises CommandError."""

    @property
    def url(self) -> str:
        """Where clients reach the gateway beside it."""

    def get(self, name: str, parameters: Mapping[str, str | None]) -> dict[str, Any]:
        """Return the document of a GET. A parameter that is None is left out."""

    def post(self, name: str, members: Mapping[str, object]) -> dict[str, Any]:
        """Return the document of a POST of a JSON object. A member that is None is left out."""


class DeskClient:
    """The admin API of the twin at `url`. Every method raises CommandError."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, name: str, parameters: Mapping[str, str | None]) -> dict[str, Any]:
        """Return the document of a GET. A parameter that is None is left out."""
        query = urlencode({key: value for key, value in parameters.items() if value is not None})
        return self._document(urllib.request.Request(f"{self.url}/_brine/{name}?{query}"))  # noqa: S310 - http(s), by twin_choice

    def post(self, name: str, members: Mapping[str, object]) -> dict[str, Any]:
        """Return the document of a POST of a JSON object. A member that is None is left out."""
        body = json.dumps({key: value for key, value in members.items() if value is not None}).encode()
        request = urllib.request.Request(  # noqa: S310 - as above
            f"{self.url}/_brine/{name}", body, {"content-type": "application/json"}, method="POST"
        )
        return self._document(request)

    def _document(self, request: urllib.request.Request) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
                document = json.load(answer)
        except urllib.error.HTTPError as refusal:
            return self._failing(refusal)
        except OSError as error:
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            reason = getattr(cause, "strerror", None) or cause
            raise CommandError(
                f"no twin answers at {self.url} ({reason}). Start one with `brine dev`, or name its URL with --twin"
            ) from None
        except ValueError:
            raise self._foreign() from None
        if not isinstance(document, dict):
            raise self._foreign()
        return document

    def _failing(self, refusal: urllib.error.HTTPError) -> dict[str, Any]:
        """Return the document about a health that fails. For a problem, raise CommandError."""
        with refusal:
            try:
                document: dict[str, Any] = json.loads(refusal.read())
                if "checks" in document:
                    return document
                detail = str(document["detail"])
            except (OSError, ValueError, KeyError, TypeError):
                raise self._foreign() from None
        raise CommandError(detail.removesuffix(".")) from None

    def _foreign(self) -> CommandError:
        return CommandError(
            f"{self.url} answers, but not as `brine dev` does. Name the URL of a running twin with --twin"
        )
