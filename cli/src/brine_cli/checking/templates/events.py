"""Mistakes in the events of functions and in schedules: authorizers, payload formats, expressions, sizes of batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.authorizers.of_api import HttpApis
from brine_cli.template.document import properties_of
from brine_cli.template.event_sources import PAYLOAD_FORMAT, read_queue_source, read_route
from brine_cli.template.events.schedules import RULE, SCHEDULE, USED, read_schedule_event, read_schedule_resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.checking.finding import Finding
    from brine_cli.checking.templates.yaml_file import YamlFile
    from brine_cli.template.document import Node
    from brine_cli.template.stacks import Stack

UNSERVED: Final = "BR161"
"""The code of the warning about an event that AWS serves, and `brine dev` does not."""
_FORMAT: Final = "PayloadFormatVersion"


class EventsOfStack:
    """The check of the events in one stack. file: of its template."""

    def __init__(self, stack: Stack, file: YamlFile) -> None:
        self._stack = stack
        self._file = file
        try:
            self._apis: HttpApis | None = HttpApis(stack)
        except TemplateError:
            self._apis = None  # a reference that is reported

    def mistakes(self, function: str, properties: Node) -> Iterator[Finding]:
        """Yield the mistakes in the events of a function. properties: those of the function, resolved."""
        variables = (properties.get("Environment") or {}).get("Variables") or {}
        is_of_brine = any(str(name).startswith("BRINE_") for name in variables)
        for key, event in (properties.get("Events") or {}).items():
            if not isinstance(event, dict):
                continue
            given = properties_of(event)
            path = ("Resources", function, "Properties", "Events", key)
            if event.get("Type") == "HttpApi" and str(given.get(_FORMAT, PAYLOAD_FORMAT)) != PAYLOAD_FORMAT:
                yield self._format(path, given, is_of_brine=is_of_brine)
                continue
            try:
                self._read(function, key, str(event.get("Type")), given)
            except NotEmulated:
                continue
            except TemplateError as error:
                yield self._finding(path, key, str(error).removeprefix(f"{function}.{key}: "))

    def mistakes_of_schedules(self) -> Iterator[Finding]:
        """Yield the mistakes in rules of EventBridge and in schedules of its Scheduler."""
        for name, declared in self._stack.template.resources.items():
            if declared["Type"] not in {RULE, SCHEDULE}:
                continue
            try:
                resource = self._stack.resolver.resource(name, USED)
            except TemplateError:
                continue  # a reference that is reported
            try:
                list(read_schedule_resource(name, declared["Type"], properties_of(resource or {})))
            except NotEmulated:
                continue
            except TemplateError as error:
                path = ("Resources", name, "Properties", "ScheduleExpression")
                yield self._finding(path, name, str(error).removeprefix(f"{name}: "))

    def _read(self, function: str, key: str, kind: str, given: Node) -> None:
        """Read an event as the twin does. Raises TemplateError."""
        where = f"{function}.{key}"
        match kind:
            case "HttpApi" if self._apis is not None and str(given.get("Path", "/")).startswith(("/", "$default")):
                read_route(where, function, given, self._apis.of(given))
            case "SQS":
                read_queue_source(where, function, given)
            case "Schedule" | "ScheduleV2":
                read_schedule_event(where, function, kind, given)

    def _format(self, path: tuple[str, ...], given: Node, *, is_of_brine: bool) -> Finding:
        message = (
            f"functions of Brine read payload format {PAYLOAD_FORMAT} only."
            if is_of_brine
            else f"`brine dev` does not serve this event: it sends payload format {PAYLOAD_FORMAT} only."
        )
        return self._file.finding(
            *("BR018" if is_of_brine else UNSERVED, (*path, "Properties", _FORMAT)),
            given=f"{_FORMAT}: {given[_FORMAT]}",
            message=message,
            remedy=f'Write {_FORMAT}: "{PAYLOAD_FORMAT}", or leave it out.',
        )

    def _finding(self, path: tuple[str, ...], given: str, told: str) -> Finding:
        message, point, remedy = told.partition(". ")
        return self._file.finding(
            *("BR018", path),
            given=given,
            message=f"{message}.",
            remedy=f"{remedy}." if point else "Correct the event.",
            is_key=True,
        )
