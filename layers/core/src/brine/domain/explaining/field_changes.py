"""The fate of each header field on its way to the origin, with the reason.

The fields themselves are made by brine.domain.routing.upstream and brine.domain.caching.decide. This module compares
the fields of the client with those of the origin, and finds the rule that each difference follows from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.http.ambiguous import UNAMBIGUOUS_NAME
from brine.domain.http.conditions import CACHE_CONDITIONS, RANGE_FIELDS
from brine.domain.http.hop_by_hop import HOP_BY_HOP, end_to_end
from brine.domain.refreshing.request import may_be_credential
from brine.domain.routing.forwarded import is_forwarded_field
from brine.domain.routing.upstream import NEVER_FORWARDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.domain.http.fields import Fields
    from brine.domain.routing.route import Route

type FieldFate = Literal["kept", "changed", "dropped", "added"]

HIDDEN: Final = "(hidden)"

_NEVER: Final = {
    "cdn-loop": "the gateway continues it with its own line (RFC 8586)",
    "content-length": "the HTTP client of the gateway writes it",
    "expect": "it is met already: the content has arrived (RFC 9110 10.1.1)",
    "host": "the origin gets its own host",
    "proxy": "a CGI program would read it as the setting HTTP_PROXY",
}
_ADDED: Final = {
    "accept": "the route converts formats, and asks for that of its origin",
    "accept-encoding": "the route converts formats, so it asks for content without a coding",
    "cdn-loop": "by it, a loop is recognised (RFC 8586)",
    "forwarded": "the address by which clients reach the gateway (RFC 7239)",
    "host": "the public host (preserve_host)",
    "if-modified-since": "validates the stored response (RFC 9111 4.3.1)",
    "if-none-match": "validates the stored response (RFC 9111 4.3.1)",
    "if-range": "the missing bytes must be of the same representation (RFC 9110 13.1.5)",
    "range": "asks for the bytes that are not stored",
    "user-agent": "the client sent none",
    "via": "names the gateway (RFC 9110 7.6.3)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field by its name in lower case, its fate, and the reason. `value`: for the origin, or that of the client.

    The value of a credential is hidden.
    """

    name: str
    fate: FieldFate
    value: str
    reason: str | None = None


def shown_value(name: str, value: str) -> str:
    """Return the value of a field as people may see it: that of a credential is hidden."""
    return HIDDEN if may_be_credential(name) else value


def field_changes(received: Fields, decided: Fields, sent: Fields, route: Route) -> tuple[FieldChange, ...]:
    """Return the fate of each field of a client, and the fields that the gateway adds.

    received: as the client sent them. decided: those of the decision, before the gateway adds its own. sent: all that
    the origin gets, without the credentials of the route.
    """
    names = dict.fromkeys(name for name, _ in received.lines)
    changes = [_of_client(name, received, decided, sent, route) for name in names]
    added = dict.fromkeys(name for name, _ in sent.lines if name not in names)
    changes += [FieldChange(name=name, fate="added", value=_shown(name, sent), reason=_added(name)) for name in added]
    return (*changes, *_credentials(route))


def _of_client(name: str, received: Fields, decided: Fields, sent: Fields, route: Route) -> FieldChange:
    if name in sent:
        if sent.all(name) == received.all(name):
            return FieldChange(name=name, fate="kept", value=_shown(name, sent))
        return FieldChange(name=name, fate="changed", value=_shown(name, sent), reason=_changed(name, decided))
    return FieldChange(name=name, fate="dropped", value=_shown(name, received), reason=_dropped(name, received, route))


def _dropped(name: str, received: Fields, route: Route) -> str:
    return _dropped_from_all(name, received, route) or _dropped_from_cacheable(name, route)


def _dropped_from_all(name: str, received: Fields, route: Route) -> str | None:
    """Return why the field reaches no origin, whatever the request is; None without such a reason."""
    if name in HOP_BY_HOP:
        return "it belongs to one connection (RFC 9110 7.6.1)"
    if name not in end_to_end(received):
        return "Connection lists it (RFC 9110 7.6.1)"
    if UNAMBIGUOUS_NAME.fullmatch(name) is None:
        return "some servers confuse its name with that of another field"
    if route.credentials is not None and name not in route.credentials.without_own(received):
        return "the gateway's own credentials for the origin take its place"
    if is_forwarded_field(name) and not route.trust_forwarded:
        return "a client could claim any address in it (trust_forwarded = false)"
    return _NEVER[name] if name in NEVER_FORWARDED else None


def _dropped_from_cacheable(name: str, route: Route) -> str:
    """Return why the field is not in a request to the origin with a response that may be stored."""
    if name in CACHE_CONDITIONS:
        return "the gateway evaluates it, and asks the origin for the response for all clients (RFC 9111 4.3.2)"
    if name in RANGE_FIELDS:
        return "the complete response is asked for, or the range cannot be read"
    if name == "cache-control":
        return "the gateway obeys it; an origin gets only what asks for a new response"
    policy = route.policy
    if policy.forward_headers == "all" or name in policy.forward_headers | (policy.key_headers or frozenset()):
        if name in {"traceparent", "tracestate"}:
            return "it is no valid trace context (W3C Trace Context 3.2)"
        return "the content is converted"
    return "forward_headers does not name it, and it is in no key: it could change the response for other clients"


def _changed(name: str, decided: Fields) -> str:
    if name in {"accept", "accept-encoding", "content-type"} and name in decided:
        return "in the form that all values of the same meaning have, or that of the route's format"
    return _ADDED.get(name, "in the form that all values of the same meaning have")


def _added(name: str) -> str:
    if name.startswith("x-forwarded-"):
        return "how clients reach the gateway"
    return _ADDED.get(name, "the gateway writes it")


def _credentials(route: Route) -> Iterator[FieldChange]:
    """Yield the fields with credentials of the route, by name alone."""
    credentials = route.credentials
    if credentials is None:
        return
    kind = "" if credentials.origin_auth is None else f" ({type(credentials.origin_auth).__name__})"
    for name in sorted(credentials.names):
        reason = f"origin_auth{kind}" if name == "authorization" else "origin_headers"
        yield FieldChange(name=name, fate="added", value=HIDDEN, reason=f"a credential of the route: {reason}")


def _shown(name: str, fields: Fields) -> str:
    return shown_value(name, ", ".join(fields.all(name)))
