"""Checks keys of a route that contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from brine.adapters.config.mistakes import FoundMistake, Mistakes, mistake_at
from brine.domain.routing.forwarded import is_forwarded_field

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CREDENTIAL_KEYS: Final = ("origin_headers", "origin_auth", "credentials_over_http")


def _large_bodies(items: Mapping[str, Any], _: Collection[str]) -> None:
    if items.get("large_bodies") == "redirect" and "transcoding" in items:
        raise mistake_at(
            "large_bodies", '"large_bodies" cannot redirect to a body that "transcoding" would convert. Leave one out.'
        )


def _prefix(items: Mapping[str, Any], given: Collection[str]) -> None:
    if items.get("internal") and "prefix" in given:
        raise mistake_at(
            "prefix", '"prefix" is a path for clients, and an "internal" route has none. Leave one of both out.'
        )
    if "prefix" not in given and ("internal" not in given or items.get("internal") is False):
        raise ValueError('no "prefix". Write the path that clients use, or internal = true for functions alone.')


def _budget(items: Mapping[str, Any], given: Collection[str]) -> None:
    if "origin_budget" in items and items["origin_budget"].per_tenant and "tenant" not in given:
        raise mistake_at(
            "origin_budget",
            '"origin_budget" has per = "tenant", but the route has no "tenant". Write one, such as '
            'tenant = "claim:tenant_id", or leave "per" out.',
        )


def _public_host(items: Mapping[str, Any], given: Collection[str]) -> None:
    if items.get("preserve_host") and "public_url" not in given:
        raise mistake_at(
            "preserve_host", '"preserve_host" needs the public host. Write it as "public_url" of the route.'
        )


def _queries(items: Mapping[str, Any], _: Collection[str]) -> None:
    transcoding = items.get("transcoding")
    if transcoding is None:
        return
    from brine.domain.formats.media import Format  # noqa: PLC0415 - for routes with transcoding

    form = transcoding.request_format
    if "POST" in items.get("query_methods", ()) and form is not Format.JSON:
        raise mistake_at(
            "query_methods",
            f'"query_methods" has POST, but the origin gets requests as {form.name.lower()}. The gateway finds '
            'mutations in JSON alone. Write requests = "json" in "transcoding", or leave POST out.',
        )


def _forwarded_headers(items: Mapping[str, Any], given: Collection[str]) -> None:
    """Refuse a header that the gateway makes, but a key of the route takes from the client."""
    if items.get("trust_forwarded") or ("trust_forwarded" in given and "trust_forwarded" not in items):
        return
    found = []
    for key in ("forward_headers", "key_headers"):
        names = items.get(key, "all")
        found += [
            FoundMistake(
                f'"{name}" in "{key}" would be the client\'s, and the gateway makes its own. '
                "Leave it out, or write trust_forwarded = true behind a proxy that sets it.",
                (key,),
                given="",
                is_key=True,
            )
            for name in (() if names == "all" else sorted(names))
            if is_forwarded_field(name)
        ]
    if found:
        raise Mistakes(*found)


def _credentials(items: Mapping[str, Any], given: Collection[str]) -> None:
    if items.keys().isdisjoint(CREDENTIAL_KEYS):
        return
    from brine.adapters.config.route_keys import credential_values  # noqa: PLC0415 - for routes that have them

    credential_values.check_credentials(items, given)


ROUTE_RULES: Final = (_large_bodies, _prefix, _budget, _public_host, _queries, _forwarded_headers, _credentials)
