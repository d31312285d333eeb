"""The functions and event sources of a template, as far as the twin runs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.authorizers.declared import function_name
from brine_cli.template.authorizers.of_api import HttpApis
from brine_cli.template.data import data_resources
from brine_cli.template.differences import differences
from brine_cli.template.document import properties_of
from brine_cli.template.event_sources import read_queue_source, read_route
from brine_cli.template.events.schedules import (
    RULE,
    SCHEDULE,
    USED,
    read_schedule_event,
    read_schedule_resource,
)
from brine_cli.template.events.unserved import unserved_event
from brine_cli.template.functions import FUNCTION, RUN_BY, read_function, with_globals
from brine_cli.template.layers import read_layers
from brine_cli.template.stacks import NESTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.schedules.schedule import Schedule
    from brine_cli.template.document import Node
    from brine_cli.template.event_sources import ApiRoute, QueueSource
    from brine_cli.template.functions import Function
    from brine_cli.template.layers import Layer
    from brine_cli.template.stacks import Stack

_PERMISSION: Final = "AWS::Lambda::Permission"
_UNSERVED: Final = frozenset(
    {
        *("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::AppSync::GraphQLApi"),
        *("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function", "AWS::Lambda::Url"),
        *("AWS::Serverless::Api", "AWS::Serverless::GraphQLApi", "AWS::Serverless::StateMachine"),
        *("AWS::Serverless::WebSocketApi", "AWS::StepFunctions::StateMachine", "Fn::ForEach", "Fn::Transform"),
    }
)
"""The types of resources that invoke functions, or are functions, and that the twin does not run."""

_NO_REQUESTS: Final = (
    "no function has an event of type HttpApi or SQS that the local twin serves, so it answers no requests. "
    "`brine invoke` runs a function with an event"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """All parts of a template that the twin runs.

    schedules: those of its functions. The twin runs them if the user asks for it.
    called_by_services: functions that services of AWS call by a resource of type AWS::Lambda::Permission.
    unserved: a line for each event, function, API and stack that it does not serve.
    notices: a line for each other difference from AWS that the user must know of.
    administrators: the functions behind paths below /_brine/, where the twin answers itself.
    """

    functions: Mapping[str, Function]
    routes: tuple[ApiRoute, ...]
    queue_sources: tuple[QueueSource, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    called_by_services: frozenset[str] = frozenset()
    unserved: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    administrators: frozenset[str] = frozenset()


def read_application(*stacks: Stack) -> Application:
    """Return the application of `stacks`, the first of which is the one that the user named.

    Raises TemplateError if it could not be deployed, or if the local twin can run none of its functions.
    """
    found = _Found(dict(layer for stack in stacks for layer in read_layers(stack.template, stack.resolver)))
    for stack in stacks:
        found.add(stack)
    data_resources(*stacks, note=found.note)
    if not found.functions:
        unserved = f". Not served: {'; '.join(found.unserved)}" if found.unserved else ""
        raise TemplateError(
            f"{stacks[0].template.path.name}: it has no function that the local twin can run, so there is nothing to "
            f"serve{unserved}"
        )
    found.add_schedules(stacks)
    if not found.routes and not found.queue_sources:
        found.notices[_NO_REQUESTS] = None
    return Application(
        functions=found.functions,
        routes=tuple(found.routes.values()),
        queue_sources=tuple(found.queue_sources),
        schedules=tuple(found.schedules),
        called_by_services=frozenset(found.called_by_services),
        unserved=tuple(found.unserved),
        notices=(
            *(f"{line}. It is left out" for line in found.unknown),
            *found.notices,
            *differences(stacks, found.functions),
        ),
        administrators=frozenset(found.administrators),
    )


class _Found:
    """The parts of the stacks that were added so far. `layers`: the layers of all stacks, by ARN."""

    def __init__(self, layers: Mapping[str, Layer]) -> None:
        self._layers = layers
        self.functions: dict[str, Function] = {}
        self.routes: dict[str, ApiRoute] = {}
        self.queue_sources: list[QueueSource] = []
        self.schedules: list[Schedule] = []
        self.called_by_services: set[str] = set()
        self.notices: dict[str, None] = {}  # a set that keeps the order
        self.unserved: list[str] = []
        self.administrators: list[str] = []
        self.unknown: dict[str, None] = {}  # a set that keeps the order

    def note(self, line: str) -> None:
        """Add a line about a value that the twin cannot know, unless it has the line."""
        self.unknown[line] = None

    def add(self, stack: Stack) -> None:
        """Add the functions and event sources of one stack. Raises TemplateError."""
        apis = HttpApis(stack, self.note)
        self.notices |= dict.fromkeys(apis.lines)
        self.administrators += apis.administrators
        self.unserved += [
            f"{name}: the routes of its OpenAPI definition, without those of events" for name in apis.with_definition
        ]
        for name, declared in stack.template.resources.items():
            kind = declared["Type"]
            if kind == FUNCTION and (function := stack.resolver.resource(name, (), self.note)) is not None:
                self._add_function(stack, name, function.get("Metadata") or {}, apis)
            elif (
                kind == _PERMISSION
                and (given := stack.resolver.resource(name, {"FunctionName"}, self.note)) is not None
            ):
                self.called_by_services.add(function_name(str(properties_of(given).get("FunctionName"))))
            elif (kind in _UNSERVED or (kind in NESTED and name not in stack.nested)) and (
                stack.resolver.resource(name, ()) is not None
            ):
                self.unserved.append(f"{name} ({kind})")

    def add_schedules(self, stacks: tuple[Stack, ...]) -> None:
        """Add the rules and schedules of all stacks that invoke functions which the twin runs. Raises TemplateError."""
        for stack in stacks:
            for name, declared in stack.template.resources.items():
                kind = declared["Type"]
                if kind not in {RULE, SCHEDULE} or (resource := stack.resolver.resource(name, USED, self.note)) is None:
                    continue
                try:
                    for schedule in read_schedule_resource(name, kind, properties_of(resource)):
                        if schedule.function in self.functions:
                            self.schedules.append(schedule)
                        else:
                            self.unserved.append(f"{name} ({kind}): its target is not a function that runs here")
                except NotEmulated as reason:
                    self.unserved.append(str(reason))

    def _add_function(self, stack: Stack, name: str, metadata: Node, apis: HttpApis) -> None:
        properties = with_globals(stack.template, stack.resolver, name, RUN_BY, self.note)
        try:
            self.functions[name] = read_function(stack.template, name, properties, metadata, self._layers)
        except NotEmulated as reason:
            self.unserved.append(str(reason))
            return
        if "FunctionUrlConfig" in properties:
            self.unserved.append(f"{name} (FunctionUrlConfig)")
        for event_name, event in (properties.get("Events") or {}).items():
            where, of_event = f"{name}.{event_name}", properties_of(event)
            try:
                self._add_event(where, name, str(event.get("Type")), of_event, apis)
            except NotEmulated as reason:
                self.unserved.append(str(reason))

    def _add_event(self, where: str, function: str, kind: str, properties: Node, apis: HttpApis) -> None:
        if kind == "SQS":
            self.queue_sources.append(read_queue_source(where, function, properties))
        elif kind == "HttpApi":
            route = read_route(where, function, properties, apis.of(properties))
            first = self.routes.setdefault(route.key, route)
            if first is not route:
                raise NotEmulated(f"{where}: {first.function} has the route {route.key} already")
        elif kind in {"Schedule", "ScheduleV2"}:
            self.schedules.append(read_schedule_event(where, function, kind, properties))
        else:
            raise NotEmulated(unserved_event(where, function, kind))
