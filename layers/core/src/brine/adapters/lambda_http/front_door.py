"""Reads where a request arrived, and from which client, from its event.

API Gateway and function URLs find the API by Host, so a client cannot invent one. They write X-Forwarded-Proto anew. A
load balancer passes any Host, so its host counts as unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.domain.routing.front_door import FrontDoor, PublicAddress, valid_authority

if TYPE_CHECKING:
    from brine.adapters.lambda_http.incoming import Incoming
    from brine.adapters.lambda_http.members import JsonObject

_IP = re.compile(r"[0-9A-Fa-f.:]{2,45}")


def front_door_of(incoming: Incoming, *, trusted: bool) -> FrontDoor:
    """Return the public address and the client. trusted: whether to believe the client's X-Forwarded-Host."""
    fields, event = incoming.request.fields, incoming.event
    context = _object(event, "requestContext")
    scheme = "http" if fields.get("x-forwarded-proto") == "http" else "https"
    authority, base = fields.get("host", ""), ""
    match incoming.source:
        case "alb":
            authority = ""
            client = fields.get("x-forwarded-for", "").rpartition(",")[2].strip(" \t")
        case "rest-v1":
            client = _object(context, "identity").get("sourceIp")
            base = _stage_of_rest(context.get("path"), event.get("path"))
        case _:
            client = _object(context, "http").get("sourceIp")
            base = _stage(context)
    if trusted and (told := fields.get("x-forwarded-host")) is not None:
        authority = told.partition(",")[0].strip(" \t")
    is_ip = isinstance(client, str) and _IP.fullmatch(client) is not None
    return FrontDoor(PublicAddress(scheme, valid_authority(authority), base), client if is_ip else "")


def _object(members: JsonObject, name: str) -> JsonObject:
    value = members.get(name)
    return value if isinstance(value, dict) else {}


def _stage(context: JsonObject) -> str:
    """Return the path of a named stage of an HTTP API. Clients of a custom domain do not write it."""
    stage, domain = context.get("stage"), context.get("domainName")
    is_named = isinstance(stage, str) and stage != "$default"
    return f"/{stage}" if is_named and isinstance(domain, str) and ".execute-api." in domain else ""


def _stage_of_rest(public: object, path: object) -> str:
    """Return the beginning of the public path of a REST API that is missing in the path of the event."""
    if isinstance(public, str) and isinstance(path, str) and public.endswith(path):
        return public[: -len(path)].rstrip("/")
    return ""
