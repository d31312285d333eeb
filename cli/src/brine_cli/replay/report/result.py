"""The result of a replay: its log, its figures by policy and route, its findings and its assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from brine_cli.costs.prices import REGION
from brine_cli.replay.report.assumptions import assumed
from brine_cli.replay.report.figures import figures_of, figures_without_cache
from brine_cli.replay.report.findings import findings

if TYPE_CHECKING:
    from brine_cli.costs.prices import Prices
    from brine_cli.replay.log_summary import LogSummary
    from brine_cli.replay.replaying import Replayed
    from brine_cli.replay.report.figures import Figures

LETTERS = "AB"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """The result of a replay. `policies`: the files of routes. `total`: of each policy. `routes`: by name, the same.

    A route that a policy does not have has None there.
    """

    files: tuple[str, ...]
    policies: tuple[str, ...]
    log: LogSummary
    without_cache: Figures
    total: tuple[Figures, ...]
    routes: dict[str, tuple[Figures | None, ...]]
    findings: tuple[str, ...]
    assumed: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return the report as JSON has it. Times are in seconds, and shares are of 1."""
        log = self.log
        return {
            "log": {
                "files": self.files,
                "formats": log.formats,
                "lines": log.lines,
                "requests": log.requests,
                "left_out": log.left_out,
                "wrong_lines": log.wrong_lines,
                "wrong": log.wrong,
                "first": iso(log.first),
                "last": iso(log.last),
                "seconds": log.span,
            },
            "region": REGION,
            "without_cache": self.without_cache.document(),
            "policies": [
                {
                    "policy": letter,
                    "routes_file": name,
                    "total": total.document(),
                    "routes": {
                        route: figures.document()
                        for route, found in self.routes.items()
                        if (figures := found[number]) is not None
                    },
                }
                for number, (letter, name, total) in enumerate(zip(LETTERS, self.policies, self.total, strict=False))
            ],
            "findings": self.findings,
            "assumed": self.assumed,
        }


def report_of(replayed: Replayed, files: tuple[str, ...], prices: Prices, samples: str | None) -> ReplayReport:
    """Return the report of a replay. samples: the file of samples, if there is one."""
    log, job = replayed.log, replayed.job
    environments = job.assumptions.environments
    by_route = [dict(tallies) for tallies in replayed.tallies]
    totals = [tallies.total() for tallies in replayed.tallies]
    names = sorted({name for tallies in by_route for name in tallies})
    return ReplayReport(
        files=files,
        policies=tuple(policy.name for policy in job.policies),
        log=log,
        without_cache=figures_without_cache(totals[0], log, prices, is_all=job.route is None),
        total=tuple(figures_of(total, log, environments, prices, fixed=True) for total in totals),
        routes={
            name: tuple(
                figures_of(tallies[name], log, environments, prices, fixed=False) if name in tallies else None
                for tallies in by_route
            )
            for name in names
        },
        findings=tuple(findings(replayed)),
        assumed=tuple(assumed(replayed, samples)),
    )


def iso(second: float) -> str:
    """Return a time as ISO 8601 has it, in UTC."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
