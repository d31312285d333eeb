"""The event sources that the twin supports: routes of the HTTP API, and SQS queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.authorizers.of_route import authorizer_of

if TYPE_CHECKING:
    from brine_cli.template.authorizers.kinds import Authorizer
    from brine_cli.template.document import Node

PAYLOAD_FORMAT: Final = "2.0"
"""The form of events of an HTTP API that the twin sends. It is SAM's default."""
_DEFAULT_BATCH = 10  # messages; Lambda's default for queues


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRoute:
    """One route of the HTTP API. `path` is None for `$default`; `method` may be ANY.

    scopes: a token must have one of them, for a route with a JWT authorizer.
    """

    method: str
    path: str | None
    function: str
    authorizer: Authorizer = "NONE"
    scopes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The route key in events."""
        return "$default" if self.path is None else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSource:
    """A queue whose messages go to a function. `reports_failures`: the function returns partial batch responses."""

    function: str
    queue_arn: str
    batch_size: int
    reports_failures: bool

    @property
    def queue_name(self) -> str:
        """The last part of the ARN."""
        return self.queue_arn.rpartition(":")[2]


def read_route(where: str, function: str, properties: Node, api: Node) -> ApiRoute:
    """Return the route of an HttpApi event; `api` is its API. Both are resolved `Properties`.

    Raises NotEmulated and TemplateError with a message that begins with `where`.
    """
    if str(properties.get("PayloadFormatVersion", PAYLOAD_FORMAT)) != PAYLOAD_FORMAT:
        raise NotEmulated(f"{where}: the local twin sends payload format {PAYLOAD_FORMAT} only")
    authorizer, scopes = authorizer_of(where, properties, api)
    path, method = properties.get("Path"), properties.get("Method")
    if path in {None, "$default"}:
        return ApiRoute(method="ANY", path=None, function=function, authorizer=authorizer, scopes=scopes)
    if not isinstance(path, str) or not path.startswith("/"):
        raise TemplateError(f"{where}: Path must begin with /")
    return ApiRoute(
        method="ANY" if method in {None, "*", "x-amazon-apigateway-any-method"} else str(method).upper(),
        path=path,
        function=function,
        authorizer=authorizer,
        scopes=scopes,
    )


def read_queue_source(where: str, function: str, properties: Node) -> QueueSource:
    """Return the queue of an SQS event from its resolved `Properties`. Raises NotEmulated and TemplateError."""
    if not isinstance(properties.get("Queue"), str):
        raise NotEmulated(f"{where}: Queue must be the ARN of a queue")
    if "FilterCriteria" in properties:
        raise NotEmulated(f"{where}: the local twin does not support FilterCriteria")
    if str(properties.get("Enabled", True)).lower() != "true":
        raise NotEmulated(f"{where}: Enabled is {properties['Enabled']}")
    size = properties.get("BatchSize", _DEFAULT_BATCH)
    if not str(size).isdecimal():
        raise TemplateError(f"{where}: BatchSize must be a number, not {size!r}")
    return QueueSource(
        function=function,
        queue_arn=properties["Queue"],
        batch_size=int(size),
        reports_failures="ReportBatchItemFailures" in (properties.get("FunctionResponseTypes") or []),
    )
