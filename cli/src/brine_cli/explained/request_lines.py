"""The sections of the report about the route, the request to the origin and the key."""

from __future__ import annotations

from typing import Any, Final

from rich.text import Text

from brine_cli.explained.lines import Section
from brine_cli.screen.colours import CYAN, GREEN, RED, YELLOW

_FATES: Final = {"kept": GREEN, "changed": YELLOW, "dropped": RED, "added": CYAN}


def route_section(explained: dict[str, Any]) -> Section:
    """Return the section about the route. `explained`: the explanation in JSON."""
    section, route, api = Section("Route"), explained["route"], explained.get("api")
    if api is not None:
        signed = "" if api["authorizer"] == "NONE" else f", with the authorizer {api['authorizer']}"
        section.add("API", f"{api['route']} leads to {api['function']}{signed}")
    if route["name"] is None:
        if route["known"]:
            section.add("route", "none", f"the prefixes are {', '.join(route['known'])}")
        return section
    section.add("route", f"{route['name']}  {route['prefix']}", f"to {route['origin']}")
    for other in route["others"]:
        section.add("not", f"{other['name']}  {other['prefix']}", other["because"])
    if route["settings"]:
        section.add("settings", ", ".join(f"{name} = {value}" for name, value in route["settings"]))
    return section


def upstream_section(explained: dict[str, Any]) -> Section:
    """Return the section about the request to the origin."""
    upstream = explained["upstream"]
    section = Section("To the origin" if upstream["is_sent"] else "To the origin, if it were asked")
    section.add("request", f"{upstream['method']} {upstream['origin']}{upstream['target']}")
    for name, value in upstream["arguments"]:
        section.add("argument", f"{name} = {value}")
    for change in upstream["fields"]:
        value = f"{change['name']}: {change['value']}"
        section.add(change["fate"], Text(value, style=_FATES[change["fate"]]), change["reason"] or "")
    if upstream["body_bytes"]:
        section.add("content", f"{upstream['body_bytes']} bytes")
    if upstream["hooks"]:
        section.add("hooks", ", ".join(upstream["hooks"]), "they may change the request")
    return section


def key_section(explained: dict[str, Any]) -> Section:
    """Return the section about the key."""
    key = explained["key"]
    section = Section("Key" if key["is_used"] else "Key of a GET of the same URL, which this request does not use")
    section.add("key", key["key"])
    section.add("in the table", f"pk {key['place'].removesuffix(key['key'])}KEY, sk {key['slot']}")
    if key["tenant"] is not None:
        section.add("tenant", key["tenant"], "its hash")
    section.add("of", f"{key['method']} {key['target']} of the route {key['route']}, origin {key['origin']}")
    if key["namespace"]:
        section.add("namespace", key["namespace"])
    for parameter in key["parameters"]:
        if parameter["dropped"]:
            section.add("not in it", Text(parameter["text"], style=RED), parameter["dropped"])
    if key["content"] is not None:
        section.add("content", key["content"], "its SHA-256")
    for one in key["selecting"]:
        value = "absent" if one["value"] is None else one["value"]
        section.add("selects", f"{one['name']}: {value}", f"by {one['because']}")
    if not key["selects_known"]:
        section.add("selects", "", "the Vary of the response is not known before it is stored")
    return section
