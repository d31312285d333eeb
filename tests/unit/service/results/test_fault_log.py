"""Faults of a results cache are never silent: warnings by default, and every event with an observer."""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.stores import MemoryItemStore, MemoryLeaseStore, MemoryStampStore
from brine.adapters.s3.no_bucket import NoBucket
from brine.errors import StoreUnavailable
from brine.service.diagnostics import Fault
from brine.service.results.call import CacheEvent
from brine.service.results.fault_log import PAUSE, FaultLog, advice
from tests.unit.service.results.world import KEY, World

if TYPE_CHECKING:
    from collections.abc import Collection

    from brine.domain.purging.stamps import Stamp
    from brine.ports.caching import Item
    from brine.ports.deadline import Deadline


class Denied(MemoryStampStore):
    """A table that the function's role may not read."""

    code = "AccessDeniedException"

    def read_with_item(
        self, names: Collection[str], pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None
    ) -> tuple[Item | None, dict[str, Stamp]]:
        raise StoreUnavailable("BatchGetItem was denied for a secret key", self.code)


def denied(code: str = "AccessDeniedException") -> World:
    items = MemoryItemStore()
    stamps = Denied(items)
    stamps.code = code
    return World(items=items, leases=MemoryLeaseStore(items), stamps=stamps, is_observed=False)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage() for record in caplog.records if record.name == "brine" and record.levelname == "WARNING"
    ]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("AccessDeniedException", "docs/results-cache.md#a-role-of-its-own"),
        ("ResourceNotFoundException", "check that BRINE_TABLE names a table of this account in the region AWS_REGION"),
        ("SomethingNew", "check BRINE_TABLE, AWS_REGION and the function's role"),
    ],
)
def test_a_table_that_refuses_gives_one_warning_that_says_what_to_check(
    caplog: pytest.LogCaptureFixture, code: str, says: str
) -> None:
    cache = denied(code).process()
    for number in range(3):
        assert cache.get_or_compute(("secret", number), lambda: 1, freshness_lifetime=60) == 1
    (warning,) = warnings(caplog)
    assert f'the results cache "reports" has a fault (miss, table-unavailable: {code}): ' in warning
    assert says in warning
    assert "secret" not in warning


def test_an_unsealable_result_gives_one_warning_with_the_place(caplog: pytest.LogCaptureFixture) -> None:
    cache = World(is_observed=False).process()
    for _ in range(2):
        cache.get_or_compute(KEY, lambda: {"rows": [1, print]}, freshness_lifetime=60)
    (warning,) = warnings(caplog)
    assert "result-unsupported: result[...][1]" in warning
    assert "register the class" in warning


def test_a_large_result_without_a_bucket_is_returned_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    world = World(is_observed=False, bodies=NoBucket())
    cache = world.process()
    large = random.Random(1).randbytes(3_000)  # noqa: S311 - no secret: bytes that do not compress
    for _ in range(2):
        assert cache.get_or_compute(KEY, lambda: large, freshness_lifetime=60) == large
    (warning,) = warnings(caplog)
    assert "bodies-unavailable: NoBucket" in warning
    assert "set BRINE_BUCKET" in warning
    assert cache.resolve("small", lambda: 1, freshness_lifetime=60).event.stored


def test_the_warning_is_repeated_after_a_minute_and_for_another_cause() -> None:
    now = [0.0]
    logged: list[logging.LogRecord] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logged.append(record)

    handler = Keeping()
    logging.getLogger("brine").addHandler(handler)
    try:
        log = FaultLog(clock=lambda: now[0])
        event = CacheEvent(outcome="miss", cache="quotes", faults=(Fault("table", "unavailable", "A"),))
        log(event)
        now[0] += PAUSE - 1
        log(event)
        assert len(logged) == 1
        log(replace(event, faults=(Fault("table", "unavailable", "B"),)))
        log(replace(event, cache="orders"))
        assert len(logged) == 3
        now[0] += 1
        log(event)
        assert len(logged) == 4
    finally:
        logging.getLogger("brine").removeHandler(handler)


def test_an_envelope_of_another_version_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="brine")
    FaultLog()(CacheEvent(outcome="miss", cache="quotes", faults=(Fault("outdated", "schemamiss"),)))
    (record,) = caplog.records
    assert record.levelname == "INFO"


def test_an_observer_gets_every_event_and_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    world = denied()
    world.is_observed = True
    cache = world.process()
    for number in range(3):
        cache.get_or_compute(("report", number), lambda: 1, freshness_lifetime=60)
    assert [str(event.faults[0]) for event in world.told] == ["table-unavailable"] * 3
    assert {event.cache for event in world.told} == {"reports"}
    assert warnings(caplog) == []


def test_a_denied_secret_is_not_blamed_on_the_table() -> None:
    """Secrets Manager and DynamoDB have error codes in common."""
    for cause in ("AccessDeniedException", "ResourceNotFoundException"):
        said = advice(Fault("keys", "unavailable", cause))
        assert "BRINE_SIGNING_KEYS_SECRET" in said
        assert "TABLE" not in said


def test_each_kind_of_fault_has_advice() -> None:
    for kind in ("table", "stamps", "bodies", "keys", "queue", "envelope", "outdated", "result", "refresh"):
        assert advice(Fault(kind, "unavailable")) != "see docs/operations.md"
