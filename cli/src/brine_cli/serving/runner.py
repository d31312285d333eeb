"""Runs the functions of a description, and replaces those that differ in a newer one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from brine_cli.http import limits
from brine_cli.lambda_runtime.current import CurrentEnvironments
from brine_cli.lambda_runtime.environment import InitFailed, InvocationFailed
from brine_cli.lambda_runtime.environments import IntegrationTimedOut
from brine_cli.lambda_runtime.launch import prepare
from brine_cli.lambda_runtime.stale_bytecode import remove_stale_bytecode
from brine_cli.serving.plan import environments_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from brine_cli.lambda_runtime.environments import Environments
    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.serving.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Why functions could not be loaded, in one line, and the traceback or ""."""

    line: str
    details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionChanges:
    """What `Runner.follow` did. replaced: the functions by what had changed. failed: why, by the function.

    started_in_vain: why new functions cannot be loaded. mended: those with a mistake that is gone, which run the files
    as they are now.
    """

    replaced: Mapping[tuple[str, ...], list[str]] = field(default_factory=dict)
    failed: Mapping[str, Mistake] = field(default_factory=dict)
    started_in_vain: Mapping[str, str] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)


class Runner:
    """The processes of functions.

    folder: gets a folder for each start of a function, as its /opt. endpoint: the address of the AWS emulator.
    most_processes: `environments` of `Twin`. invokers: by name of the function.
    """

    def __init__(
        self,
        folder: Path,
        *,
        endpoint: str | None,
        report: Callable[[str], None],
        show: Callable[[str], None] | None,
        most_processes: int,
    ) -> None:
        self._folder = folder
        self._endpoint = endpoint
        self._report = report
        self._show = show
        self._most_processes = most_processes
        self._generations = count()
        self._plans: dict[str, Plan] = {}
        self._refused: dict[str, Plan] = {}
        """The newest plans of functions that could not be loaded so."""
        self._removed: list[CurrentEnvironments] = []
        self._is_stopped = False
        self.invokers: dict[str, CurrentEnvironments] = {}

    def launches(self) -> list[Launch]:
        """Return the settings with which the functions run now."""
        return list(self.launches_by_name().values())

    def launches_by_name(self) -> dict[str, Launch]:
        """Return the same by the names of the functions."""
        found = {name: one.launch for name, one in list(self.invokers.items())}
        return {name: launch for name, launch in found.items() if launch is not None}

    def put(self, plans: Mapping[str, Plan]) -> None:
        """Take the first plans. Each function starts at `start`, or at its first request."""
        remove_stale_bytecode({file for plan in plans.values() for file in plan.files})
        for name, plan in plans.items():
            self.invokers[name] = CurrentEnvironments(name)
            self.invokers[name].put(self._environments(plan))
            self._plans[name] = plan

    def start(self, names: list[str]) -> dict[str, str]:
        """Start these functions side by side, and wait until they are ready. Return why some cannot be loaded."""
        started: dict[str, Environments] = {}
        failures: dict[str, str] = {}
        for name in names:
            invoker = self.invokers.get(name)
            if invoker is None or self._is_stopped:  # a newer template may have it no longer
                continue
            try:
                started[name] = invoker.start()
            except InvocationFailed as failure:
                if self._is_current(name, invoker):
                    failures[name] = str(failure)
        for name, environments in started.items():
            try:
                environments.wait_until_ready()
            except InvocationFailed as failure:
                if self._runs(name, environments):
                    failures[name] = str(failure)
            except IntegrationTimedOut:
                failures[name] = f"{name} has not finished loading within {limits.INIT_SECONDS:g} s"
        return failures

    def _is_current(self, name: str, invoker: CurrentEnvironments) -> bool:
        """Return whether an invoker still serves: nobody stopped the runner, and no newer one has its place."""
        return not self._is_stopped and self.invokers.get(name) is invoker

    def restart(self) -> dict[str, str]:
        """Replace every process, and wait for the end of the older ones. Return why some functions cannot be loaded."""
        for name, invoker in self.invokers.items():
            invoker.stop()
            self.invokers[name] = CurrentEnvironments(name)
            self.invokers[name].put(self._environments(self._plans[name]))
        return self.start(list(self.invokers))

    def stop(self) -> None:
        """Kill every process and wait for its end. No further one starts."""
        self._is_stopped = True
        for invoker in (*self.invokers.values(), *self._removed):
            invoker.stop()

    def follow(self, plans: Mapping[str, Plan]) -> FunctionChanges:
        """Replace the functions whose plans have changed. The others go on, and so do those that cannot be loaded."""
        mended = self._take_back(plans)
        added = [name for name in plans if name not in self._plans]
        changed = {
            name: self._plans[name].differences(plan)
            for name, plan in plans.items()
            if name in self._plans and plan not in (self._plans[name], self._refused.get(name))
        }
        removed = [name for name in self._plans if name not in plans]
        for name in removed:
            self.invokers[name].retire()
            self._removed.append(self.invokers.pop(name))
            del self._plans[name]
            self._refused.pop(name, None)
        self.put({name: plans[name] for name in added})
        failures = self._replace({name: plans[name] for name in changed})
        started_in_vain = self.start(added)
        replaced = defaultdict(list)
        for name, differences in changed.items():
            if name not in failures:
                replaced[differences].append(name)
        return FunctionChanges(
            replaced=replaced,
            failed=failures,
            started_in_vain=started_in_vain,
            added=added,
            removed=removed,
            mended=mended,
        )

    def _runs(self, name: str, environments: Environments) -> bool:
        """Return whether a function still runs in these environments: they were neither replaced nor stopped."""
        invoker = self.invokers.get(name)
        return invoker is not None and invoker.runs(environments)

    def _take_back(self, plans: Mapping[str, Plan]) -> list[str]:
        """Forget the refused plans of functions that are again as they run. Return these functions."""
        mended = [name for name in self._refused if plans.get(name) == self._plans[name]]
        for name in mended:
            del self._refused[name]
            self.invokers[name].keep(is_held=False)
        return mended

    def _replace(self, plans: Mapping[str, Plan]) -> dict[str, Mistake]:
        """Replace these functions side by side. Return those that cannot be loaded, which go on as they were."""
        remove_stale_bytecode({file for plan in plans.values() for file in plan.files})
        for name in plans:
            self.invokers[name].begin_replacement()
        newer: dict[str, Environments] = {}
        failures: dict[str, Mistake] = {}
        try:
            for name, plan in plans.items():
                try:
                    newer[name] = self._environments(plan)
                    newer[name].start()
                except OSError as error:
                    failures[name] = Mistake(line=str(error))
            for name, environments in newer.items():
                if name not in failures and (mistake := _mistake_of(environments)) is not None:
                    failures[name] = mistake
        finally:
            for name, plan in plans.items():
                if name in newer and name not in failures:
                    self.invokers[name].replace(newer[name])
                    self._plans[name] = plan
                    self._refused.pop(name, None)
                else:
                    self.invokers[name].keep(is_held=True)
                    self._refused[name] = plan
                    if name in newer:
                        newer[name].stop()
        return failures

    def _environments(self, plan: Plan) -> Environments:
        """Return new environments for a plan, not started. Raises OSError if its layers cannot be copied."""
        opt = self._folder / "opt" / plan.function.logical_id / str(next(self._generations))
        launch = prepare(
            plan.function,
            opt,
            endpoint=self._endpoint,
            variables=plan.replaced,
            more=plan.given,
            show=self._show,
        )
        return environments_of(plan, launch, self._report, most_processes=self._most_processes)


def _mistake_of(environments: Environments) -> Mistake | None:
    """Wait for the init phase of newer environments. Return why it failed, or None."""
    try:
        environments.wait_until_ready()
    except InitFailed as failure:
        _, _, details = str(failure).partition("\n")
        return Mistake(line=failure.mistake, details=details if details.startswith("Traceback") else "")
    except InvocationFailed as failure:
        return Mistake(line=str(failure))
    except IntegrationTimedOut:
        return Mistake(line=f"it has not finished loading within {limits.INIT_SECONDS:g} s")
    return None
