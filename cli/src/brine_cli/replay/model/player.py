"""Plays rows to the model: a hit that is certain takes no decision, and every other request takes the gateway's way."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from brine.service.http_cache.lookup import MAIN
from brine_cli.replay.model.asked import AskedRequest, NotAdmitted, is_plain, transaction_of
from brine_cli.replay.model.gateway_model import GatewayModel
from brine_cli.replay.model.model_store import ModelStore
from brine_cli.replay.model.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.domain.routing.route import Routes
    from brine_cli.replay.model.fetches import Origins
    from brine_cli.replay.model.model_refreshes import Draw
    from brine_cli.replay.model.outcomes import Observer
    from brine_cli.replay.model.stored_hits import StoredHits
    from brine_cli.replay.rows import Row
    from brine_cli.replay.tallies import Tallies

_OF_REQUEST: Final = frozenset({206, 304})
"""Statuses that tell something about the request: see `transaction_of`."""
_FORGET: Final = 200_000
"""Requests to keep ready in memory. A log of as many targets that come once has no use for them."""


class Player:
    """Replays the rows of one part of a log against one set of routes.

    environments: how many processes of the gateway share the requests. decides_each: take no shortcut, for tests.
    """

    def __init__(
        self,
        routes: Routes,
        origins: Origins,
        tallies: Tallies,
        *,
        environments: int,
        refresh_delay: float,
        draw: Draw,
        observe: Observer | None = None,
        decides_each: bool = False,
    ) -> None:
        self._routes = routes
        self._tallies = tallies
        self._observe = observe
        self._decides_each = decides_each
        self._store = ModelStore(environments)
        self._model = GatewayModel(
            self._store,
            origins,
            refresh_delay=refresh_delay,
            draw=draw,
            observe=observe,
            decides_each=decides_each,
        )
        self._ready: dict[object, AskedRequest | NotAdmitted] = {}

    def play(self, rows: Iterable[Row]) -> None:
        """Replay rows in the order of their times."""
        model, ready, observe, short = self._model, self._ready, self._observe, not self._decides_each
        for row in rows:
            at, method, target, status, size, _, extra = row
            if model.due <= at:
                model.run(at)
            is_simple = method == "GET" and extra is None and status not in _OF_REQUEST
            request = (
                target if is_simple else (method, target, extra, (status, size) if status == 206 else status == 304)
            )
            asked = ready.get(request)
            if asked is None:
                asked = self._prepared(request, row)
            if isinstance(asked, NotAdmitted):
                self._not_admitted(asked, row)
                continue
            if asked.is_plain and short and at < asked.state.hit_until:
                hits = asked.state.hits.get(MAIN) or asked.state.main_hits(asked.tally)
                if hits.count(row, is_unchanged=asked.is_unchanged):
                    if observe is not None:
                        observe(row, _counted(hits, at, asked))
                    continue
            model.ask(asked, row)

    def run(self, until: float) -> None:
        """Let everything end that does so until a time."""
        self._model.run(until)

    def finish(self) -> None:
        """Let all fetches end, and add the hits to the tallies."""
        self._model.run(inf)
        self._store.settle()

    def _prepared(self, request: object, row: Row) -> AskedRequest | NotAdmitted:
        """Return the request of a row in the form for the origin, and keep it for the next ones like it."""
        transaction = transaction_of(self._routes, row)
        asked: AskedRequest | NotAdmitted
        if isinstance(transaction, NotAdmitted):
            asked = transaction
        else:
            state, tally = self._store.state_of(transaction), self._tallies.of(transaction.route.name)
            asked = AskedRequest(transaction, state, tally, *is_plain(transaction))
        if len(self._ready) >= _FORGET:
            self._ready.clear()
        self._ready[request] = asked
        return asked

    def _not_admitted(self, asked: NotAdmitted, row: Row) -> None:
        self._tallies.of(asked.route).answered("problem", asked.size, 0.0)
        if self._observe is not None:
            self._observe(row, Outcome(result="problem", status=asked.status, size=asked.size))


def _counted(hits: StoredHits, at: float, asked: AskedRequest) -> Outcome:
    """Return the outcome of a hit without a decision."""
    status, size = (304, 0) if asked.is_unchanged else (hits.status, hits.size)
    return Outcome(result="hit", status=status, size=size, age=hits.age(at))
