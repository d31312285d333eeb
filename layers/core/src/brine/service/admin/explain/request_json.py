"""The JSON form of a request to explain: {"method", "url", "headers", "body", "tenant"}."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from brine.domain.http.field_syntax import TOKEN
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMBERS: Final = ("method", "url", "headers", "body", "tenant")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestToExplain:
    """A request as a client sends it. `target`: path and query. `tenant`: as in Explainer.explain."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    tenant: str | None = None

    @classmethod
    def read(cls, members: Mapping[str, Any]) -> RequestToExplain:
        """Return the request of a JSON object. Raises ValueError for a wrong member, with the right form.

        url: a path with a query, or a complete URL. Its host does not count.
        """
        for name in members:
            if name not in MEMBERS:
                raise ValueError(f"{name!r} is not known. The members are {', '.join(MEMBERS)}")
        url = _text(members, "url")
        if url is None:
            raise ValueError('"url" is missing. Give a path such as "/orders/7?x=1", or a URL')
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise ValueError(f'"url" is {url!r}: {error}. Give a path such as "/orders/7?x=1", or a URL') from None
        path = parts.path or ("/" if parts.netloc else "")
        if not path.startswith("/"):
            raise ValueError(f'"url" is {url!r}, which has no path. Give a path such as "/orders/7?x=1", or a URL')
        target = f"{path}?{parts.query}" if parts.query or url.partition("#")[0].endswith("?") else path
        if not target.isascii() or not target.isprintable() or " " in target:
            raise ValueError(f'"url" is {url!r}. Write it in percent-encoded UTF-8')
        return cls(
            method=_text(members, "method") or "GET",
            target=target,
            headers=_headers(members.get("headers", [])),
            body=(_text(members, "body") or "").encode(),
            tenant=_text(members, "tenant"),
        )

    @property
    def request(self) -> Request:
        """The request as a gateway reads it."""
        path, mark, query = self.target.partition("?")
        return Request(
            method=self.method, path=path, query=query if mark else None, fields=Fields(self.headers), body=self.body
        )


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f'"{name}" is {value!r}. Give a text')
    return value


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    lines = list(value.items()) if isinstance(value, dict) else value
    if not isinstance(lines, list) or not all(map(_is_pair, lines)):
        raise ValueError(f'"headers" is {value!r}. Give a list of pairs such as [["accept", "text/html"]]')
    pairs = tuple((name.lower(), text) for name, text in lines)
    for name, text in pairs:
        if TOKEN.fullmatch(name) is None:
            raise ValueError(f"{name!r} is no name of a header. Write a name such as accept")
        if not text.isprintable() or not text.isascii():
            raise ValueError(f"the value of {name} is {text!r}. Write printable ASCII")
    return pairs


def _is_pair(one: Any) -> bool:
    return isinstance(one, list | tuple) and len(one) == 2 and all(isinstance(text, str) for text in one)
