"""Explanations of requests to functions come true, in random stories of functions, parts, purges and failures."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings

from brine.domain.http.messages import Request
from brine.service.admin.explain.explainer import Explainer
from tests.support.gateway.wholes import Wholes
from tests.support.gateway.world import status_of
from tests.unit.service.functions.test_wholes_follow_parts import plans

if TYPE_CHECKING:
    from brine.service.admin.explain.explanation import Explanation
    from brine.service.http_cache.answer import Answer
    from tests.unit.service.functions.test_wholes_follow_parts import Plan

FROM_STORE = {"serve", "serve-stale", "refuse", "problem"}


@dataclass
class ExplainedWholes(Wholes):
    """Explains each request first."""

    explained: list[Explanation] = field(default_factory=list)

    def ask(self, process: int, name: str) -> Answer:
        gateway = self.processes[process].gateway
        path = f"/{name}/x" if name in self.servers else f"/{name}"
        before = self.state()
        explanation = Explainer(gateway=gateway, in_process=True).explain(Request(method="GET", path=path))
        self.explained.append(explanation)
        self._expect(self.state() == before, "the explanation changed something")
        answer, verdict = super().ask(process, name), explanation.verdict
        if verdict.action in FROM_STORE:
            self._expect(answer.result == verdict.result, f"{verdict.result}, and it was {answer.result}")
            self._expect(status_of(answer) == verdict.cache_status, f"{verdict.cache_status}: {status_of(answer)}")
        else:
            self._expect(answer.result in verdict.possible, f"{verdict.possible}, and it was {answer.result}")
            self._expect(f"fwd={verdict.forwarded_because}" in status_of(answer), f"{verdict}: {status_of(answer)}")
        if answer.source is not None and verdict.action == "serve":
            parts = tuple(dict.fromkeys((one.route, one.target) for one in answer.source.dependencies))
            self._expect(any(entry.parts == parts for entry in explanation.stored), f"the parts {parts}")
        return answer

    def state(self) -> Any:
        """What a request could change."""
        store = self.processes[0].gateway.fetcher.responses.store
        items = store.stamps.items
        stamps = store.stamps.store
        memories = [one.gateway.fetcher.responses.store.memory for one in self.processes]
        return copy.deepcopy(
            (
                items.items,  # type: ignore[attr-defined]  # in memory
                stamps.stamps,  # type: ignore[attr-defined]  # in memory
                store.leases.store.leases,  # type: ignore[attr-defined]  # in memory
                list(self.queue.requests),
                [list(memory._entries) for memory in memories],  # type: ignore[attr-defined]  # each is an L1
                self.clock.now,
                dict(self.numbers),
            )
        )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_explanations_of_functions_come_true(plan: Plan) -> None:
    servers, functions, delta, events = plan
    wholes = ExplainedWholes(servers, functions, delta)
    for event in events:
        wholes.do(event)
    assert wholes.violations == []
