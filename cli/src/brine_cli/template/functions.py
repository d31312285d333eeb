"""The functions of a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.document import properties_of
from brine_cli.template.intrinsics import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from brine_cli.template.document import Node, Template
    from brine_cli.template.intrinsics import Note, Resolver
    from brine_cli.template.layers import Layer

FUNCTION: Final = "AWS::Serverless::Function"
RUN_BY: Final = frozenset(
    {
        *("CodeUri", "Environment", "Events", "FunctionUrlConfig", "Handler", "InlineCode", "Layers", "MemorySize"),
        *("PackageType", "Runtime", "Timeout"),
    }
)
"""The properties of a function that the local twin uses to run it."""
_THREADS = "BrineThreads"
_DEFAULT_CODE = "."  # as for `sam build`
_DEFAULT_TIMEOUT = 3  # seconds; Lambda's default
_DEFAULT_MEMORY = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function with its settings. `timeout` is in seconds, `memory` in MB.

    has_threads: its Metadata say that one process may serve many requests at the same time.
    foreign_layers: the ARNs of its layers that no template has.
    runtime: such as python3.13, or "" if the template does not say.
    """

    logical_id: str
    code: Path
    handler: str
    layers: tuple[Layer, ...]
    environment: Mapping[str, str]
    timeout: float
    memory: int
    has_threads: bool = False
    foreign_layers: tuple[str, ...] = ()
    runtime: str = ""

    @property
    def arn(self) -> str:
        """The ARN of the function, as in the context object."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.logical_id}"


def with_globals(template: Template, resolver: Resolver, name: str, properties: frozenset[str], note: Note) -> Node:
    """Return these resolved properties of a function, merged with Globals. Raises TemplateError."""
    globals_ = template.globals.get("Function") or {}
    defaults = resolver.known(
        {key: value for key, value in globals_.items() if key in properties}, "Globals.Function", note
    )
    own = resolver.resource(name, properties, note) or {}
    merged: Node = merge(defaults, properties_of(own))
    return merged


def merge(defaults: Node, own: Node) -> Node:
    """Merge Globals as SAM does: maps are merged, lists joined, all other values replaced."""
    if isinstance(defaults, dict) and isinstance(own, dict):
        return {**defaults, **{key: merge(defaults[key], own[key]) if key in defaults else own[key] for key in own}}
    if isinstance(defaults, list) and isinstance(own, list):
        return defaults + own
    return own


def read_function(
    template: Template, name: str, properties: Node, metadata: Node, layers: Mapping[str, Layer]
) -> Function:
    """Return a function from its resolved properties. `layers` has the layers of all templates by ARN.

    Raises NotEmulated if the local twin cannot run it, and TemplateError.
    """
    _check_kind(name, properties)
    handler = properties.get("Handler")
    if not isinstance(handler, str) or "." not in handler:
        raise TemplateError(f"{name}: Handler must be module.function")
    has_threads = metadata.get(_THREADS, False)
    if not isinstance(has_threads, bool):
        raise TemplateError(f"{name}: Metadata {_THREADS} must be true or false, not {has_threads!r}")
    variables = (properties.get("Environment") or {}).get("Variables") or {}
    arns = properties.get("Layers") or []
    return Function(
        logical_id=name,
        code=template.folder(f"{name}: CodeUri", properties.get("CodeUri", _DEFAULT_CODE)),
        handler=handler,
        layers=tuple(layers[arn] for arn in arns if arn in layers),
        foreign_layers=tuple(arn for arn in arns if arn not in layers),
        environment={key: _as_text(value) for key, value in variables.items()},
        timeout=_number(name, "Timeout", properties, _DEFAULT_TIMEOUT),
        memory=int(_number(name, "MemorySize", properties, _DEFAULT_MEMORY)),
        has_threads=has_threads,
        runtime=str(properties.get("Runtime", "")),
    )


def _check_kind(name: str, properties: Node) -> None:
    """Raise NotEmulated unless the function is Python code in a folder."""
    if properties.get("PackageType") == "Image":
        raise NotEmulated(f"{name}: PackageType is Image. The local twin runs functions without containers only")
    runtime = properties.get("Runtime")
    if runtime is not None and not str(runtime).startswith("python"):
        raise NotEmulated(f"{name}: Runtime is {runtime}. The local twin runs Python only")
    if "InlineCode" in properties:
        raise NotEmulated(f"{name}: its code is InlineCode. The local twin runs code in folders only")


def _number(name: str, setting: str, properties: Node, default: int) -> float:
    value = properties.get(setting, default)
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TemplateError(f"{name}: {setting} must be a number, not {value!r}") from None


def _as_text(value: Node) -> str:
    """Return an environment variable as CloudFormation writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
