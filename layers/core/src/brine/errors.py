"""All errors of the package.

BrineError
├── ConfigError             settings or routes.toml are invalid; found at cold start
├── StoreError              the cache's storage did not execute a call
│   ├── StoreThrottled      it refused the call for now
│   └── StoreUnavailable    it could not be reached, or failed
├── RefreshFailed           a scheduled refresh of results failed
├── RotationFailed          a keyring cannot be rotated as it is
├── ResultUnavailable       a call waited for the computation of another caller in vain
├── NotPurgeable            the URL, tag or tenant to purge does not exist or is invalid
├── BadEvent                the function cannot read the event as a request
├── BadRequest              the request cannot be written in HTTP/1.1, so it was not sent to an origin
├── AnswerTooLarge          Lambda, or its caller, would not accept the answer
├── FunctionMistake         a function uses `fetch` wrongly; only its author can mend it
├── Rejected                a hook refuses the response of a server
├── FormatError             content is invalid in its format
│   ├── ContentTooCostly     it would take too much time or memory
│   └── TypeRefused         it names a type that is not allowed, or fields that do not fit the type
└── OriginError             the origin gave no usable response
    ├── OriginUnreachable   no request was sent: connection refused, unknown host, TLS not verified
    ├── OriginTimeout       no complete response within the deadline
    ├── OriginMalformed     the response is truncated or empty, too long, or badly framed
    ├── OriginTooLarge      the response is larger than the gateway accepts
    ├── OriginPaused        no request may be sent for now
    │   ├── OriginCircuitOpen   it failed too often recently
    │   └── OriginBudgetSpent   all environments together have sent as many requests as they may, or it asked to pause
    ├── CredentialsUnavailable  the gateway has no credentials that the origin accepts
    ├── PartFailed          a part that a function needs gave no usable response
    ├── FunctionFailed      the function of a route raised
    └── HookFailed          a hook raised
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

_MOST_SHOWN: Final = 5


class BrineError(Exception):
    """The root of every error that this package raises on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigMistake:
    """One mistake in a configuration file.

    source: the name of the file, or the names of the files that are read as one.
    table: the table, such as `route "orders"`, or "" if the mistake concerns the file.
    path: the keys and indexes from the top of the file to the place, such as ("route", 0, "query", "sort").
    given: the key and its value as text, such as `timeout = "5 s"`, or "". It shows no secret.
    is_key: whether the mistake is in the name of the last key of the path, and not in its value.
    text: the sentences about the mistake and its remedy.
    """

    source: str
    table: str = ""
    path: tuple[str | int, ...] = ()
    given: str = ""
    is_key: bool = False
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.source, self.table, self.given, self.text) if part)

    @property
    def message(self) -> str:
        """The first sentence, which says what is wrong."""
        return self._parts[0]

    @property
    def remedy(self) -> str:
        """The other sentences, which say what to do."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, str]:
        end = -2
        while (end := self.text.find(". ", end + 2)) >= 0:
            if self.text.count('"', 0, end) % 2 == 0:  # else it is inside a quoted value
                return self.text[: end + 1], self.text[end + 2 :]
        return self.text, ""


class ConfigError(BrineError):
    """Settings or routes are invalid. The message names the problem and its place.

    mistakes: all mistakes of a configuration file. The message has the first ones. Other errors have none.
    """

    def __init__(self, message: str = "", mistakes: tuple[ConfigMistake, ...] = ()) -> None:
        if mistakes:
            lines = [str(mistake) for mistake in mistakes[:_MOST_SHOWN]]
            if len(mistakes) > _MOST_SHOWN:
                lines.append(f"{len(mistakes) - _MOST_SHOWN} more mistakes. `brine check` shows all of them.")
            message = "\n".join(lines)
        super().__init__(message)
        self.mistakes = mistakes


class StoreError(BrineError):
    """The cache's storage failed. The gateway continues without it. `code`: the storage's own error code.

    `is_undone`: the call certainly had no effect. Otherwise it may have had one, and only the answer is missing.
    """

    is_undone: bool = False

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class StoreThrottled(StoreError):
    """The storage refused the call for now."""

    is_undone = True


class StoreUnavailable(StoreError):
    """The storage could not be reached, or failed."""


class RefreshFailed(BrineError):
    """A scheduled refresh of results failed, so Lambda must invoke the function again."""


class RotationFailed(BrineError):
    """A keyring cannot be rotated as it is, and the present one stays. The message gives the reason and the remedy."""


class ResultUnavailable(BrineError):
    """A call waited for another caller's computation in vain, and did not compute. The message gives the reason."""


class NotPurgeable(BrineError):
    """The URL, tag or tenant cannot be purged. The message gives the reason."""


class BadEvent(BrineError):
    """The event has an unknown source, or is malformed. The message gives the reason without the event's content."""


class BadRequest(BrineError):
    """The request cannot be sent to an origin, and was not sent. The message may be shown to the client."""


class AnswerTooLarge(BrineError):
    """The answer has `size` bytes in Lambda's format, more than the `limit`."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"the answer is {size:,} bytes as Lambda writes it, {limit:,} are the most that can be sent")
        self.size = size
        self.limit = limit


class FunctionMistake(BrineError):
    """A function uses `fetch` wrongly. The message names the mistake and the correction."""


class Rejected(BrineError):
    """Raised by an after_fetch hook: the server's response is not usable. The message is for the log."""


class FormatError(BrineError):
    """Received content is invalid in its format. The message names the place, and may be shown to the client."""


class ContentTooCostly(FormatError):
    """The content exceeds a limit. The message names the limit."""


class TypeRefused(FormatError):
    """The content names a type that is not declared, or its fields do not fit the type."""


class OriginError(BrineError):
    """The origin gave no usable response.

    cause: for the log, the failure in a few words, such as `dns: no such host` or `timeout after 20 s`. It has no part
    of a request or a response.
    """

    def __init__(self, message: str = "", cause: str | None = None) -> None:
        super().__init__(message)
        self.cause = cause


class OriginUnreachable(OriginError):
    """The gateway could not connect to the origin, so no request was sent."""


class OriginTimeout(OriginError):
    """The gateway could not connect to the origin, or received no complete response, in time."""


class OriginMalformed(OriginError):
    """The origin's response is truncated, too long or not HTTP."""


class OriginTooLarge(OriginError):
    """The origin's response is larger than the gateway accepts."""


class OriginPaused(OriginError):
    """No request may be sent for now. `retry_after`: seconds until the next attempt.

    `is_sent`: whether the request was sent, and the origin itself refused it.
    """

    def __init__(self, message: str, retry_after: float, *, is_sent: bool = False) -> None:
        super().__init__(message, f"no request for {ceil(retry_after)} s")
        self.retry_after = retry_after
        self.is_sent = is_sent


class OriginCircuitOpen(OriginPaused):
    """The origin failed too often recently, so no request was sent."""


class OriginBudgetSpent(OriginPaused):
    """The budget of the origin permits no request now. `by_origin`: whether the origin itself asked for a pause."""

    def __init__(self, message: str, retry_after: float, *, by_origin: bool, is_sent: bool = False) -> None:
        super().__init__(message, retry_after, is_sent=is_sent)
        self.by_origin = by_origin


class CredentialsUnavailable(OriginError):
    """The gateway has no credentials for the origin, or the origin refused them. The message has no part of a secret.

    cause: for the log, a code such as `AccessDeniedException` or `invalid_client`.
    """

    cause: str

    def __init__(self, message: str, cause: str) -> None:
        super().__init__(message, cause)


class PartFailed(OriginError):
    """A part that a function needs gave no usable response.

    `route`: its route. `reason`: in a few words. `status`: its status, or 0.
    """

    def __init__(self, route: str, reason: str, *, status: int = 0) -> None:
        super().__init__(f'the part "{route}" failed: {reason}', f"part {route}: {reason}")
        self.route = route
        self.reason = reason
        self.status = status


class FunctionFailed(OriginError):
    """The function of a route raised. `__cause__` is what it raised."""


class HookFailed(OriginError):
    """A hook raised. `__cause__` is what it raised."""
