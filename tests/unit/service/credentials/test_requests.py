"""Requests with the credentials of their route: what the origin gets, and what the cache makes of its responses."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.errors import StoreThrottled, StoreUnavailable
from brine.ports.deadline import Deadline
from brine.service.hooks import HookedOrigins, Hooks, HookTable
from brine.service.http_cache.refresh_requests import RefreshRequests
from tests.support.gateway.credentialed import CredentialedWorld
from tests.support.gateway.world import START, refresher_of, status_of

if TYPE_CHECKING:
    from brine.domain.http.messages import Request


def test_a_header_of_the_route_replaces_that_of_a_client_and_keeps_the_rest() -> None:
    world = CredentialedWorld()
    world.ask("/keyed/a", x_api_key="mine", X_Client="me", accept="text/plain", authorization="Bearer user")
    (sent,) = world.sent
    assert (sent.all("x-api-key"), sent.all("x-client")) == (("hush",), ("brine",))
    assert (sent.get("accept"), sent.get("authorization")) == ("text/plain", "Bearer user")


def test_a_secret_is_read_at_the_first_fetch_and_not_for_a_hit() -> None:
    world = CredentialedWorld()
    assert world.secrets.reads == []
    assert [world.ask("/keyed/a").result for _ in range(2)] == ["miss", "hit"]
    world.ask("/keyed/b")
    assert world.secrets.reads == ["secret:key"]


def test_members_of_one_secret_are_read_by_one_call_and_sent_as_basic_credentials() -> None:
    world = CredentialedWorld()
    world.secrets.texts["secret:login"] = '{"user": "shop", "password": "p\u00e4ss"}'
    world.ask("/basic/a")
    assert world.sent[0].get("authorization") == "Basic " + b64encode("shop:p\u00e4ss".encode()).decode()
    assert world.secrets.reads == ["secret:login"]


def test_a_signed_request_has_the_signature_of_this_moment() -> None:
    world = CredentialedWorld()
    world.ask("/signed/a", x_amz_acl="public-read", method="PUT")
    assert world.sent[0].get("authorization") == f"s3 at {START}"
    assert "x-amz-acl" not in world.sent[0]


@pytest.mark.parametrize("path", ["/oauth2/a", "/signed/a"])
def test_the_gateways_authorization_lets_all_clients_share_a_response(path: str) -> None:
    world = CredentialedWorld()
    results = [world.ask(path, authorization=f"Bearer {user}").result for user in ("alice", "bob")]
    assert [*results, world.ask(path).result] == ["miss", "hit", "hit"]
    assert "alice" not in str(world.sent[0].lines)


def test_a_client_that_authenticates_where_only_a_header_is_ours_gets_no_shared_response() -> None:
    world = CredentialedWorld()
    results = [world.ask("/keyed/a", authorization=f"Bearer {user}").result for user in ("alice", "bob")]
    assert results == ["miss", "miss"]


def test_a_post_has_the_credentials_and_a_trace_is_not_sent() -> None:
    world = CredentialedWorld()
    assert world.ask("/oauth2/a", "POST", b"x").response.status == 200
    traced = world.ask("/oauth2/a", "TRACE")
    assert (traced.response.status, traced.problem) == (400, "request-invalid")
    assert world.bearers == ["t1"]


def test_a_refresh_has_the_credentials_and_its_request_in_the_queue_has_none() -> None:
    world, queue = CredentialedWorld(), MemoryRefreshQueue()
    world.world.gateway = replace(world.world.gateway, refreshes=RefreshRequests(queue))
    world.ask("/oauth2/a", authorization="Bearer of-the-client")
    world.pass_time(61)
    assert world.ask("/oauth2/a", authorization="Bearer of-the-client").result == "stale"
    (request,) = queue.requests
    assert "authorization" not in request.request.fields
    now = world.world.now
    assert refresher_of(world.world.gateway).refresh(request, Deadline(now + 29, lambda: now)).outcome == "refreshed"
    assert world.bearers == ["t1", "t1"]


def test_hooks_see_no_credentials_and_cannot_replace_them() -> None:
    seen = []

    def hook(request: Request, _: str) -> Request:
        seen.append(request)
        return replace(request, fields=request.fields.replacing("authorization", "Bearer of-the-hook"))

    world = CredentialedWorld()
    fetcher = world.world.gateway.fetcher
    hooked = HookedOrigins(fetcher.origins, HookTable(Hooks(before_fetch=(hook,))))
    world.world.gateway = replace(world.world.gateway, fetcher=replace(fetcher, origins=hooked))
    world.ask("/oauth2/a")
    assert "authorization" not in seen[0].fields
    assert world.bearers == ["t1"]


def test_a_rotated_secret_is_read_again_when_the_origin_refuses_the_old_one() -> None:
    world = CredentialedWorld()
    world.ask("/keyed/a")
    world.secrets.texts["secret:key"] = "new"
    world.accepts = lambda request: request.fields.get("x-api-key") == "new"
    for refusal in (401, 403):
        world.refusal = refusal
        assert world.ask(f"/keyed/{refusal}").response.status == 200
    assert [fields.get("x-api-key") for fields in world.sent] == ["hush", "hush", "new", "new"]


def test_an_origin_that_refuses_everything_makes_the_gateway_read_a_secret_seldom() -> None:
    world = CredentialedWorld(refusal=403)
    world.accepts = lambda _: False
    assert {world.ask(f"/keyed/{number}").response.status for number in range(5)} == {403}
    assert world.secrets.reads == ["secret:key"] * 2
    assert len(world.sent) == 5
    world.pass_time(31)
    world.ask("/keyed/b")
    assert world.secrets.reads == ["secret:key"] * 3


def test_a_rotated_secret_is_read_again_after_a_while_without_a_refusal() -> None:
    world = CredentialedWorld()
    world.ask("/keyed/a")
    world.secrets.texts["secret:key"] = "new"
    world.pass_time(299)
    world.ask("/keyed/b")
    world.pass_time(2)
    world.ask("/keyed/c")
    assert [fields.get("x-api-key") for fields in world.sent] == ["hush", "hush", "new"]


def test_a_401_to_the_gateways_own_authorization_is_a_problem_and_no_challenge_to_clients() -> None:
    world = CredentialedWorld()
    world.secrets.texts["secret:login"] = '{"user": "shop", "password": "old"}'
    world.accepts = lambda _: False
    answer = world.ask("/basic/a")
    assert (answer.response.status, answer.problem) == (502, "origin-credentials")
    assert "www-authenticate" not in answer.response.fields
    assert "detail=origin-credentials" in status_of(answer)
    assert [str(fault) for fault in answer.faults] == ["credentials-refused"]


def test_a_401_on_a_route_where_clients_authenticate_reaches_the_client() -> None:
    world = CredentialedWorld()
    world.accepts = lambda _: False
    answer = world.ask("/keyed/a", authorization="Bearer user")
    assert (answer.response.status, answer.response.fields.get("www-authenticate")) == (401, "Bearer")


@pytest.mark.parametrize("text", ["", "  \n", "a\r\nb: c", "a\0", "\u20ac"])
def test_a_text_that_no_header_can_have_is_not_sent(text: str) -> None:
    world = CredentialedWorld()
    world.secrets.texts["secret:key"] = text
    answer = world.ask("/keyed/a")
    assert (answer.problem, world.sent) == ("origin-credentials", [])


def test_blanks_around_a_secret_are_not_part_of_it() -> None:
    world = CredentialedWorld()
    world.secrets.texts["secret:key"] = " hush\n"
    world.ask("/keyed/a")
    assert world.sent[0].get("x-api-key") == "hush"


@pytest.mark.parametrize(
    "text", ["no json", "[]", '{"user": "shop"}', '{"user": "shop", "password": 3}', '{"user": "a:b"}']
)
def test_a_secret_without_the_member_is_a_problem_that_quotes_none_of_it(text: str) -> None:
    world = CredentialedWorld()
    world.secrets.texts["secret:login"] = text
    answer = world.ask("/basic/a")
    assert (answer.response.status, answer.problem, world.sent) == (502, "origin-credentials", [])
    assert answer.faults[-1].cause in {"secret-member", "user-colon"}


def test_a_missing_secret_is_a_problem_with_its_cause_for_the_log_and_is_asked_for_seldom() -> None:
    world = CredentialedWorld()
    del world.secrets.texts["secret:key"]
    answers = [world.ask(f"/keyed/{number}") for number in range(3)]
    assert {answer.problem for answer in answers} == {"origin-credentials"}
    assert answers[0].faults[-1].for_log == "credentials-unavailable: ResourceNotFoundException"
    assert world.secrets.reads == ["secret:key"]
    world.secrets.texts["secret:key"] = "there"
    world.pass_time(2)
    assert world.ask("/keyed/a").response.status == 200


def test_a_secret_stays_in_use_while_its_store_is_down_and_not_when_it_is_forbidden() -> None:
    world = CredentialedWorld()
    world.ask("/keyed/a")
    for error in (StoreThrottled("later", "ThrottlingException"), StoreUnavailable("down", "InternalServiceError")):
        world.secrets.texts["secret:key"] = error
        world.pass_time(301)
        answer = world.ask(f"/keyed/{error.code}")
        assert (answer.response.status, str(answer.faults[0])) == (200, "credentials-unavailable")
    world.secrets.texts["secret:key"] = StoreUnavailable("no", "AccessDeniedException")
    world.pass_time(31)
    assert world.ask("/keyed/forbidden").problem == "origin-credentials"


def test_no_key_no_answer_and_no_item_of_the_table_has_a_secret() -> None:
    world = CredentialedWorld()
    world.secrets.texts |= {"secret:key": "hush-hush", "secret:login": '{"user": "shop", "password": "hush-hush"}'}
    for path in ("/keyed/a", "/basic/a"):
        assert "hush" not in repr(world.ask(path))
    assert "hush" not in repr(world.world.items.items)
