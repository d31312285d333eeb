"""The stamp of a purge by URL for a route that no routes.toml has, because a function's code declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine.domain.purging.stamps import key_stamp
from brine.service.admin.arguments import invalid
from brine.service.admin.explain_request import read_explain_request
from brine.service.problems import TENANT_MISSING
from brine.service.purge_names import PurgedNames

if TYPE_CHECKING:
    from brine.service.admin.explain_request import Explain


def names_of_url_in_code(url: str, tenant: str | None, explain: Explain) -> PurgedNames:
    """Return the stamp of all variants of a URL, by the key in the explanation of a GET. Raises Problem."""
    members = {"url": url} if tenant is None else {"url": url, "tenant": tenant}
    explained: dict[str, Any] = dict(explain(*read_explain_request(members)))
    key, verdict = explained["key"], explained["verdict"]
    if key is None and verdict["problem"] == TENANT_MISSING.name:
        raise invalid(f"the route {explained['route']['name']} has tenants: name one.")
    if key is None:
        raise invalid(f"the cache has no key for {url}. {verdict['sentence']}")
    if tenant is not None and key["tenant"] is None:
        raise invalid(f"the route {key['route']} has no tenants: leave the tenant out.")
    return PurgedNames(names=(key_stamp(key["key"]),), route=key["route"], target=key["target"])
