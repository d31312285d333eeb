"""Access tokens: one for all processes, renewed early, replaced when refused, and used while their endpoint is down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from brine.domain.http.messages import Response
from brine.errors import OriginTimeout, StoreUnavailable
from brine.ports.caching import Held
from tests.support.gateway.credentialed import LIFETIME, CredentialedWorld
from tests.support.gateway.world import status_of

if TYPE_CHECKING:
    from brine.ports.caching import LeaseStore

RENEWAL = LIFETIME * 0.85  # seconds until a process that draws 0 renews its token


def test_processes_share_one_token_and_read_the_table_once() -> None:
    first = CredentialedWorld()
    processes = [first, *(CredentialedWorld(first) for _ in range(3))]
    for process in processes:
        for path in ("/oauth2/a", "/oauth2/b"):
            process.ask(path, cache_control="no-cache")
    assert {token for process in processes for token in process.bearers} == {"t1"}
    assert len(first.tokens.asked) == 1


def test_routes_with_the_same_client_share_a_token_and_another_scope_has_its_own() -> None:
    world = CredentialedWorld()
    for path in ("/oauth2/a", "/scoped/a", "/oauth2/b", "/scoped/b"):
        world.ask(path)
    assert world.bearers == ["t1", "t2", "t1", "t2"]


def test_a_token_is_renewed_before_it_expires_by_one_process_and_the_rest_adopt_it() -> None:
    first = CredentialedWorld()
    second = CredentialedWorld(first, drawn=0.5)
    first.ask("/oauth2/a")
    second.ask("/oauth2/b")
    for name, process in (("first", first), ("second", second)):
        process.pass_time(RENEWAL - 51)
        process.ask(f"/oauth2/early/{name}")
    assert len(first.tokens.asked) == 1
    for name, process in (("second", second), ("first", first)):
        process.pass_time(51)
        process.ask(f"/oauth2/due/{name}")
    assert (first.bearers, second.bearers) == (["t1", "t1", "t2"], ["t1", "t1", "t2"])
    assert len(first.tokens.asked) == 2


def test_a_token_stays_in_use_while_another_process_renews_it() -> None:
    world = CredentialedWorld()
    world.ask("/oauth2/a")
    leases = world.world.fetcher.single_flight.leases
    (pk,) = {pk for pk, sk in keys_of(world) if sk == "token"}
    world.pass_time(RENEWAL)
    held = leases.store.acquire(pk, owner="another", now=world.world.now, expires_at=world.world.now + 10)
    assert not isinstance(held, Held)
    world.ask("/oauth2/b")
    assert (world.bearers, len(world.tokens.asked)) == (["t1", "t1"], 1)
    world.pass_time(11)
    world.ask("/oauth2/c")
    assert world.bearers[-1] == "t2"


def test_a_token_is_used_until_it_expires_while_its_endpoint_is_down_then_there_is_a_problem() -> None:
    world = CredentialedWorld()
    world.ask("/oauth2/a")
    world.tokens.outcome = OriginTimeout("silent")
    world.pass_time(RENEWAL)
    answer = world.ask("/oauth2/b")
    assert (answer.response.status, [fault.for_log for fault in answer.faults]) == (
        200,
        ["credentials-unavailable: OriginTimeout"],
    )
    world.pass_time(1)
    world.ask("/oauth2/c")
    assert len(world.tokens.asked) == 2  # not for each request
    world.pass_time(LIFETIME - RENEWAL - 7)
    assert world.ask("/oauth2/d").response.status == 200
    world.pass_time(2)
    refused = world.ask("/oauth2/e")
    assert (refused.response.status, refused.problem) == (502, "origin-credentials")
    assert set(world.bearers) == {"t1"}


def test_a_stale_response_is_served_where_it_may_be_while_there_is_no_token() -> None:
    world = CredentialedWorld()
    world.ask("/oauth2/a")
    world.tokens.outcome = Response(status=503)
    world.pass_time(LIFETIME)
    answer = world.ask("/oauth2/a")
    assert (answer.result, answer.response.body) == ("stale", b"for us")
    assert "detail=origin-credentials" in status_of(answer)


def test_an_endpoint_that_fails_is_not_asked_for_each_request() -> None:
    world = CredentialedWorld()
    world.tokens.outcome = Response(status=503)
    assert {world.ask(f"/oauth2/{number}").problem for number in range(4)} == {"origin-credentials"}
    assert len(world.tokens.asked) == 1
    world.tokens.outcome = None
    world.pass_time(2)
    assert world.ask("/oauth2/a").response.status == 200


def test_a_refused_token_is_replaced_once_for_all_processes() -> None:
    first = CredentialedWorld()
    second = CredentialedWorld(first)
    for name, process in (("first", first), ("second", second)):
        process.ask(f"/oauth2/before/{name}")
        process.pass_time(20)
    first.accepts = lambda request: request.fields.get("authorization") != "Bearer t1"
    for name, process in (("first", first), ("second", second)):
        assert process.ask(f"/oauth2/after/{name}").response.status == 200
    assert (first.bearers, second.bearers) == (["t1", "t1", "t2"], ["t1", "t1", "t2"])
    assert len(first.tokens.asked) == 2


def test_an_origin_that_refuses_every_token_gets_few_of_them() -> None:
    world = CredentialedWorld()
    world.accepts = lambda _: False
    answers = [world.ask(f"/oauth2/{number}") for number in range(5)]
    assert {answer.problem for answer in answers} == {"origin-credentials"}
    assert (len(world.tokens.asked), len(world.sent)) == (1, 5)
    world.pass_time(11)
    world.ask("/oauth2/a")
    assert (len(world.tokens.asked), len(world.sent)) == (2, 7)


def test_a_403_replaces_no_token() -> None:
    world = CredentialedWorld(refusal=403)
    world.ask("/oauth2/a")
    world.pass_time(20)
    world.accepts = lambda _: False
    assert world.ask("/oauth2/b").response.status == 403
    assert len(world.tokens.asked) == 1


def test_a_rotated_client_secret_is_read_again_when_the_endpoint_refuses_it() -> None:
    world = CredentialedWorld()
    world.ask("/oauth2/a")
    world.secrets.texts["secret:c"] = world.tokens.secret = "new"
    world.pass_time(200)
    world.accepts = lambda request: request.fields.get("authorization") != "Bearer t1"
    assert world.ask("/oauth2/b").response.status == 200
    assert len(world.tokens.asked) == 3  # with the old secret, then with the new one


def test_a_wrong_client_secret_is_a_problem_with_its_cause_for_the_log() -> None:
    world = CredentialedWorld()
    world.secrets.texts["secret:c"] = "wrong"
    answer = world.ask("/oauth2/a")
    assert (answer.problem, answer.faults[-1].cause) == ("origin-credentials", "invalid_client")


def test_without_the_table_each_process_has_a_token_of_its_own() -> None:
    world = CredentialedWorld()
    down = cast("LeaseStore", Down())
    failing = replace(world.world.fetcher.single_flight.leases, store=down)
    object.__setattr__(world.world.fetcher.single_flight, "leases", failing)
    assert [world.ask(f"/oauth2/{number}").response.status for number in range(2)] == [200, 200]
    assert len(world.tokens.asked) == 1


def test_an_item_of_the_table_shows_no_token_and_cannot_be_moved_or_altered() -> None:
    world = CredentialedWorld()
    world.tokens.outcome = Response(
        status=200, body=b'{"access_token": "hush-hush", "token_type": "bearer", "expires_in": 1000}'
    )
    world.ask("/oauth2/a")
    (place,) = {(pk, sk) for pk, sk in keys_of(world) if sk == "token"}
    item = world.world.items.read(*place)
    assert item is not None
    assert b"hush-hush" not in item.envelope
    assert item.evict_at == world.world.now + 1000
    world.world.items.write(*place, replace(item, envelope=item.envelope[:-1] + b"x"))
    second = CredentialedWorld(world)
    assert [str(fault) for fault in second.ask("/oauth2/b").faults] == ["envelope-tampered"]
    assert second.bearers == ["hush-hush"]
    assert len(world.tokens.asked) == 2


@pytest.mark.parametrize("path", ["/oauth2/a", "/scoped/a"])
def test_the_key_of_a_token_is_one_that_the_role_of_the_gateway_may_use(path: str) -> None:
    world = CredentialedWorld()
    world.ask(path)
    assert [pk[:2] for pk, sk in keys_of(world) if sk == "token"] == ["r#"]


def keys_of(world: CredentialedWorld) -> list[tuple[str, str]]:
    """The keys of the table."""
    return list(world.world.items.items)


class Down:
    """Leases of a table that is down."""

    def __getattr__(self, name: str) -> object:
        def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable("down")

        return fail
