"""docs/troubleshoot-a-miss.md explains every `detail` that Cache-Status can have, and no other."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import brine
import brine_codec
from brine.domain.caching.decision import ForwardReason, StorageRefusal
from brine.service.diagnostics import FAULT_METRICS, FaultKind
from brine.service.problems import (
    ADMIN_METHOD_UNKNOWN,
    ADMIN_PATH_UNKNOWN,
    ADMIN_REQUEST_INVALID,
    ANSWER_TOO_LARGE,
    NOT_STORED,
    ORIGIN_CONTENT,
    ORIGIN_FORMAT,
    ORIGIN_SEAL,
    PROBLEM_TYPES,
)
from tests.support.markdown import codes, read_page

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = read_page(Path(__file__).parents[3] / "docs/troubleshoot-a-miss.md")
SOURCES = [ast.parse(path.read_text()) for path in Path(brine.__path__[0]).rglob("*.py")]

# The gateway makes these problems after Cache-Status is written, or gives them another detail.
OF_ADMIN = (ADMIN_METHOD_UNKNOWN, ADMIN_PATH_UNKNOWN, ADMIN_REQUEST_INVALID)
NO_DETAIL = {
    kind.name for kind in (ANSWER_TOO_LARGE, NOT_STORED, ORIGIN_CONTENT, ORIGIN_FORMAT, ORIGIN_SEAL, *OF_ADMIN)
}

# Faults of these kinds are in the log only. The answer is a problem, and the problem is the detail.
LOGGED_ONLY = {"seal"}
# Faults of these kinds are in the events of results caches, which have no Cache-Status.
RESULTS_ONLY = {"result", "refresh"}


def documented(header: str) -> set[str]:
    """Return the codes in the first column of the tables with this header."""
    found: set[str] = set()
    first = ""
    for row in PAGE.rows:
        if row[0] in {"Detail", "Part", "Problem", "`fwd=`"}:
            first = row[0]
        elif first == header:
            found.update(codes(row[0]))
    return found


def texts(value: ast.expr | None) -> Iterator[str]:
    """Yield the texts that an expression may give."""
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from texts(value.body)
            yield from texts(value.orelse)
        case ast.Tuple():
            for element in value.elts:
                yield from texts(element)


def refusals() -> set[str]:
    """Return the reasons not to store a response."""
    return set(get_args(StorageRefusal.__value__))


def keywords(name: str) -> Iterator[ast.keyword]:
    """Yield the arguments of this name in all calls of the package."""
    for call in calls():
        yield from (keyword for keyword in call.keywords if keyword.arg == name)


def calls() -> Iterator[ast.Call]:
    """Yield every call in the package."""
    for module in SOURCES:
        yield from (node for node in ast.walk(module) if isinstance(node, ast.Call))


def named(call: ast.Call) -> str:
    """Return the last part of the name of the called function."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def faults() -> set[str]:
    """Return every fault, as Cache-Status names it: of stores, envelopes and bodies, and of single places."""
    found = {f"{kind}-{what}" for kind in stores() for what in ("throttled", "unavailable")}
    found |= {f"{call.args[0].value}-{call.args[1].value}" for call in calls() if is_fault(call)}  # type: ignore[attr-defined]
    found |= {f"bodies-{text}" for call in calls() if named(call) == "body_lost" for text in texts(call.args[0])}
    found |= {f"outdated-{error.__name__.lower()}" for error in leaves(brine_codec.Miss)}
    found |= {f"envelope-{error.__name__.lower()}" for error in (*leaves(brine_codec.Alarm), brine_codec.Unsupported)}
    return {fault for fault in found if fault.partition("-")[0] not in LOGGED_ONLY | RESULTS_ONLY}


def stores() -> set[str]:
    """Return the kinds of fault that a failing store can cause."""
    return {text for call in calls() if named(call) == "store_failed" for text in texts(call.args[0])}


def is_fault(call: ast.Call) -> bool:
    """Return whether the call makes a fault of two texts."""
    return named(call) == "Fault" and len(call.args) >= 2 and all(isinstance(a, ast.Constant) for a in call.args[:2])


def leaves(error: type[Exception]) -> Iterator[type[Exception]]:
    """Yield the error classes of a branch of the codec's errors that can become a fault.

    Expired is left out: an expired envelope is a plain miss.
    """
    for child in error.__subclasses__():
        if child is not brine_codec.Expired:
            yield child


def details() -> set[str]:
    """Return every value of `detail`."""
    given = {text for keyword in keywords("detail") for text in texts(keyword.value) if " " not in text}
    return refusals() | faults() | given | {kind.name for kind in PROBLEM_TYPES} - NO_DETAIL


def test_the_page_has_every_detail_and_no_other() -> None:
    assert sorted(documented("Detail")) == sorted(details())


def test_the_page_has_the_problems_that_are_no_detail() -> None:
    assert documented("Problem") == NO_DETAIL


def test_the_page_has_every_reason_to_forward() -> None:
    assert documented("`fwd=`") - {"fwd="} == set(get_args(ForwardReason.__value__))


def test_the_code_is_read_as_it_is_written() -> None:
    """Fail if a method has another name: the functions above would then find fewer details."""
    single = {
        "envelope",
        "outdated",
        "keys",
        "new-keys",
        "variants",
        "origin-circuit",
        "origin-budget",
        "credentials",
        "seal",
        *RESULTS_ONLY,
    }
    assert stores() | single | set(RESULTS_ONLY) == set(get_args(FaultKind.__value__))
    assert stores() == {kind for kind, metric in FAULT_METRICS.items() if metric.endswith("Fault")} - {"keys"}
    assert {"no-store", "tags", "other-etag", "partial"} <= refusals()
    assert {"bodies-missing", "keys-unavailable", "new-keys-capped", "envelope-foreign"} <= faults()
    assert "only-if-cached" in details()
