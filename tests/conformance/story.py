"""Stories as data: the client's request, the origin's reply, and the expected answer.

A reply's body is its number within the story unless it is given, so an answer shows which reply it was made from.
Field lines are text, one character per byte. In them, `{origin}` and `{public}` stand for the URLs of the origin and of
the gateway, and `{path}` for the path of the story.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply of the origin. `raw`: these bytes and then the end of the connection, instead of all other parts.

    `closes`: the connection ends after the reply, which does not announce it. `delay`: seconds before it begins.
    """

    status: int = 200
    fields: tuple[str, ...] = ()
    body: bytes | None = None
    raw: bytes | None = None
    closes: bool = False
    delay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request, and the expected answer.

    `below`: the part of its target after the story's path. `replies`: one for each request that the origin gets, the
    last also for later ones (a request that met a closed connection comes again). Without any it must not be asked.
    Of the answer: `status`, `body`, `gives` (lines), `lacks` (names), `says` (how parts of Cache-Status begin).
    `sent` (lines), `withheld` (names): of the first request to the origin. `pause`: seconds to wait before asking.
    `refresh`: the request that the origin gets after the answer. `eventually`: ask again until all this holds.
    """

    method: str = "GET"
    fields: tuple[str, ...] = ()
    content: bytes = b""
    below: str = ""
    replies: tuple[Reply, ...] = ()
    status: int = 200
    body: bytes = b""
    gives: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    pause: float = 0.0
    refresh: Reply | None = None
    eventually: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Exchanges in their order, under a name and the section of the RFC that they tell of."""

    name: str
    source: str
    exchanges: tuple[Exchange, ...]

    @property
    def path(self) -> str:
        """Each story has a resource of its own."""
        return "/" + "-".join("".join(c if c.isalnum() else " " for c in f"{self.source} {self.name}").lower().split())

    @property
    def waits(self) -> bool:
        """Whether real time must pass."""
        return any(exchange.pause for exchange in self.exchanges)


class Details(TypedDict, total=False):
    """The parts of an exchange besides its request's fields and the replies."""

    method: str
    content: bytes
    below: str
    status: int
    body: bytes
    gives: tuple[str, ...]
    lacks: tuple[str, ...]
    says: tuple[str, ...]
    sent: tuple[str, ...]
    withheld: tuple[str, ...]
    pause: float
    refresh: Reply | None
    eventually: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """An exchange whose reply is not numbered yet. The parts that `details` leaves out follow from the replies."""

    fields: tuple[str, ...]
    replies: tuple[Reply, ...]
    details: Details


def reply(*fields: str, status: int = 200, body: bytes | None = None, closes: bool = False) -> Reply:
    """The origin's response, well framed."""
    return Reply(status=status, fields=fields, body=body, closes=closes)


def bytes_then_end(raw: bytes) -> Reply:
    """The bytes that a broken origin sends before it hangs up."""
    return Reply(raw=raw)


NOT_MODIFIED = Reply(status=304)
HANGS_UP = bytes_then_end(b"")


def fetch(answer: Reply, *fields: str, then: Reply | None = None, **details: Unpack[Details]) -> Draft:
    """The origin is asked, and the client gets its reply. `then`: the next reply, when it is asked again at once."""
    replies = (answer,) if then is None else (answer, then)
    return Draft(fields, replies, details)


def hit(*fields: str, **details: Unpack[Details]) -> Draft:
    """The origin is not asked, and the client gets its last reply."""
    return Draft(fields, (), details)


def story(name: str, source: str, *drafts: Draft) -> Story:
    """A story with its replies numbered and its expectations filled in."""
    number = 0
    latest = Reply()

    def numbered(one: Reply) -> Reply:
        nonlocal number
        number += 1
        return replace(one, body=b"%d" % number) if one.body is None and one.status not in BODILESS else one

    exchanges = []
    for draft in drafts:
        replies = tuple(numbered(one) for one in draft.replies)
        for one in replies:
            latest = one if one.status != 304 and one.raw is None else latest
        details = draft.details.copy()
        status = details.setdefault("status", latest.status)
        bodiless = details.get("method") == "HEAD" or status in BODILESS
        details.setdefault("body", b"" if bodiless else latest.body or b"")
        if (refresh := details.get("refresh")) is not None:
            details["refresh"] = latest = numbered(refresh)
        exchanges.append(Exchange(fields=draft.fields, replies=replies, **details))
    return Story(name, source, tuple(exchanges))
