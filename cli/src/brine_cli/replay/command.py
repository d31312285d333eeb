"""Runs `brine replay`: checks the routes, reads and replays the log, and prints the report."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from brine.errors import ConfigError
from brine_cli.costs.prices import Prices
from brine_cli.errors import CommandError
from brine_cli.replay.logs.members import NAMES
from brine_cli.replay.logs.reading import Reading
from brine_cli.replay.logs.targets import Targets
from brine_cli.replay.origins.samples import Samples, read_samples
from brine_cli.replay.parts import Assumptions, Job
from brine_cli.replay.policies import read_policy, tenant_sources, used_fields
from brine_cli.replay.progress import shown_progress
from brine_cli.replay.replaying import LogFiles, replay
from brine_cli.replay.report.result import report_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from brine.domain.routing.route import Routes
    from brine_cli.replay.log_summary import LogSummary
    from brine_cli.replay.logs.reading import LogFormat
    from brine_cli.replay.parts import Spool
    from brine_cli.replay.policies import PolicyFile
    from brine_cli.replay.replaying import ReplayProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """The options of the command, as its help describes them. Times are in seconds."""

    logs: Sequence[Path]
    policies: Sequence[Path]
    form: LogFormat | None = None
    names: Sequence[tuple[str, str]] = ()
    strip_prefix: str = ""
    hosts: Sequence[str] = ()
    route: str | None = None
    since: float | None = None
    until: float | None = None
    limit: int | None = None
    origin_latency: float = 0.2
    environments: int | None = None
    probes: tuple[str, ...] = ()
    probe_limit: int = 20
    responses: Path | None = None
    prices: Sequence[tuple[str, str]] = ()
    processes: int | None = None
    as_json: bool = False


def run(options: ReplayOptions) -> None:
    """Replay, and print the report. Raises CommandError."""
    policies = tuple(read_policy(file) for file in options.policies)
    routes = _checked(policies, options.route)
    prices = _prices(options.prices)
    samples = _samples(options)
    with shown_progress(is_wanted=not options.as_json) as progress:
        replayed = replay(
            LogFiles(files=options.logs, form=options.form, most=options.limit),
            _reading(options, routes),
            partial(_job, options, policies, routes[0], samples, progress),
            progress,
            options.processes,
        )
    used = str(options.responses) if len(replayed.job.samples) else None
    report = report_of(replayed, tuple(map(str, options.logs)), prices, used)
    if options.as_json:
        json.dump(report.document(), sys.stdout, indent=2)
        print()
        return
    from rich.console import Console  # noqa: PLC0415 - JSON needs none

    from brine_cli.replay.report.table import print_report  # noqa: PLC0415 - the same

    print_report(report, Console(), "AB")


def _checked(policies: Sequence[PolicyFile], wanted: str | None) -> list[Routes]:
    """Return the routes of all policies. Raises CommandError for the first mistake."""
    try:
        routes = [policy.routes(os.environ) for policy in policies]
    except ConfigError as error:
        raise CommandError(str(error)) from None
    if wanted is not None and all(of_policy.named(wanted) is None for of_policy in routes):
        names = sorted({route.name for of_policy in routes for route in of_policy})
        raise CommandError(f"--route {wanted}: no route has this name. Write one of {', '.join(names)}.")
    return routes


def _reading(options: ReplayOptions, routes: Sequence[Routes]) -> Reading:
    names = dict(options.names)
    unknown = names.keys() - NAMES.keys()
    if unknown:
        raise CommandError(f"--field {min(unknown)}: a row has no such member. Write one of {', '.join(NAMES)}.")
    return Reading(
        targets=Targets(options.strip_prefix.rstrip("/")),
        fields=frozenset[str]().union(*map(used_fields, routes)),
        tenants=frozenset[str]().union(*map(tenant_sources, routes)),
        names=names,
        hosts=frozenset(host.lower() for host in options.hosts),
        since=-inf if options.since is None else options.since,
        until=inf if options.until is None else options.until,
    )


def _prices(changes: Sequence[tuple[str, str]]) -> Prices:
    try:
        return Prices().changed((name, float(text)) for name, text in changes)
    except ValueError as error:
        raise CommandError(f"--price: {error} Write NAME=USD, such as origin_call=300.") from None


def _samples(options: ReplayOptions) -> Samples:
    file = options.responses
    if file is None or (options.probes and not file.exists()):
        return Samples()
    return read_samples(file)


def _job(  # noqa: PLR0917 - the first ones are those of `run`
    options: ReplayOptions,
    policies: tuple[PolicyFile, ...],
    routes: Routes,
    samples: Samples,
    progress: ReplayProgress,
    log: LogSummary,
    spool: Spool,
) -> Job:
    """Return the job for a log that was read. Fetches samples, if the options ask for it."""
    if options.probes and options.responses is not None:
        _probe(options, options.responses, policies[0], routes, samples, progress, spool)
    environments = options.environments or log.environments(options.origin_latency)
    return Job(
        policies=policies,
        environment=dict(os.environ),
        assumptions=Assumptions(
            origin_seconds=options.origin_latency, environments=environments, usual_size=log.usual_size
        ),
        samples=samples,
        route=options.route,
    )


def _probe(  # noqa: PLR0917 - the parts of `_job`
    options: ReplayOptions,
    file: Path,
    policy: PolicyFile,
    routes: Routes,
    samples: Samples,
    progress: ReplayProgress,
    spool: Spool,
) -> None:
    """Fetch samples, and write them to their file, also those before a failure."""
    from brine.adapters.http1.client import HttpClient  # noqa: PLC0415 - only a probe sends requests
    from brine.adapters.http1.origin import HttpOrigin  # noqa: PLC0415 - for --probe only
    from brine_cli.replay.origins import probe  # noqa: PLC0415 - for --probe only

    plan = probe.ProbePlan(what=options.probes, most=options.probe_limit)
    probed = probe.probed_routes(plan, routes)
    if not any("://" in what for what in plan.what):
        policy.require_variables(
            os.environ, {route.name for route in probed}, "--probe sends requests to", ", or give --probe URL"
        )
    parts = (spool.rows(part) for part in spool.parts())
    targets = probe.popular_targets(parts, probed, routes, plan.most)
    progress.begin("Probing", len(targets))
    try:
        probe.probe(
            targets,
            probed,
            routes,
            samples,
            origin=HttpOrigin(HttpClient(), max_body=50_000_000),
            told=progress.advance,
        )
    finally:
        if len(samples):
            samples.write(file)
