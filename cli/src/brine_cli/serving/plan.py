"""How a function is to run, and what differs between two such plans."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING

from brine_cli.errors import shown
from brine_cli.lambda_runtime.pool import LIMIT, OnDemandEnvironments
from brine_cli.lambda_runtime.shared_environment import SharedEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from brine_cli.lambda_runtime.environments import Environments
    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.serving.source_files import Digests
    from brine_cli.template.functions import Function

_MOST_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A function, its variables, and the content of its files.

    replaced: values for variables that the template declares. given: variables of the user. files: the digests of its
    code, its layers, and the other files that its variables name.
    """

    function: Function
    replaced: Mapping[str, str] = MappingProxyType({})
    given: Mapping[str, str] = MappingProxyType({})
    files: Digests

    def differences(self, newer: Plan) -> tuple[str, ...]:
        """Return what is different in a newer plan, such as "app.py changed". Empty if nothing is."""
        return (*_files(self.files, newer.files), *_variables(self, newer), *_settings(self.function, newer.function))


def environments_of(
    plan: Plan, launch: Launch, report: Callable[[str], None], *, most_processes: int = 0
) -> Environments:
    """Return the environments for a plan, not started. `most_processes`: see `environments` of `Twin`."""
    if plan.function.has_threads and not most_processes:
        return SharedEnvironment(launch, report)
    return OnDemandEnvironments(launch, report, limit=most_processes or LIMIT)


def _files(older: Digests, newer: Digests) -> Iterator[str]:
    different = [file for file in (older.keys() | newer.keys()) if older.get(file) != newer.get(file)]
    names = sorted(_named(different, older, newer))
    if len(names) > _MOST_NAMES:
        yield f"{len(names)} files changed"
    else:
        yield from names


def _named(files: Iterable[Path], older: Digests, newer: Digests) -> Iterator[str]:
    for file in files:
        change = "changed" if file in older and file in newer else "is new" if file in newer else "is gone"
        yield f"{shown(file)} {change}"


def _variables(older: Plan, newer: Plan) -> Iterator[str]:
    before, after = ({**one.function.environment, **one.replaced, **one.given} for one in (older, newer))
    different = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    yield from (f"the variable {name} changed" for name in different)


def _settings(older: Function, newer: Function) -> Iterator[str]:
    for one in fields(older):
        if one.name != "environment" and getattr(older, one.name) != getattr(newer, one.name):
            yield f"its {one.name.replace('_', ' ')} changed"
