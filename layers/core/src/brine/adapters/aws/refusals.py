"""What AWS says when it does not do what was asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.errors import StoreThrottled, StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.http1.connection import Answer
    from brine.errors import StoreError

_CODE = re.compile(rb"""<Code>(?P<xml>[^<]+)</Code>|"__type"\s*:\s*"(?:[^"#]*\#)?(?P<json>[^"]+)\"""", re.VERBOSE)
_PLAIN = re.compile(r"[A-Za-z0-9.]{1,80}")
_THROTTLES = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


class Refused(StoreUnavailable):
    """AWS answered with an error. `code` is its name for it, `status` the HTTP status."""

    def __init__(self, message: str, code: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Oversized(StoreUnavailable):
    """The answer is larger than the caller takes."""


def refusal(what: str, answer: Answer) -> StoreError:
    """The error for an answer that is not a success: StoreThrottled or Refused. Its message repeats no values."""
    code = error_code(answer)
    message = f"{what}: {code} ({answer.status})"
    if answer.status == 429 or code in _THROTTLES:
        return StoreThrottled(message)
    return Refused(message, code, answer.status)


def error_code(answer: Answer) -> str:
    """The error's name, from an XML or a JSON body; "unknown" when there is none that could be one."""
    match = _CODE.search(answer.body)
    found = (match["xml"] or match["json"]) if match else b""
    code = found.decode("ascii", "replace")
    return code if _PLAIN.fullmatch(code) else "unknown"
