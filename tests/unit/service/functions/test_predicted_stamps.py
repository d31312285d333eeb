"""A whole in the table is answered with one call, once the process knows how wholes of its route are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.app.app import App
from brine.service.stores.known_stamps import KnownStamps
from brine.testing import Reply

if TYPE_CHECKING:
    from brine.service.functions.fetch import Fetch
    from brine.testing import AppClient

app = App()


@app.get("/dashboard/<customer>", freshness_lifetime="60s")
def dashboard(customer: str, fetch: Fetch) -> list[object]:
    orders, profile = fetch.all(("orders", f"/by/{customer}"), ("profiles", f"/{customer}"))
    return [orders.json(), profile.json()]


class Counted:
    """A stamp store that records how it is read."""

    def __init__(self, client: AppClient) -> None:
        stamps = client._composed.gateway.fetcher.responses.store.stamps
        self.calls: list[str] = []
        self._stamps = stamps.store
        object.__setattr__(stamps, "store", self)
        object.__setattr__(stamps, "known", KnownStamps(1.0))

    def __getattr__(self, name: str) -> object:
        self.calls.append(name)
        return getattr(self._stamps, name)


def forget(client: AppClient, *, seconds: float) -> None:
    """Empty the process memory, and let the stamps that the process read grow too old."""
    memory = client._composed.gateway.fetcher.responses.store.memory
    for key in [*memory._entries]:  # type: ignore[attr-defined]
        memory.delete(key)
    client.clock.advance(seconds)


def test_a_whole_in_the_table_takes_one_call_when_another_of_its_route_was_read_before() -> None:
    client = app.test(
        fetch={
            "orders": Reply([1], headers={"cache-control": "max-age=60"}),
            "profiles": Reply({"name": "Ann"}, headers={"cache-control": "max-age=60"}),
        }
    )
    for customer in ("7", "8"):
        assert client.get(f"/dashboard/{customer}").is_stored
    counted = Counted(client)
    client._composed.gateway.fetcher.responses.predicted._templates.clear()  # type: ignore[union-attr]

    forget(client, seconds=2)
    assert client.get("/dashboard/7").result == "hit"
    assert counted.calls == ["read_with_item", "read"]  # which parts it has was not known

    counted.calls.clear()
    forget(client, seconds=2)
    assert client.get("/dashboard/8").result == "hit"
    assert counted.calls == ["read_with_item"]

    counted.calls.clear()
    assert client.get("/dashboard/8").result == "hit"
    assert counted.calls == []  # from memory
