"""Everything that can go wrong, as one tree.

BrineError
├── ConfigError             settings or routes.toml cannot be used; found at cold start
├── StoreError              the cache's storage did not do what was asked
│   ├── StoreThrottled      it refused for now
│   └── StoreUnavailable    it could not be reached, or failed
├── NotPurgeable            what is to be purged is not there or cannot be named so
├── BadEvent                what invoked the function is not a request that it can read
├── BadRequest              the request cannot be written in HTTP/1.1, so no origin was asked
├── AnswerTooLarge          Lambda, or what invoked it, would not take the answer
├── FormatError             content is not what its format says
│   ├── ContentTooLarge     it would take too much time or memory
│   └── TypeRefused         it names a type that may not travel, or gives it fields that do not fit
└── OriginError             the origin gave no usable response
    ├── OriginUnreachable   nothing was sent: refused, no such host, TLS not verified
    ├── OriginTimeout       no complete response within the deadline
    ├── OriginMalformed     truncated (to nothing, even), over-long or badly framed
    ├── OriginTooLarge      larger than the gateway takes
    └── OriginCircuitOpen   it failed too often of late, so it was not asked
"""

from __future__ import annotations


class BrineError(Exception):
    """The root of every error that this package raises on purpose."""


class ConfigError(BrineError):
    """Settings or routes cannot be used. The message says what is wrong and where."""


class StoreError(BrineError):
    """The cache's storage failed. The gateway goes on without it. `code`: the storage's own name for the error.

    `is_undone`: it is certain that the call had no effect. Else it may have had it, and only the answer is missing.
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


class NotPurgeable(BrineError):
    """No URL, tag or tenant that could be one. The message says so."""


class BadEvent(BrineError):
    """The event is from no source that the gateway knows, or malformed. The message says how, without its content."""


class BadRequest(BrineError):
    """The request cannot be sent to an origin, and was not. The message may be shown to the client."""


class AnswerTooLarge(BrineError):
    """The answer is `size` bytes as Lambda writes it, and only `limit` may be sent."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"the answer is {size:,} bytes as Lambda writes it, {limit:,} are the most that can be sent")
        self.size = size
        self.limit = limit


class FormatError(BrineError):
    """Content that was received is not valid in its format. The message says where, and may be shown to the client."""


class ContentTooLarge(FormatError):
    """The content is beyond one of the limits of what may travel. The message names the limit."""


class TypeRefused(FormatError):
    """The content names a type that is not declared, or one whose fields it does not fit."""


class OriginError(BrineError):
    """The origin gave no usable response."""


class OriginUnreachable(OriginError):
    """No connection to the origin: nothing was sent."""


class OriginTimeout(OriginError):
    """The origin could not be connected to, or did not answer completely, in time."""


class OriginMalformed(OriginError):
    """The origin's response is truncated, over-long or not HTTP."""


class OriginTooLarge(OriginError):
    """The origin's response is larger than the gateway takes."""


class OriginCircuitOpen(OriginError):
    """The origin has failed too often of late, and was not asked. `retry_after`: seconds until it may be."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after
