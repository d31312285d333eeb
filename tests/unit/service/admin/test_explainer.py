"""The sections of an explanation."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.permits import MemoryPermitStore
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.errors import StoreUnavailable
from brine.service.admin.explain.explainer import Explainer
from brine.service.hooks import HookedOrigins, Hooks, HookTable
from brine.service.purge import Purger
from tests.support.gateway.explained import get
from tests.support.gateway.world import World, response, with_fetcher

if TYPE_CHECKING:
    from brine.service.admin.explain.explanation import Explanation

LASTING = response(200, b"hi", cache_control="max-age=60", etag='"1"', surrogate_key="t u")


def world(outcome: Any = LASTING, **members: Any) -> World:
    paths = ("/base/x", "/x", "/graphql", "/base/x?a=1&b=2")
    return World(dict.fromkeys(paths, outcome), **members)


def explain(scene: World, path: str = "/api/x", method: str = "GET", /, **options: Any) -> Explanation:
    """The explanation of a request to the gateway of a world. `options`: fields, and tenant and in_process."""
    tenant, in_process = options.pop("tenant", None), options.pop("in_process", True)
    explainer = Explainer(gateway=scene.gateway, in_process=in_process)
    return explainer.explain(get(path, method, **options), tenant=tenant)


def test_the_route_is_told_with_those_that_it_wins_over() -> None:
    scene = world()
    more = '[[route]]\nname = "all"\nprefix = "/"\norigin = "http://all.test"\n'
    more += '[[route]]\nname = "deep"\nprefix = "/api/deep"\norigin = "http://deep.test"\nfreshness_lifetime = 9\n'
    api = '[[route]]\nname = "api"\nprefix = "/api"\norigin = "http://api.test"\n'
    scene.gateway = replace(scene.gateway, routes=parse_routes(api + more, {}))
    route = explain(scene, "/api/deep/x").route
    assert (route.name, route.origin, route.settings) == ("deep", "http://deep.test", (("freshness_lifetime", "9"),))
    assert [(one.name, one.because) for one in route.others] == [
        ("api", "the longer prefix wins"),
        ("all", "the longer prefix wins"),
    ]


def test_without_a_route_the_near_prefixes_are_told() -> None:
    explained = explain(world(), "/cokies/x")
    assert explained.route.name is None
    assert explained.route.near[0] == "/cookies"
    assert "route-unknown" in explained.verdict.sentence
    assert "/cookies" in explained.verdict.sentence
    assert (explained.upstream, explained.key, explained.limits, explained.cost) == (None, None, None, None)


@pytest.mark.parametrize("is_in_problem", [False, True])
def test_without_a_near_prefix_the_prefixes_are_told_once(is_in_problem: bool) -> None:
    scene, text = world(), '[[route]]\nname = "orders"\nprefix = "/orders"\norigin = "http://api.test"\n'
    scene.gateway = replace(scene.gateway, routes=parse_routes(text, {}), names_routes=is_in_problem)
    explained = explain(scene, "/qqq")
    assert explained.route.near == ()
    assert explained.verdict.sentence.count("/orders") == 1


def test_each_field_has_its_fate_and_its_reason() -> None:
    explained = explain(
        world(),
        x_region="eu",
        te="trailers",
        x_hop="1",
        connection="x-hop",
        accept_language="de,  en;q=0.5",
        accept="text/html",
        x_forwarded_for="1.2.3.4",
        if_none_match='"1"',
        host="gateway.test",
    )
    assert explained.upstream is not None
    fates = {one.name: (one.fate, one.reason or "") for one in explained.upstream.fields}
    assert fates["accept"] == ("kept", "")
    assert fates["accept-language"][0] == "changed"
    dropped = {name: reason for name, (fate, reason) in fates.items() if fate == "dropped"}
    assert sorted(dropped) == ["connection", "host", "if-none-match", "te", "x-forwarded-for", "x-hop", "x-region"]
    assert "forward_headers" in dropped["x-region"]
    assert "one connection" in dropped["te"]
    assert "Connection lists it" in dropped["x-hop"]
    assert "trust_forwarded" in dropped["x-forwarded-for"]
    assert sorted(name for name, (fate, _) in fates.items() if fate == "added") == [
        *("cdn-loop", "user-agent", "via", "x-forwarded-prefix"),
    ]


def test_credentials_are_named_and_never_shown() -> None:
    scene = world()
    text = '[[route]]\nname = "keyed"\nprefix = "/keyed"\norigin = "https://origin.test"\n'
    text += 'origin_headers = { x-api-key = "secret:key" }\nforward_headers = ["cookie", "authorization"]\n'
    scene.gateway = replace(scene.gateway, routes=parse_routes(text, {}))
    explained = explain(scene, "/keyed/x", authorization="Bearer hush", cookie="id=hush", x_api_key="hush")
    assert "hush" not in json.dumps(explained.as_json())
    assert explained.upstream is not None
    assert [(one.name, one.fate, one.value) for one in explained.upstream.fields if one.value == "(hidden)"] == [
        ("authorization", "kept", "(hidden)"),
        ("cookie", "kept", "(hidden)"),
        ("x-api-key", "dropped", "(hidden)"),
        ("x-api-key", "added", "(hidden)"),
    ]


def test_the_key_has_its_parts() -> None:
    key = explain(world(), "/sorted/x?utm_id=9&b=2&a=1").key
    assert key is not None
    assert (key.target, key.method, key.tenant, key.slot) == ("/base/x?a=1&b=2", "GET", None, "main")
    assert [(one.text, one.dropped) for one in key.parameters] == [
        ("utm_id=9", 'query.drop has "utm_*"'),
        ("b=2", None),
        ("a=1", None),
    ]
    assert key.place == f"r#{key.key}"


def test_the_tenant_may_be_given_in_the_place_of_a_header_or_a_token() -> None:
    scene = world()
    by_header = explain(scene, "/ours/x", x_tenant="acme")
    assert by_header.key is not None
    assert by_header.key == (explain(scene, "/ours/x", tenant="acme").key or by_header.key)
    assert by_header.key.tenant is not None
    assert "acme" not in by_header.key.tenant
    of_claim = explain(scene, "/claimed/x", tenant="acme")
    assert of_claim.key is not None
    assert of_claim.verdict.action == "forward"
    assert "reads from claim:org" in explain(scene, "/claimed/x").verdict.sentence
    assert "no tenants" in explain(scene, "/api/x", tenant="acme").verdict.notes[0]


def test_the_stored_response_is_told() -> None:
    scene = world()
    scene.ask("/api/x")
    scene.pass_time(7)
    [entry] = explain(scene).stored
    assert (entry.slot, entry.state, entry.where, entry.status, entry.body_size) == ("main", "fresh", "table", 200, 2)
    assert (entry.age, entry.freshness_lifetime, entry.lifetime_source) == (7, 60, "max-age")
    assert (entry.tags, entry.generation, entry.key_id, entry.in_memory) == (("t", "u"), 1, 1, True)
    scene.pass_time(60)
    [entry] = explain(scene).stored
    assert entry.state == "keep"


def test_a_purge_is_told_with_its_name_and_time() -> None:
    scene = world()
    scene.ask("/api/x")
    assert scene.stamps is not None
    scene.pass_time(10)
    Purger(routes=scene.gateway.routes, stamps=scene.stamps, clock=scene.time).tag("u")
    scene.pass_time(20)
    explained = explain(scene)
    [stamp] = explained.stored[0].stamps
    assert (stamp.name, stamp.kind, stamp.effect, stamp.at) == ('the tag "u"', "hard", "purged", scene.now - 20)
    assert explained.stored[0].state == "purged"
    assert 'a purge of the tag "u" 20 s ago ended it' in explained.verdict.sentence
    scene.ask("/api/x")
    [stamp] = explain(scene).stored[0].stamps
    assert stamp.effect == "older"


def test_the_variants_are_told_with_the_fields_that_differ() -> None:
    scene = world(response(200, b"hi", cache_control="max-age=60", vary="accept-language"))
    scene.ask("/api/x", accept_language="de")
    scene.ask("/api/x", accept_language="en")
    explained = explain(scene, accept_language="fr")
    assert [(one.slot == "main", one.selected, one.differs) for one in explained.stored] == [
        (True, False, ("accept-language",)),
        (False, False, ("accept-language",)),
    ]
    assert explained.verdict.forwarded_because == "vary-miss"
    assert "but for other values of accept-language (RFC 9111 4.1)" in explained.verdict.sentence
    assert explained.key is not None
    assert [(one.name, one.value, one.because) for one in explained.key.selecting] == [
        ("accept-language", "fr", "Vary")
    ]
    english = explain(scene, accept_language="en")
    assert [one.selected for one in english.stored] == [False, True]
    assert english.verdict.result == "hit"


def test_an_altered_response_is_told_with_its_fault() -> None:
    scene = world()
    scene.ask("/api/x")
    [(place, item)] = scene.items.items.items()
    scene.items.items[place] = replace(item, envelope=item.envelope[:-1] + bytes([item.envelope[-1] ^ 1]))
    scene.restart()
    explained = explain(scene)
    assert (explained.stored[0].state, explained.stored[0].fault) == ("unreadable", "envelope-tampered")
    assert "envelope-tampered" in explained.verdict.sentence


def test_a_request_waits_for_another_environments_fetch() -> None:
    scene = world()
    assert scene.leases is not None
    key = explain(scene).key
    assert key is not None
    scene.leases.acquire(key.place, owner="another", now=scene.now, expires_at=scene.now + 3)
    explained = explain(scene)
    assert (explained.verdict.action, explained.verdict.result) == ("wait", "collapsed")
    assert "another environment" in explained.verdict.sentence
    assert explained.limits is not None
    assert explained.limits.lease_until == scene.now + 3
    scene.pass_time(4)
    assert explain(scene).verdict.action == "forward"


def test_a_request_waits_for_this_processs_fetch() -> None:
    scene = world()
    key = explain(scene).key
    assert key is not None
    flight, _ = scene.in_flight.join(key.place)
    assert "this process" in explain(scene).verdict.sentence
    scene.in_flight.end(key.place, flight)
    assert explain(scene).verdict.action == "forward"


def test_another_process_is_explained_by_what_all_share() -> None:
    scene = world()
    scene.ask("/api/x")
    scene.items.clear()  # this process has it in memory
    assert explain(scene).verdict.result == "hit"
    assert explain(scene, in_process=False).verdict.action == "forward"


def test_what_may_be_stored_depends_on_the_origin() -> None:
    bare, lasting, failing = explain(world()).verdict.outcomes
    assert (bare.result, bare.stored, bare.why) == ("miss", False, "no-freshness")
    assert (lasting.stored, lasting.fresh_for) == (True, 60)
    assert failing.result == "problem"
    with_token = explain(world(), authorization="Bearer x").verdict.outcomes
    assert [one.why for one in with_token] == ["authorization", "authorization", None]
    scene = world()
    scene.ask("/open/x")
    scene.pass_time(70)
    not_modified, as_before, failing = explain(scene, "/open/x").verdict.outcomes
    assert (not_modified.result, not_modified.stored, not_modified.fresh_for) == ("validated", True, 60)
    assert "max-age=60" in as_before.assumed
    assert failing.result == "stale"


def test_an_unsafe_request_is_told_with_what_it_invalidates() -> None:
    scene = world()
    scene.ask("/api/x")
    explained = explain(scene, "/api/x", "DELETE")
    assert (explained.verdict.action, explained.verdict.result) == ("forward", "pass")
    assert explained.verdict.outcomes[0].why == "it invalidates /base/x"
    assert explained.cost is not None
    assert explained.cost.calls[-1].purpose == "invalidate the URL"


def test_hooks_are_named_and_not_run() -> None:
    def sign(_request: Request, _route: str) -> None:
        raise AssertionError("it must not run")

    scene = world()
    table = HookTable(every=Hooks(before_fetch=(sign,)))
    scene.gateway = with_fetcher(scene.gateway, origins=HookedOrigins(scene.fetcher.origins, table), hooks=table)
    explained = explain(scene)
    assert explained.upstream is not None
    assert explained.upstream.hooks[0].endswith("sign")
    assert any("sign" in one for one in explained.verdict.unknown)


def test_a_store_that_fails_is_a_part_of_the_explanation() -> None:
    class Broken(MemoryPermitStore):
        def read(self, *_: object, **__: object) -> Any:
            raise StoreUnavailable("the table is gone")

    scene = world(response(200, b"hi", cache_control="max-age=60", vary="accept"), permits=Broken())
    scene.ask("/api/x")
    explained = explain(scene)
    assert explained.verdict.result == "hit"
    assert [one.slot for one in explained.stored] == ["main"]
    assert any("the table is gone" in note for note in explained.verdict.notes)


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [("/graphql", "POST", b'{"query": "{a}"}'), ("/api/x", "QUERY", b"{}")],
)
def test_a_query_by_content_has_its_content_in_the_key(path: str, method: str, body: bytes) -> None:
    scene = world()
    fields = Fields([("content-type", "application/json")])
    explainer = Explainer(gateway=scene.gateway, in_process=True)
    explained = explainer.explain(Request(method=method, path=path, fields=fields, body=body))
    assert explained.key is not None
    assert explained.key.content is not None
    assert explained.key.method == method
