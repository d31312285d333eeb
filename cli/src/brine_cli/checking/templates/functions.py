"""The functions of a template for a check: their settings, or the mistakes in them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.adapters.config.spelling import did_you_mean
from brine_cli.checking.templates.events import EventsOfStack
from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.document import properties_of
from brine_cli.template.event_sources import ApiRoute
from brine_cli.template.functions import FUNCTION, RUN_BY, read_function, with_globals
from brine_cli.template.layers import LAYERS, read_layers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from brine_cli.checking.finding import Finding
    from brine_cli.checking.templates.yaml_file import YamlFile
    from brine_cli.template.document import Node
    from brine_cli.template.functions import Function
    from brine_cli.template.layers import Layer
    from brine_cli.template.stacks import Stack

_HTTP: Final = {"HttpApi": "ApiId", "Api": "RestApiId"}
_ANY: Final = {None, "*", "any", "x-amazon-apigateway-any-method"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiEvent:
    """A route of API Gateway that leads to a function. api: the name of the API. authorizer: its name, or NONE."""

    route: ApiRoute
    api: str
    authorizer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFunction:
    """A function with its stack. variables: the names of all variables, also of those without a known value."""

    function: Function
    stack: Stack
    variables: frozenset[str]
    events: tuple[ApiEvent, ...]


class FunctionsOfStacks:
    """The functions of several stacks. findings: the mistakes in their settings. files: of the stacks to report."""

    def __init__(self, stacks: tuple[Stack, ...], files: Mapping[Path, YamlFile]) -> None:
        self.found: list[FoundFunction] = []
        self.findings: list[Finding] = []
        self._files = files
        self._layers: dict[str, Layer] = {}
        for stack in stacks:
            self._add_layers(stack)
        for stack in stacks:
            file = self._file(stack)
            events = None if file is None else EventsOfStack(stack, file)
            self.findings += () if events is None else events.mistakes_of_schedules()
            for name, declared in stack.template.resources.items():
                if declared["Type"] == FUNCTION:
                    self._add(stack, name, events)

    def _file(self, stack: Stack) -> YamlFile | None:
        return self._files.get(stack.template.path)

    def _report(
        self, stack: Stack, code: str, name: str, *keys: str, message: str, remedy: str, given: str = ""
    ) -> None:
        file = self._file(stack)
        if file is not None:
            path = ("Resources", name, "Properties", *keys)
            self.findings.append(file.finding(code, path, given=given, message=message, remedy=remedy))

    def _add_layers(self, stack: Stack) -> None:
        for name, declared in stack.template.resources.items():
            location = LAYERS.get(declared["Type"])
            content = properties_of(declared).get(location) if location else None
            if (
                isinstance(content, str)
                and "://" not in content
                and not (stack.template.path.parent / content).is_dir()
            ):
                self._report(
                    *(stack, "BR015", name, str(location)),
                    given=f"{location}: {content}",
                    message="no such folder.",
                    remedy=_similar_folder(stack.template.path.parent, content),
                )
        try:
            self._layers |= dict(read_layers(stack.template, stack.resolver))
        except TemplateError:
            return  # a layer without a folder, which is reported

    def _add(self, stack: Stack, name: str, checked: EventsOfStack | None) -> None:
        try:
            resource = stack.resolver.resource(name, ())
            if resource is None:
                return
            properties = with_globals(stack.template, stack.resolver, name, RUN_BY, lambda _: None)
        except TemplateError:
            return  # a reference that is reported, or a value that is not known here
        events = tuple(self._events(stack, name, properties))
        if checked is not None:
            self.findings += checked.mistakes(name, properties)
        if not self._has_code(stack, name, properties):
            return
        try:
            function = read_function(stack.template, name, properties, resource.get("Metadata") or {}, self._layers)
        except NotEmulated:
            return
        except TemplateError as error:
            text = str(error).removeprefix(f"{name}: ")
            key = text.partition(" ")[0]
            keys = (key,) if key in properties else ()
            given = f"{key}: {properties[key]}" if keys else name
            self._report(stack, "BR014", name, *keys, message=f"{text}.", remedy="Correct the property.", given=given)
            return
        self._check_handler(stack, name, function)
        variables = (
            *((stack.template.globals.get("Function") or {}).get("Environment") or {}).get("Variables", {}),
            *(properties_of(stack.template.resources[name]).get("Environment") or {}).get("Variables", {}),
        )
        self.found.append(FoundFunction(function=function, stack=stack, variables=frozenset(variables), events=events))

    def _has_code(self, stack: Stack, name: str, properties: Node) -> bool:
        """Return whether the folder with the code is there, and report if it is not."""
        location = properties.get("CodeUri", ".")
        if not isinstance(location, str) or "://" in location or properties.get("PackageType") == "Image":
            return True
        if (stack.template.path.parent / location).exists():
            return True
        self._report(
            *(stack, "BR014", name, "CodeUri"),
            given=f"CodeUri: {location}",
            message="no such folder.",
            remedy=_similar_folder(stack.template.path.parent, location),
        )
        return False

    def _check_handler(self, stack: Stack, name: str, function: Function) -> None:
        """Report a handler that is not in the code. The code is read as text, and not run."""
        module, _, attribute = function.handler.rpartition(".")
        base = function.code / module.replace(".", "/")
        file = next((one for one in (base.with_suffix(".py"), base / "__init__.py") if one.is_file()), None)
        given = f"Handler: {function.handler}"
        if file is None:
            known = [f"{one.stem}.{attribute}" for one in sorted(function.code.glob("*.py"))]
            meant = did_you_mean(function.handler, known) or (f' Did you mean "{known[0]}"?' if len(known) == 1 else "")
            self._report(
                *(stack, "BR014", name, "Handler"),
                given=given,
                message=f"{base.name}.py is not in the folder of CodeUri.",
                remedy=meant.strip() or "Write the name of the file without .py, a dot, and the name of the function.",
            )
            return
        names = _names_in(file)
        if names is not None and attribute not in names:
            meant = did_you_mean(attribute, sorted(names))
            self._report(
                *(stack, "BR014", name, "Handler"),
                given=given,
                message=f'{file.name} has no "{attribute}".',
                remedy=meant.strip() or f"Write {attribute} = app.handler into {file.name}, or correct the name.",
            )

    def _events(self, stack: Stack, name: str, properties: Node) -> Iterator[ApiEvent]:
        for key, event in (properties.get("Events") or {}).items():
            kind = event.get("Type") if isinstance(event, dict) else None
            if kind not in _HTTP:
                continue
            given = properties_of(event)
            path, method = given.get("Path"), given.get("Method")
            if isinstance(path, str) and path != "$default" and not path.startswith("/"):
                self._report(
                    *(stack, "BR016", name, "Events", key, "Properties", "Path"),
                    given=f"Path: {path}",
                    message="not a path.",
                    remedy=f"Write /{path}.",
                )
                continue
            api = str(given.get(_HTTP[kind], f"Serverless{kind.replace('Api', '') or 'Rest'}Api"))
            route = ApiRoute(
                method="ANY" if method is None or str(method).lower() in _ANY else str(method).upper(),
                path=None if path in {None, "$default"} else str(path),
                function=name,
            )
            self._check_unique(stack, name, key, api, route)
            yield ApiEvent(route=route, api=api, authorizer=_authorizer(stack, given, api))

    def _check_unique(self, stack: Stack, name: str, key: str, api: str, route: ApiRoute) -> None:
        for other in self.found:
            if other.stack is stack and any(one.api == api and one.route.key == route.key for one in other.events):
                self._report(
                    *(stack, "BR016", name, "Events", key),
                    given=route.key,
                    message=f"{other.function.logical_id} has the same route of this API.",
                    remedy="Choose another path or method for one of both.",
                )


def _authorizer(stack: Stack, event: Node, api: str) -> str:
    """Return the name of the authorizer of an event, by the rules of SAM."""
    own = (event.get("Auth") or {}).get("Authorizer")
    properties = properties_of(stack.template.resources.get(api) or {})
    of_globals = stack.template.globals.get("HttpApi") or {}
    default = (properties.get("Auth") or of_globals.get("Auth") or {}).get("DefaultAuthorizer")
    return str(own or default or "NONE")


def _names_in(file: Path) -> set[str] | None:
    """Return the names that a module has at its top level, or None if they cannot be known."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                return None
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name for alias in aliases}
    return names


def _similar_folder(base: Path, location: str) -> str:
    """Return the remedy for a folder that does not exist: the folder beside it with a similar name."""
    parent = (base / location).parent
    siblings = [one.name for one in parent.iterdir() if one.is_dir()] if parent.is_dir() else []
    name = location.rstrip("/").rpartition("/")[2]
    return did_you_mean(name, sorted(siblings)).strip() or "Make the folder, or correct the path."
