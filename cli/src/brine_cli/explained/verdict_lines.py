"""The sections of the report about the verdict, the limits and the cost."""

from __future__ import annotations

from typing import Any, Final

from rich.text import Text

from brine.domain.durations import duration_text
from brine_cli.explained.costs import million_requests
from brine_cli.explained.lines import Section, left
from brine_cli.screen.colours import BOLD, RED, RESULT_COLOURS

COLOURS: Final = {
    "serve": RESULT_COLOURS["hit"],
    "serve-stale": RESULT_COLOURS["stale"],
    "validate": RESULT_COLOURS["validated"],
    "forward": RESULT_COLOURS["miss"],
    "wait": RESULT_COLOURS["collapsed"],
    "refuse": RESULT_COLOURS["refused"],
    "problem": RESULT_COLOURS["problem"],
}
"""The colour of each action: that of its result."""


def why_section(explained: dict[str, Any]) -> Section:
    """Return the section with the reasons. `explained`: the explanation in JSON."""
    section, verdict = Section("Why", is_aside=True), explained["verdict"]
    for number, reason in enumerate(verdict["reasons"], 1):
        section.add(f"{number}", reason["text"], reason["rfc"] or "")
    if verdict["cache_status"]:
        section.add("answer", f"{verdict['status']}, Cache-Status: {verdict['cache_status']}")
    elif verdict["forwarded_because"]:
        section.add("answer", f"Cache-Status will have fwd={verdict['forwarded_because']}")
    for note in verdict["notes"]:
        section.add("note", note)
    return section


def outcomes_section(explained: dict[str, Any]) -> Section:
    """Return the section about the possible answers of the origin."""
    answerer, verdict = "function" if explained["route"]["function"] else "origin", explained["verdict"]
    section = Section(f"If the {answerer}")
    for outcome in verdict["outcomes"]:
        text = Text(f"{outcome['assumed']}: ")
        section.add("", text.append(_outcome(outcome), style=BOLD))
    for unknown in verdict["unknown"]:
        section.add("unknown", unknown)
    return section


def limits_section(explained: dict[str, Any]) -> Section:
    """Return the section about the limits of the request."""
    section, limits, now = Section("Limits"), explained["limits"], explained["at"]
    until = f" for {left(limits['open_until'], now)}" if limits["circuit"] == "open" else ""
    style = RED if limits["circuit"] in {"open", "half-open"} else ""
    section.add("circuit", Text(f"{limits['circuit']}{until}", style=style))
    if limits["has_budget"]:
        wait = "" if limits["retry_after"] is None else f", for {duration_text(limits['retry_after'])}"
        section.add("budget", f"no request: {limits['budget']}{wait}" if limits["budget"] else "it has room")
    most = limits["new_keys_per_minute"]
    if limits["is_new_key"]:
        limit = "no limit" if most is None else f"at most {most} a minute in each process"
        section.add("new key", f"it counts as a new key: {limit}")
    if limits["lease_until"] is not None:
        section.add("lease", f"another request has it for {left(limits['lease_until'], now)}")
    if not limits["has_queue"]:
        section.add("refreshes", "no queue, so no stale response is refreshed in the background")
    elif limits["early_refresh_chance"] > 0:
        section.add("refreshes", f"a hit asks for an early refresh with {limits['early_refresh_chance']:.1%}")
    return section


def cost_section(explained: dict[str, Any]) -> Section:
    """Return the section about the cost."""
    section, cost = Section("Cost"), explained["cost"]
    for call in cost["calls"]:
        section.add(call["operation"], _units(call), call["purpose"])
    if not cost["calls"]:
        section.add("", "no call: all of it is in the memory of the process")
    million = million_requests(cost)
    told = f"{million.stores:.3f} USD for a million such requests in table, bucket and queue"
    front = f"and {million.front:.2f} USD for the API and {million.seconds * 1000:g} ms of a function of 1 GB"
    section.add("sum", f"{told}, {front}", "docs/costs.md")
    if cost["assumption"]:
        section.add("assumed", cost["assumption"])
    return section


def _outcome(outcome: dict[str, Any]) -> str:
    if outcome["result"] == "pass":
        return f"the answer is passed on; {outcome['why']}" if outcome["why"] else "the answer is passed on"
    if outcome["stored"]:
        fresh = outcome["fresh_for"]
        told = f"fresh for {duration_text(fresh)}" if fresh else "stale at once, and kept to be validated"
        return f"{outcome['result']}, stored, {told}"
    if outcome["result"] == "stale":
        return "the stored response is served, though stale"
    if outcome["result"] == "problem":
        return "the error or a problem is the answer"
    return f"{outcome['result']}, not stored" + (f": {outcome['why']}" if outcome["why"] else "")


def _units(call: dict[str, Any]) -> str:
    names = {
        "read_units": "read unit",
        "write_units": "write unit",
        "gets": "GET",
        "puts": "PUT",
        "messages": "message",
    }
    found = [(call[name], text) for name, text in names.items() if call[name]]
    return ", ".join(f"{count:g} {text}{'' if count == 1 else 's'}" for count, text in found)
