"""The functions, layers and event sources of a template, as far as the twin runs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine_cli.errors import TemplateError
from brine_cli.template.event_sources import read_queue_source, read_route
from brine_cli.template.intrinsics import ACCOUNT, REGION
from brine_cli.template.layers import LAYERS, layer_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from brine_cli.template.document import Node, Template
    from brine_cli.template.event_sources import ApiRoute, QueueSource
    from brine_cli.template.stacks import Stack

_FUNCTION = "AWS::Serverless::Function"
_API = "AWS::Serverless::HttpApi"
# The resources that must exist before the functions run, and the property that may name each.
NAMED_BY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::SQS::Queue": "QueueName",
}
_THREADS = "BrineThreads"
_DEFAULT_TIMEOUT = 3  # seconds; Lambda's default
_DEFAULT_MEMORY = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer. `sam build` puts a built layer into /opt/python. The files of other layers are in /opt unchanged."""

    logical_id: str
    content: Path
    is_built: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function with its settings. `timeout` is in seconds, `memory` in MB.

    has_threads: its Metadata say that one process may serve many requests at the same time.
    """

    logical_id: str
    code: Path
    handler: str
    layers: tuple[Layer, ...]
    environment: Mapping[str, str]
    timeout: float
    memory: int
    has_threads: bool = False

    @property
    def arn(self) -> str:
        """The ARN of the function, as in the context object."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.logical_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """All parts of a template that the twin runs. `unserved` lists the events that it does not deliver."""

    functions: Mapping[str, Function]
    routes: tuple[ApiRoute, ...]
    queue_sources: tuple[QueueSource, ...] = ()
    unserved: tuple[str, ...] = ()


def data_resources(*stacks: Stack) -> dict[str, Node]:
    """Return the resolved tables, buckets, secrets and queues of `stacks` by logical id."""
    resolved = {
        name: stack.resolver.resource(name)
        for stack in stacks
        for name, resource in stack.template.resources.items()
        if resource["Type"] in NAMED_BY
    }
    return {name: resource for name, resource in resolved.items() if resource is not None}


def read_application(*stacks: Stack) -> Application:
    """Return the application of `stacks`, the first of which nests all others.

    Raises TemplateError if it could not be deployed or run.
    """
    layers = dict(layer for stack in stacks for layer in _layers(stack))
    parts = [_read_stack(stack, layers) for stack in stacks]
    if not any(part.routes for part in parts):
        raise TemplateError(
            f"{stacks[0].template.path.name}: no function has an event of type HttpApi, so there is nothing to serve"
        )
    return Application(
        functions={name: function for part in parts for name, function in part.functions.items()},
        routes=tuple(route for part in parts for route in part.routes),
        queue_sources=tuple(source for part in parts for source in part.queue_sources),
        unserved=tuple(event for part in parts for event in part.unserved),
    )


def _layers(stack: Stack) -> Iterator[tuple[str, Layer]]:
    """Yield the layers of one stack by ARN."""
    for name, declared in stack.template.resources.items():
        if declared["Type"] in LAYERS and (resource := stack.resolver.resource(name)) is not None:
            yield (
                layer_arn(name),
                Layer(
                    logical_id=name,
                    content=_folder(stack.template, name, "ContentUri", resource.get("Properties") or {}),
                    is_built="BuildMethod" in (resource.get("Metadata") or {}),
                ),
            )


def _read_stack(stack: Stack, layers: Mapping[str, Layer]) -> Application:
    """Return the part of the application that one stack has. `layers` are those of all stacks, by ARN."""
    template, resolver = stack.template, stack.resolver
    resources = {name: resource for name in template.resources if (resource := resolver.resource(name)) is not None}
    defaults = resolver.resolve(template.globals.get("Function") or {}, "Globals")
    of_apis = resolver.resolve(template.globals.get("HttpApi") or {}, "Globals")
    apis = {
        name: _merged(of_apis, resource.get("Properties") or {})
        for name, resource in resources.items()
        if resource["Type"] == _API
    }
    functions: dict[str, Function] = {}
    routes: list[ApiRoute] = []
    queue_sources: list[QueueSource] = []
    unserved: list[str] = []
    for name, resource in resources.items():
        if resource["Type"] != _FUNCTION:
            continue
        properties = _merged(defaults, resource.get("Properties") or {})
        functions[name] = _function(template, name, properties, layers, resource.get("Metadata") or {})
        for event_name, event in (properties.get("Events") or {}).items():
            where, of_event = f"{name}.{event_name}", event.get("Properties") or {}
            if event.get("Type") == "HttpApi":
                # An event without an ApiId uses the API that SAM makes from Globals.
                api = apis.get(of_event["ApiId"], {}) if "ApiId" in of_event else of_apis
                routes.append(read_route(where, name, of_event, api))
            elif event.get("Type") == "SQS":
                queue_sources.append(read_queue_source(where, name, of_event))
            else:
                unserved.append(f"{where} ({event.get('Type')})")
    for name, api in apis.items():
        if {"DefinitionBody", "DefinitionUri"} & api.keys():
            raise TemplateError(
                f"{name}: the local twin reads routes from the functions' events, not from an OpenAPI definition"
            )
    return Application(
        functions=functions, routes=tuple(routes), queue_sources=tuple(queue_sources), unserved=tuple(unserved)
    )


def _merged(defaults: Node, own: Node) -> Node:
    """Merge Globals as SAM does: maps are merged, lists joined, all other values replaced."""
    if isinstance(defaults, dict) and isinstance(own, dict):
        return {**defaults, **{key: _merged(defaults[key], own[key]) if key in defaults else own[key] for key in own}}
    if isinstance(defaults, list) and isinstance(own, list):
        return defaults + own
    return own


def _folder(template: Template, where: str, name: str, properties: Node) -> Path:
    location = properties.get(name)
    if not isinstance(location, str):
        raise TemplateError(f"{where}: {name} must be a folder")
    folder = (template.path.parent / location).resolve()
    if not folder.is_dir():
        raise TemplateError(f"{where}: {name} {location} is not a folder")
    return folder


def _function(template: Template, name: str, properties: Node, layers: Mapping[str, Layer], metadata: Node) -> Function:
    handler = properties.get("Handler")
    if not isinstance(handler, str) or "." not in handler:
        raise TemplateError(f"{name}: Handler must be module.function")
    has_threads = metadata.get(_THREADS, False)
    if not isinstance(has_threads, bool):
        raise TemplateError(f"{name}: Metadata {_THREADS} must be true or false, not {has_threads!r}")
    variables = (properties.get("Environment") or {}).get("Variables") or {}
    return Function(
        logical_id=name,
        code=_folder(template, name, "CodeUri", properties),
        handler=handler,
        layers=tuple(_declared_layers(name, properties.get("Layers") or [], layers)),
        environment={key: _as_text(value) for key, value in variables.items()},
        timeout=float(properties.get("Timeout", _DEFAULT_TIMEOUT)),
        memory=int(properties.get("MemorySize", _DEFAULT_MEMORY)),
        has_threads=has_threads,
    )


def _declared_layers(name: str, declared: Node, layers: Mapping[str, Layer]) -> Iterator[Layer]:
    for arn in declared:
        if arn not in layers:
            raise TemplateError(f"{name}: the layer {arn} is not in the template, so the local twin cannot load it")
        yield layers[arn]


def _as_text(value: Node) -> str:
    """Return an environment variable as CloudFormation writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
