"""Warnings about the parts of a key: headers, cookies, tenants and queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.checking.warnings.warning import Warned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.checking.configuration.readers import ReadRoute
    from brine_cli.checking.warnings.warning import RouteRule, Surroundings

_DIFFERENT_EACH_TIME: Final = frozenset(
    {
        *("date", "referer", "traceparent", "tracestate", "user-agent", "x-amzn-trace-id", "x-correlation-id"),
        *("x-forwarded-for", "x-request-id", "idempotency-key", "x-b3-traceid", "x-real-ip"),
    }
)


def _tenant_header(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    kind, _colon, name = (one.route.tenant or "").partition(":")
    policy = one.route.policy
    if kind != "header" or one.route.internal:
        return
    if name in (policy.key_headers or ()):
        yield Warned(
            *("BR120", one, ("key_headers",), f'"{name}" names the tenant, which is always a part of the key.'),
            "Leave it out here. To send it to the origin, name it in forward_headers.",
        )
    elif policy.forward_headers != "all" and name not in policy.forward_headers:
        yield Warned(
            *("BR121", one, ("tenant",), f'the origin does not get "{name}", so it cannot know the tenant.'),
            f'Write forward_headers = ["{name}"] too.',
        )


def _cookies(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    policy = one.route.policy
    selects = "cookie" in (policy.key_headers or ()) or one.route.tenant is not None
    if policy.set_cookie == "keep" and not selects:
        yield Warned(
            *("BR122", one, ("set_cookie",), "each client gets the cookie that the origin set for another client."),
            'Write "strip" or "refuse", or give the route a tenant.',
        )
    forwards = policy.forward_headers != "all" and "cookie" in policy.forward_headers
    if forwards and policy.key_headers is not None and policy.freshness_lifetime and not selects:
        yield Warned(
            *("BR123", one, ("key_headers",), "the origin gets cookies, but they do not select a stored response."),
            'Add "cookie", or leave key_headers out. Otherwise a client may get the page of another user.',
        )


def _many_variants(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    policy, route_headers = one.route.policy, one.route.policy.named_headers
    listed = {"key_headers": policy.key_headers or frozenset()}
    if policy.key_headers is None and policy.freshness_lifetime:
        listed["forward_headers"] = route_headers
    for key, names in listed.items():
        for index, name in enumerate(one.table.get(key) or ()):
            if name.lower() in names & _DIFFERENT_EACH_TIME:
                yield Warned(
                    *("BR124", one, (key, index), f'"{name}" selects, and differs in almost every request: few hits.'),
                    "Leave it out."
                    if key == "key_headers"
                    else "Leave it out, or write the headers that select into key_headers, such as key_headers = [].",
                )


def _all_headers(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    policy = one.route.policy
    if policy.forward_headers == "all" and policy.freshness_lifetime and policy.key_headers is None:
        yield Warned(
            *("BR125", one, ("forward_headers",), "any header may change the response, and few headers select one."),
            "List the headers that the origin needs, or write key_headers with those that change the response.",
        )


def _query(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    rule = one.route.query
    if rule.keep is None:
        return
    for index, name in enumerate(rule.drop):
        kept = [one_kept for one_kept in sorted(rule.keep) if _matches(name, one_kept)]
        told = f'it also drops "{kept[0]}" of keep.' if kept else "keep has dropped all other parameters already."
        yield Warned("BR126", one, ("query", "drop", index), told, "Leave it out of drop, or leave keep out.")


def _matches(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _store_post(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    if one.route.policy.store_post and "POST" in one.route.query_methods:
        yield Warned(
            *("BR127", one, ("store_post",), "a POST is a query here (query_methods), stored by its content."),
            "Leave store_post out.",
        )


RULES: Final[tuple[RouteRule, ...]] = (
    _tenant_header,
    _cookies,
    _many_variants,
    _all_headers,
    _query,
    _store_post,
)
