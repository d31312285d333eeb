"""Warnings about the faults of a results cache, for functions that do not observe its events themselves.

Each kind and cause is logged once per minute and process, by the logger `brine` of the standard library. A record
contains no key, argument or value.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.service.diagnostics import Fault, FaultKind
    from brine.service.results.call import CacheEvent

LOGGER: Final = "brine"
PAUSE: Final = 60.0
"""Seconds between two records of the same kind and cause."""

_ROLE: Final = "give the function's role the permissions in docs/results-cache.md#a-role-of-its-own"
_NO_TABLE: Final = "check that BRINE_TABLE names a table of this account in the region AWS_REGION"
_CREDENTIALS: Final = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and the clock"
_OF_KIND: Final[Mapping[tuple[FaultKind, str], str]] = {
    ("table", "AccessDeniedException"): _ROLE,
    ("stamps", "AccessDeniedException"): _ROLE,
    ("table", "ResourceNotFoundException"): _NO_TABLE,
    ("stamps", "ResourceNotFoundException"): _NO_TABLE,
    ("bodies", "AccessDenied"): _ROLE,
    ("bodies", "NoSuchBucket"): "check that BRINE_BUCKET names a bucket of this account",
    ("bodies", "NoBucket"): (
        "results that are larger than BRINE_INLINE_LIMIT are not stored without a bucket: set BRINE_BUCKET, "
        "or cache smaller results"
    ),
}
_CAUSES: Final = {
    "UnrecognizedClientException": _CREDENTIALS,
    "InvalidSignatureException": _CREDENTIALS,
    "ExpiredTokenException": "the credentials have expired: get new ones",
}
_KINDS: Final[dict[FaultKind, str]] = {
    "table": "check BRINE_TABLE, AWS_REGION and the function's role, and whether the table is throttled",
    "stamps": "check BRINE_TABLE, AWS_REGION and the function's role, and whether the table is throttled",
    "bodies": "check BRINE_BUCKET and the function's role",
    "keys": "check BRINE_SIGNING_KEYS_SECRET, and that the function's role may read this secret",
    "queue": "check BRINE_REFRESH_QUEUE, and that the function's role may send messages to this queue",
    "envelope": (
        "an entry was altered, or sealed with another keyring: check that only this function writes to its "
        "namespace, and that all functions with the namespace have the same keyring"
    ),
    "outdated": "an entry was sealed by another version or under a key that is gone: it is computed once more",
    "result": "return data of types that the codec knows, or register the class (docs/formats.md)",
    "refresh": "the message is delivered again, and then goes to the dead-letter queue (docs/refresh-results.md)",
}


class FaultLog:
    """The default observer of a cache: it logs each kind and cause of fault once in `pause` seconds.

    clock: seconds that only grow. Threads may share it.
    """

    def __init__(self, *, pause: float = PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause
        self._clock = clock
        self._logged: dict[tuple[str, str, str | None], float] = {}
        self._lock = threading.Lock()

    def __call__(self, event: CacheEvent) -> None:
        """Log the faults of an event that were not logged a moment ago."""
        for fault in event.faults:
            if self._is_due(event.cache, fault):
                _log(event, fault)

    def _is_due(self, cache: str, fault: Fault) -> bool:
        now, kind = self._clock(), (cache, str(fault), fault.cause)
        with self._lock:
            logged = self._logged.get(kind)
            if logged is not None and now - logged < self._pause:
                return False
            if len(self._logged) >= 1_000:  # causes are few, but the path of an unsealable value may vary
                self._logged.clear()
            self._logged[kind] = now
            return True


def advice(fault: Fault) -> str:
    """Return the setting or the permission to check."""
    cause = fault.cause or ""
    return _OF_KIND.get((fault.kind, cause)) or _CAUSES.get(cause) or _KINDS.get(fault.kind, "see docs/operations.md")


def _log(event: CacheEvent, fault: Fault) -> None:
    import logging  # noqa: PLC0415 - a call without a fault does not need it

    function = "" if event.function is None else f" of {event.function}"
    logging.getLogger(LOGGER).log(
        logging.INFO if fault.kind == "outdated" else logging.WARNING,
        'the results cache "%s" has a fault (%s%s, %s): %s',
        event.cache,
        event.outcome,
        function,
        fault.for_log,
        advice(fault),
    )
