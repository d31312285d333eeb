"""The section of the report about the stored responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from brine.domain.durations import duration_text
from brine_cli.explained.lines import Section, ago, left, size_text
from brine_cli.screen.colours import CYAN, GREEN, MAGENTA, RED, YELLOW

if TYPE_CHECKING:
    from collections.abc import Iterator

_COLOURS: Final = {"fresh": GREEN, "grace": CYAN, "keep": YELLOW, "hit-for-miss": MAGENTA}
_STATES: Final = {
    "fresh": "fresh",
    "grace": "stale, and may be served",
    "keep": "stale, kept to be validated",
    "purged": "purged",
    "expired": "past its time",
    "unreadable": "cannot be read",
    "hit-for-miss": "a marker: requests do not wait for each other",
    "replaced": "replaced by another variant",
}
_PLACES: Final = {"table": "in the table", "bucket": "in the bucket", "parts": "in parts"}
_EFFECTS: Final = {"purged": "it ended the response", "stale": "it made it stale", "older": "the response is newer"}


def stored_section(explained: dict[str, Any]) -> Section:
    """Return the section. `explained`: the explanation in JSON."""
    section, now = Section("Stored"), explained["at"]
    if not explained["stored"]:
        section.add("", "nothing under this key")
    for entry in explained["stored"]:
        section.add(_slot(entry), _headline(entry))
        for label, text, remark in _facts(entry, now):
            section.add(label, text, remark)
    if explained["more_variants"]:
        section.add("", f"and {explained['more_variants']} more variants")
    return section


def _slot(entry: dict[str, Any]) -> str:
    name = entry["slot"] if entry["slot"] == "main" else f"v#{entry['slot'][2:10]}…"
    return f"{name} *" if entry["selected"] else name


def _headline(entry: dict[str, Any]) -> Text:
    text = Text(_STATES[entry["state"]], style=_COLOURS.get(entry["state"], RED))
    if entry["fault"]:
        text.append(f": {entry['fault']}")
    if entry["status"] is not None:
        kind = f" {entry['content_type']}" if entry["content_type"] else ""
        place = "with its body " if entry["where"] != "table" else ""
        told = f"   {entry['status']}{kind}, {size_text(entry['body_size'])} {place}{_PLACES[entry['where']]}"
        text.append(told, style="default")
    return text


def _facts(entry: dict[str, Any], now: float) -> Iterator[tuple[str, str, str]]:
    if entry["differs"]:
        yield "", f"for another {', '.join(entry['differs'])}", ""
    if entry["until"] is not None:
        yield "", f"for {left(entry['until'], now)}", ""
    if entry["status"] is not None:
        yield from _times(entry, now)
    if entry["tags"]:
        yield "  tags", ", ".join(entry["tags"]), ""
    for stamp in entry["stamps"]:
        part = f", for the part {stamp['part']}" if stamp["part"] else ""
        kind = "soft purge" if stamp["kind"] == "soft" else "purge"
        yield "  purge", f"{kind} of {stamp['name']}{part}, {ago(stamp['at'], now)}", _EFFECTS[stamp["effect"]]
    for route, target in entry["parts"]:
        yield "  part", f"{route}: {target}", ""
    memory = ", in the memory of this process" if entry["in_memory"] else ""
    key = "" if entry["key_id"] is None else f", key {entry['key_id']}"
    yield "  item", f"{size_text(entry['size'])}, generation {entry['generation']}{key}{memory}", ""


def _times(entry: dict[str, Any], now: float) -> Iterator[tuple[str, str, str]]:
    stored, age = ago(entry["stored_at"], now), duration_text(entry["age"])
    yield "  stored", stored, "" if stored == f"{age} ago" else f"age {age}"
    lifetime, source = duration_text(max(0.0, entry["freshness_lifetime"])), entry["lifetime_source"]
    by = "" if source == "none" else f", by {source}"
    jitter = f", jitter {entry['jitter']:+.1f} s" if abs(entry["jitter"]) >= 0.05 else ""
    rest = entry["remaining_freshness"]
    told = f"for {duration_text(rest)} more" if rest > 0 else f"stale for {duration_text(-rest)}"
    yield "  fresh", told, f"lifetime {lifetime}{by}{jitter}"
    for name, label in (("grace_until", "during a refresh"), ("error_until", "if the origin fails")):
        if entry[name] is not None:
            told = f"for {left(entry[name], now)}" if entry[name] > now else f"until {ago(entry[name], now)}"
            yield "  grace", f"{label}, {told}", ""
    yield "  kept", f"for {left(entry['evict_at'], now)}", ""
    validators = [f"{name} {entry[key]}" for key, name in (("etag", "ETag"), ("last_modified", "Last-Modified"))]
    shown = [text for text, key in zip(validators, ("etag", "last_modified"), strict=True) if entry[key]]
    yield "  validator", ", ".join(shown) or "none", ""
    if entry["cache_control"]:
        yield "  origin", f"Cache-Control: {entry['cache_control']}", ""
