"""Sends the requests of a fetch to the origin of the replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.caching.decision import Validate

if TYPE_CHECKING:
    from brine_cli.replay.model.fetches import ModelFetch, Origins
    from brine_cli.replay.model.plain.exchanges import PlainExchanges


def send(fetch: ModelFetch, origins: Origins, exchanges: PlainExchanges | None) -> None:
    """Send the requests of a fetch one after the other, and fill in its response. The tally counts them."""
    asked = fetch.attempt.asked
    timeout = asked.transaction.route.timeout
    while True:
        decision = fetch.decision
        validated = decision.stored.size if isinstance(decision, Validate) else None
        response, seconds = origins.response(fetch.attempt.row, asked, decision.fields, validated, fetch.began)
        asked.tally.called(fetch.began, len(response.body), min(seconds, timeout))
        if seconds > timeout:
            fetch.end = fetch.began + timeout
            return
        fetch.end = fetch.began + seconds
        fetch.response = response
        if exchanges is None:
            fetch.reception = fetch.received(fetch.decision)
        else:
            fetch.reception = exchanges.received(fetch, fetch.decision)
        if fetch.reception.retry is None:
            return
        fetch.decision, fetch.began = fetch.reception.retry, fetch.end
        fetch.response = fetch.reception = None
