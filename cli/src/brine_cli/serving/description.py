"""The description of what a twin serves: it is read from files at once, and never changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from brine_cli.errors import CommandError, TemplateError
from brine_cli.serving.choices import HTTPBIN
from brine_cli.serving.gateway_routes import ROUTES, read_gateway_routes
from brine_cli.serving.mistakes import joined, mistakes_of_values
from brine_cli.serving.plan import Plan
from brine_cli.template.application import read_application
from brine_cli.template.data import data_resources
from brine_cli.template.parameters import check_given
from brine_cli.template.published import Published
from brine_cli.template.ssm import ssm_parameters
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from brine_cli.checking.finding import Finding
    from brine_cli.emulators.resources import ResourceAttributes
    from brine_cli.serving.choices import Choices
    from brine_cli.serving.gateway_routes import GatewayRoutes
    from brine_cli.serving.source_files import Digests, SourceFiles
    from brine_cli.template.application import Application
    from brine_cli.template.document import Node
    from brine_cli.template.functions import Function
    from brine_cli.template.ssm import SsmParameter
    from brine_cli.template.stacks import Stack, StackTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The templates, and the data resources that must exist before the functions can be described.

    origin: the URL for the parameters with an origin, or None before it is known. published: the SSM parameters and
    secrets that the templates may read. files: the digests of the templates.
    """

    choices: Choices
    template: StackTemplate
    files: Digests
    origin: str | None = None
    published: Published = field(default_factory=Published)

    @property
    def needs_httpbin(self) -> bool:
        """Whether httpbin is the origin of a parameter."""
        is_needed = self.choices.origin is None and self.choices.play_origin is None
        return is_needed and bool(self.template.origin_parameters - self.choices.parameters.keys())

    def stacks(self, attributes: ResourceAttributes) -> tuple[Stack, ...]:
        """Return the stacks with the values of their parameters, and the attributes of resources that exist."""
        origin = self.origin or self.choices.origin or HTTPBIN
        known = {**dict.fromkeys(self.template.origin_parameters, origin), **self.choices.parameters}
        return resolve_stacks(self.template, known, attributes, self.published)

    def resources(self) -> dict[str, Node]:
        """Return the tables, buckets, secrets and queues by logical id."""
        return data_resources(*self.stacks({}))

    def parameters(self, attributes: ResourceAttributes) -> list[SsmParameter]:
        """Return the SSM parameters of the templates, with the attributes of resources that exist."""
        return [one for stack in self.stacks(attributes) for one in ssm_parameters(stack.template, stack.resolver)]

    def warm(self, sources: SourceFiles) -> None:
        """Let `sources` read the files of the functions, which `describe` will ask for."""
        for function in _application(self, {}).functions.values():
            sources.digests(*folders_with_code(function))


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a twin serves: the application of the templates, a plan for each function, and the routes of the gateway.

    origin_parameters: those for the URL of an origin. unset_parameters: those without a default and without a value of
    the user. places: the files and folders that it was read from. files: the digests of the files that are of no
    function: the templates, and those that the user chose.
    mistakes: those of all files. The twin can serve the description in spite of them, as far as they permit it.
    """

    application: Application
    plans: Mapping[str, Plan]
    routes: GatewayRoutes
    resources: Mapping[str, Node]
    mistakes: tuple[Finding, ...] = ()
    origin_parameters: frozenset[str] = frozenset()
    unset_parameters: frozenset[str] = frozenset()
    places: tuple[Path, ...] = ()
    files: Mapping[Path, str] = field(default_factory=dict)

    @property
    def digests(self) -> Digests:
        """The digests of all its files, as they were when they were read."""
        found = dict(self.files)
        for plan in self.plans.values():
            found.update(plan.files)
        return found


def draft(choices: Choices, published: Published, sources: SourceFiles) -> Draft:
    """Read the templates. Raises CommandError for a mistake with which they cannot be served."""
    template = read_stack_template(choices.template, choices.beside)
    unknown = choices.parameters.keys() - template.parameters
    if unknown:
        names = ", ".join(sorted(template.parameters)) or "none"
        raise TemplateError(
            f"{choices.template}: no parameter has the name {', '.join(sorted(unknown))}. Its parameters: {names}"
        )
    check_given(template.template.parameters, choices.parameters)
    read = Draft(choices=choices, template=template, files=sources.digests(*_templates(template)), published=published)
    _application(read, {})
    return read


def describe(
    read: Draft,
    attributes: ResourceAttributes,
    routes_file: Path | None,
    sources: SourceFiles,
    mistakes: Iterable[Finding] = (),
) -> Description:
    """Return the description, once the resources exist. Raises CommandError.

    routes_file: takes the place of the routes of the template. mistakes: those of its files.
    """
    application = _application(read, attributes)
    variables = read.choices.variables(read.origin)
    variables.check(application.functions)
    replaced = {} if routes_file is None else {ROUTES: str(routes_file)}
    folders = dict.fromkeys(place for one in application.functions.values() for place in folders_with_code(one))
    digests = {folder: sources.digests(folder) for folder in folders}
    of_choices = sources.digests(*read.choices.files)
    plans = {
        name: Plan(
            function=function,
            replaced={name: value for name, value in replaced.items() if name in function.environment},
            given=variables.of(name),
            files={
                **{file: digest for folder in folders_with_code(function) for file, digest in digests[folder].items()},
                **sources.digests(*_chosen_files(read.choices, function)),
            },
        )
        for name, function in application.functions.items()
    }
    of_values = (
        mistake
        for one in plans.values()
        for mistake in mistakes_of_values(one.function, {**one.function.environment, **one.given}, routes_file)
    )
    return Description(
        application=application,
        plans=plans,
        routes=read_gateway_routes(read.choices, plans),
        resources=read.resources(),
        mistakes=joined(mistakes, of_values, read.choices.unread_env_file()),
        origin_parameters=read.template.origin_parameters,
        unset_parameters=read.template.without_default - read.choices.parameters.keys(),
        places=(*_templates(read.template), *read.choices.files, *folders),
        files={**read.files, **of_choices},
    )


def folders_with_code(function: Function) -> Iterator[Path]:
    """Yield the folders of a function: its code and its layers."""
    yield function.code
    yield from (layer.content for layer in function.layers)


def _chosen_files(choices: Choices, function: Function) -> Iterator[Path]:
    """Yield the files of the user's choice that a function reads when it starts."""
    if ROUTES in function.environment:
        yield from choices.routes_files
    if choices.play_origin is not None:
        yield choices.play_origin


def _templates(stack: StackTemplate) -> Iterator[Path]:
    yield from (template.path for template in stack.all)
    for beside in stack.beside:
        yield from _templates(beside)


def _application(read: Draft, attributes: ResourceAttributes) -> Application:
    """Return the application, with one route if the user chose an origin. Raises TemplateError."""
    application = read_application(*read.stacks(attributes))
    if read.choices.chooses_routes and not any(ROUTES in one.environment for one in application.functions.values()):
        raise CommandError(f"no function declares {ROUTES}, so its routes cannot be replaced")
    if read.choices.origin is None:
        return application
    default = tuple(route for route in application.routes if route.path is None)  # it leads to the origin
    return replace(application, routes=default or application.routes)
