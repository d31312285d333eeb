"""Reads where a request arrived, and from which client, from its event.

API Gateway and function URLs find the API by Host, so a client cannot invent one. They write X-Forwarded-Proto anew. A
load balancer passes any Host, so its host counts as unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.domain.routing.front_door import FrontDoor, PublicAddress, valid_authority

if TYPE_CHECKING:
    from brine.adapters.lambda_http.members import JsonObject
    from brine.domain.http.fields import Fields

_IP = re.compile(r"[0-9A-Fa-f.:]{2,45}")


def front_door_of(source: str, fields: Fields, event: JsonObject, *, trusted: bool) -> FrontDoor:
    """Return the public address and the client. trusted: whether to believe the client's X-Forwarded-Host."""
    context = _object(event, "requestContext")
    scheme = "http" if fields.get("x-forwarded-proto") == "http" else "https"
    authority, base = fields.get("host", ""), ""
    client: object
    match source:
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
    address = PublicAddress(scheme, valid_authority(authority), base)
    return FrontDoor(address, client if isinstance(client, str) and _IP.fullmatch(client) else "")


def _object(members: JsonObject, name: str) -> JsonObject:
    value = members.get(name)
    return value if isinstance(value, dict) else {}


def _stage(context: JsonObject) -> str:
    """Return the path of a named stage of an HTTP API. Clients of a custom domain do not write it."""
    stage, domain = context.get("stage"), context.get("domainName")
    if not isinstance(stage, str) or not isinstance(domain, str) or stage == "$default":
        return ""
    return f"/{stage}" if ".execute-api." in domain else ""


def _stage_of_rest(public: object, path: object) -> str:
    """Return the beginning of the public path of a REST API that is missing in the path of the event."""
    if not isinstance(public, str) or not isinstance(path, str):
        return ""
    rest = path.rstrip("/")  # API Gateway may leave out the "/" after the stage
    return public.rstrip("/").removesuffix(rest) if public.rstrip("/").endswith(rest) else ""
