"""The targets of requests in logs: of a path, a path with a query, or a URL."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from brine_cli.replay.rows import WrongLine


@dataclass(frozen=True, slots=True)
class Targets:
    """Reads targets. `strip`: the prefix to remove from each path, such as the stage of an API."""

    strip: str = ""

    def read(self, text: str, query: str | None = None) -> str:
        """Return the path and the query as sent. Raises WrongLine."""
        if not text.startswith("/"):
            text = _of_url(text)
        if "#" in text:
            text = text.partition("#")[0]
        if self.strip and (text == self.strip or text.startswith((self.strip + "/", self.strip + "?"))):
            text = text[len(self.strip) :]
            text = text if text.startswith("/") else "/" + text
        if query and "?" not in text:
            text = f"{text}?{query.removeprefix('?')}"
        return text


def host_of(url: str) -> str | None:
    """Return the host of a URL in lower case, with its port; None if the text is a path, or its host is malformed."""
    if "://" not in url:
        return None
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower() or None
    except ValueError:
        return None


def _of_url(text: str) -> str:
    """Return the target in a URL. Raises WrongLine."""
    scheme, mark, rest = text.partition("://")
    if not mark or not scheme.isalpha():
        raise WrongLine(f"{text[:40]!r} is neither a path nor a URL")
    start = min((place for place in (rest.find("/"), rest.find("?")) if place >= 0), default=-1)
    if start < 0:
        return "/"
    return rest[start:] if rest[start] == "/" else "/" + rest[start:]
