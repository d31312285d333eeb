"""Which log and response report a fault, and with which details."""

from __future__ import annotations

import pytest

from brine.adapters.aws.errors import AwsError
from brine.adapters.http1.errors import ConnectFailed, TimedOut
from brine.errors import StoreThrottled, StoreUnavailable
from brine.service.diagnostics import Fault, Faults, cause_of


def raised_from(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (AwsError("GetItem", "ResourceNotFoundException", 400), "ResourceNotFoundException"),
        (StoreThrottled("GetItem", "ThrottlingException"), "ThrottlingException"),
        (StoreUnavailable("GetItem: an answer without a lease"), "StoreUnavailable"),
        (raised_from(StoreUnavailable("GetItem: hush"), TimedOut("hush")), "TimedOut"),
        (
            raised_from(StoreUnavailable("x"), raised_from(ConnectFailed("x"), ConnectionRefusedError(111, "hush"))),
            "ConnectionRefusedError",
        ),
        (raised_from(KeyError("hush"), AwsError("GetItem", "SlowDown", 503)), "SlowDown"),
    ],
)
def test_a_cause_is_a_name_and_never_a_message(error: Exception, cause: str) -> None:
    assert cause_of(error) == cause


def test_the_cause_is_for_the_log_alone() -> None:
    fault = Fault("table", "unavailable", "AccessDeniedException")
    assert str(fault) == "table-unavailable"
    assert fault.for_log == "table-unavailable: AccessDeniedException"
    assert Fault("envelope", "tampered").for_log == "envelope-tampered"


def test_one_fault_is_noted_once_whatever_its_causes() -> None:
    faults = Faults()
    faults.store_failed("table", AwsError("GetItem", "InternalServerError", 500))
    faults.store_failed("table", StoreUnavailable("PutItem"))
    faults.store_failed("table", StoreThrottled("PutItem", "ThrottlingException"))
    assert [fault.for_log for fault in faults] == [
        "table-unavailable: InternalServerError",
        "table-throttled: ThrottlingException",
    ]
