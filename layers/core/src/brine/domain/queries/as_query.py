"""Queries by content: requests that are as safe as GET, but carry their query in the content (RFC 10008).

The QUERY method says so itself. For other methods the route says it by `query_methods`. A POST must also look like a
query, because a cache that answers a POST that changes data would swallow the change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from brine.domain.compression.coded_fields import CONTENT_DIGESTS
from brine.domain.formats.media import Format, format_of
from brine.domain.http.cache_control import parse_request_directives
from brine.domain.queries.canonical_json import canonical_json, is_json_type, parse_json
from brine.domain.queries.content_query import ContentQuery
from brine.domain.queries.graphql import may_change_data

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.queries.content_query import QueryRefusal
    from brine.domain.routing.route import Route

QUERY: Final = "QUERY"
ANSWERABLE: Final = ContentQuery()


def as_query(request: Request, route: Route) -> Request:
    """Return the request, marked and in the form for the origin if its method may be that of a query.

    If the route says so, JSON content is in canonical form afterwards: the same bytes make the key and go to the
    origin. A function's route has no queries by content.
    """
    if route.pattern is not None or (request.method != QUERY and request.method not in route.query_methods):
        return request
    if request.method == "POST" and (reason := _doubt(request)) is not None:
        return replace(request, content_query=ContentQuery(reason, is_safe=False))
    rule = route.query_body
    if route.transcoding is not None and route.transcoding.request_format is Format.SEALED:
        return replace(request, content_query=ContentQuery("query-sealed"))
    if len(request.body) > rule.max_bytes:
        return replace(request, content_query=ContentQuery("query-size"))
    if rule.normalise == "json":
        request = _normalised(request)
    return replace(request, content_query=ANSWERABLE)


def is_query(request: Request, route: Route) -> bool:
    """Return whether the request is a query by content, which only reads."""
    return as_query(request, route).is_safe_query


def _doubt(request: Request) -> QueryRefusal | None:
    """Return why a POST may be something else than a query, or None."""
    if not _is_plain_json(request.fields):
        return "query-not-json"
    try:
        content = parse_json(request.body)
    except ValueError:
        return "query-not-json"
    return "query-mutation" if may_change_data(content, request.query) else None


def _normalised(request: Request) -> Request:
    """Return the request with its JSON in canonical form. In any doubt, return it unchanged."""
    fields = request.fields
    if not _is_plain_json(fields) or parse_request_directives(fields).restricts("no-transform"):
        return request
    try:
        body = canonical_json(request.body)
    except ValueError:
        return request
    if format_of(fields.get("content-type")) is Format.JSON:  # without a charset, which means nothing for JSON
        fields = fields.replacing("content-type", Format.JSON.media_type)
    if body != request.body:
        fields = fields.without(CONTENT_DIGESTS)
    return replace(request, fields=fields, body=body)


def _is_plain_json(fields: Fields) -> bool:
    """Return whether the fields say that the content is JSON in UTF-8, without a content coding."""
    types = fields.all("content-type")
    coding = fields.get("content-encoding", "identity").strip(" \t").lower()
    return len(types) == 1 and is_json_type(types[0]) and coding == "identity"
