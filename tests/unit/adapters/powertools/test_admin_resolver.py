"""The admin API over HTTP: documents, and a problem with a remedy for each mistake. No AWS."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.budgets import MemoryBudgetStore
from brine.adapters.memory.circuits import MemoryCircuitStore
from brine.adapters.powertools.admin_resolver import AdminResolver
from brine.domain.resilience.budget_ledger import MeterChange, Take
from brine.domain.resilience.circuit import Opening
from brine.domain.routing.origin import OriginAddress
from brine.errors import StoreUnavailable
from brine.service.admin.admin import Admin
from brine.service.admin.statistics import Statistics
from brine.service.origins.budgets import budget_key
from brine_codec import Keyring, KeyringSource
from tests.support.gateway.world import response
from tests.unit.service.admin.memory_metrics import MemoryMetrics
from tests.unit.service.admin.stored_world import StoredWorld, source, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.http.messages import Request
    from brine.service.admin.sources import CacheTable

LEAVE_OUT = "Write the cursor of the last answer, or leave it out."
UNITS = 'not a duration. Write "5m" or a number of seconds. The units are ms, s, m, h and d.'
NO_NAME = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
TAGGED = response(200, b"hello", cache_control="max-age=60", surrogate_key="orders")


class Api:
    """The admin API over a world, called as Lambda calls it."""

    def __init__(self) -> None:
        self.stored = StoredWorld()
        self.stored.answers.answer = lambda _: TAGGED
        self.errors: list[Exception] = []
        self.put(*self.stored.items.tables)

    def put(self, *tables: CacheTable) -> None:
        """Serve these tables from now on."""
        admin = Admin(tables=tables, clock=self.stored.time, monotonic=lambda: 0.0)
        self.metrics = MemoryMetrics()
        statistics = Statistics(metrics=self.metrics, clock=self.stored.time, monotonic=lambda: 0.0)
        self.resolver = AdminResolver(admin, self.errors.append, explain=self.explain, statistics=statistics)

    def explain(self, request: Request, tenant: str | None) -> dict[str, object]:
        """Return the request in the place of its explanation."""
        lines = [list(line) for line in request.fields.lines]
        return {"asked": [request.method, request.target, lines, request.body.decode(), tenant]}

    def __call__(
        self, method: str, path: str, query: str = "", body: object = None, *, text: str | None = None
    ) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        """The status, the document and the headers of the answer."""
        event = {
            "version": "2.0",
            "rawPath": f"/_brine/{path}",
            "rawQueryString": query,
            "headers": {"content-type": "application/json"},
            "requestContext": {"http": {"method": method, "path": f"/_brine/{path}"}, "stage": "$default"},
            "body": json.dumps(body) if text is None else text,
            "isBase64Encoded": False,
        }
        result = self.resolver(event, None)
        return result["statusCode"], json.loads(result["body"]), result["headers"]


@pytest.fixture
def api() -> Api:
    return Api()


def test_the_version_names_the_code_and_its_stored_forms(api: Api) -> None:
    status, document, headers = api("GET", "version")
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "application/json", "no-store")
    assert document.keys() == {"brine", "python", "stored_response", "stored_result"}


def test_stored_items_have_the_members_of_the_docs(api: Api) -> None:
    api.stored.world.ask("/api/orders/7")
    status, document, _ = api("GET", "stored", "route=api&younger_than=5m&larger_than=1&limit=50")
    assert status == 200
    assert (document["cursor"], document["scanned"]) == (None, 1)
    (item,) = document["items"]
    assert item | {"key": "", "stored_bytes": 0, "evict_at": 0} == {
        "kind": "response",
        "route": "api",
        "tenant": None,
        "tenant_digest": None,
        "url": "/api/orders/7",
        "method": "GET",
        "target": "/base/orders/7",
        "source": None,
        "status": 200,
        "age": 0.0,
        "remaining_freshness": 60,
        "state": "fresh",
        "bytes": 5,
        "stored_bytes": 0,
        "where": "table",
        "tags": ["orders"],
        "variant": None,
        "parts": 0,
        "function": "gateway",
        "namespace": None,
        "key": "",
        "slot": "main",
        "evict_at": 0,
        "reason": None,
    }


def test_a_tenant_has_its_name_only_where_the_operator_gave_it(api: Api) -> None:
    api.stored.world.ask("/ours/x", x_tenant="acme")
    assert [one["tenant"] for one in api("GET", "stored", "tenant=acme")[1]["items"]] == ["acme"]
    assert [one["tenant"] for one in api("GET", "stored")[1]["items"]] == [None]


def test_pages_follow_by_the_cursor(api: Api) -> None:
    for number in range(3):
        api.stored.world.ask(f"/api/{number}")
    _, first, _ = api("GET", "stored", "limit=2")
    _, second, _ = api("GET", "stored", f"limit=2&cursor={first['cursor']}")
    assert [len(first["items"]), len(second["items"]), second["cursor"]] == [2, 1, None]


def test_a_url_filter_finds_what_a_client_of_that_url_gets(api: Api) -> None:
    api.stored.world.ask("/sorted/1?b=2&a=1")
    _, document, _ = api("GET", "stored", "url=/sorted/1%3Futm_x%3D1%26a%3D1%26b%3D2")
    assert [one["url"] for one in document["items"]] == ["/sorted/1?a=1&b=2"]


def test_a_dry_run_lists_and_writes_nothing_and_the_purge_does_it(api: Api) -> None:
    api.stored.world.ask("/api/1")
    api.stored.world.ask("/timed/1")
    status, preview, _ = api("POST", "purge", body={"tag": "orders", "dry_run": True})
    assert (status, preview["count"], preview["bytes"], preview["complete"]) == (200, 2, 10, True)
    assert {one["url"] for one in preview["items"]} == {"/api/1", "/timed/1"}
    assert api.stored.stamps.stamps == {}
    status, done, _ = api("POST", "purge", body={"tag": "orders"})
    assert (status, done["stamp"], done["at"]) == (200, "tag:orders", api.stored.time() + 5)
    assert {one["state"] for one in api("GET", "stored")[1]["items"]} == {"purged"}


@pytest.mark.parametrize(
    ("body", "stamp"),
    [
        ({"url": "/api/1"}, "key:"),
        ({"route": "api"}, "route:api"),
        ({"everything": True, "soft": True}, "everything"),
        ({"tenant": "acme"}, "tenant:"),
        ({"tag": "a", "all_tenants": True}, "tag@all:a"),
        ({"url": "/ours/1", "tenant": "acme"}, "key:"),
    ],
)
def test_each_kind_of_purge_writes_its_stamp(api: Api, body: dict[str, object], stamp: str) -> None:
    status, done, _ = api("POST", "purge", body=body)
    assert (status, done["stamp"].startswith(stamp)) == (200, True)
    assert done["stamp"] in api.stored.stamps.stamps


WRONG: list[tuple[dict[str, object], str]] = [
    ({}, "nothing says what to purge. Give one of url, tag, route, tenant, everything."),
    ({"url": "/api/1", "tag": "a"}, "url and tag are given. Purge by one of them: send a request for each."),
    ({"tga": "a"}, '"tga" is unknown. Did you mean tag?'),
    ({"tag": 7}, "tag is 7. Write a text that is not empty."),
    ({"tag": ""}, 'tag is "". Write a text that is not empty.'),
    ({"everything": "yes"}, 'everything is "yes". Write true or false.'),
    ({"everything": False}, "nothing says what to purge. Give one of url, tag, route, tenant, everything."),
    ({"route": "api", "tenant": "a"}, "tenant goes with url or tag, or alone, not with route. Leave one of both out."),
    (
        {"route": "api", "all_tenants": True},
        "all_tenants goes with tag. Leave it out: other purges cover all tenants, or name one.",
    ),
    (
        {"tag": "a", "cursor": "x"},
        f"cursor: 'x' is not a cursor of an earlier page. {LEAVE_OUT}",
    ),
    ({"tag": "a", "limit": 3}, "limit and cursor go with dry_run: a purge ends everything that it covers at once."),
    ({"tag": "a", "limit": 0}, "limit is 0. Write a whole number from 1 to 1000000."),
    ({"tag": "a\n"}, "a tag has 1 to 1000 bytes."),
    ({"tag": "a", "tenant": "b", "all_tenants": True}, "name one tenant, or purge the tag for all tenants: not both."),
    ({"url": "/ours/1"}, "the route ours has tenants: name one."),
    ({"url": "/api/*"}, 'a purge by URL ends one URL, and "/api/*" has a *. Purge many by their route or a tag.'),
    ({"url": "http://x/y"}, "http://x/y does not begin with a path, such as /orders/17: scheme and host are left out."),
]


@pytest.mark.parametrize(("body", "detail"), WRONG, ids=[str(one) for one, _ in WRONG])
def test_a_wrong_purge_gets_a_problem_with_its_remedy(api: Api, body: dict[str, object], detail: str) -> None:
    status, document, headers = api("POST", "purge", body=body)
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")
    assert (document["type"], document["detail"]) == ("urn:brine:problem:admin-request-invalid", detail)
    assert api.stored.stamps.stamps == {}


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (
            "{",
            f"the body is not JSON: {NO_NAME}. Send a JSON object, such as {{}}.",
        ),
        ("[]", "the body is a list. Send a JSON object."),
        ("null", "the body is null. Send a JSON object."),
    ],
)
def test_a_body_that_is_no_json_object_is_told(api: Api, text: str, detail: str) -> None:
    assert api("POST", "purge", text=text)[1]["detail"] == detail


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("routes=api", '"routes" is unknown. Did you mean route?'),
        ("route=a&route=b", "route is given more than once. Give it once."),
        (
            "older_than=5%20min",
            f'older_than is "5 min": {UNITS}',
        ),
        ("larger_than=big", 'larger_than is "big". Write a number of bytes, or a text such as "100KB".'),
        ("limit=none", 'limit is "none". Write a whole number from 1 to 1000000.'),
        ("state=old", 'state is "old". Write one of fresh, stale, grace, keep, purged, unknown.'),
        ("url=orders", 'url is "orders". Begin it with the path, such as /orders/17: leave scheme and host out.'),
        ("tenant=%07", "tenant is '\\x07'. Write a text that can be printed."),
        (
            "cursor=WzldYQ",
            f"cursor: 'WzldYQ' is not a cursor of an earlier page. {LEAVE_OUT}",
        ),
        (
            "cursor=Wzld",
            f"the cursor is for a table that is not there. {LEAVE_OUT}",
        ),
    ],
)
def test_a_wrong_parameter_gets_a_problem_with_its_remedy(api: Api, query: str, detail: str) -> None:
    status, document, _ = api("GET", "stored", query)
    assert (status, document["detail"]) == (400, detail)


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "store", 404, "/_brine/store is unknown. Did you mean /_brine/stored?"),
        ("GET", "purge", 405, "/_brine/purge takes POST, not GET."),
    ],
)
def test_an_unknown_path_or_method_is_told(api: Api, method: str, path: str, status: int, detail: str) -> None:
    found, document, headers = api(method, path)
    assert (found, document["detail"], headers.get("allow")) == (status, detail, "POST" if status == 405 else None)


def test_a_route_that_is_nowhere_is_refused_and_one_that_code_may_have_is_noted(api: Api) -> None:
    _, document, _ = api("POST", "purge", body={"route": "nowhere", "dry_run": True})
    assert document["note"].startswith('No routes.toml has a route "nowhere".')
    gateway = replace(api.stored.items.tables[0], sources=api.stored.items.tables[0].sources[:1])
    api.put(gateway)
    status, document, _ = api("POST", "purge", body={"route": "nowhere"})
    assert (status, document["detail"][:45]) == (400, 'no route has the name "nowhere". The routes: ')


ROUTES = """
[[route]]
name = "a"
prefix = "/a"
origin = "https://one.test"
origin_budget = "100/min"
[[route]]
name = "b"
prefix = "/b"
origin = "https://one.test"
circuit_breaker = false
[[route]]
name = "c"
prefix = "/c"
origin = "https://two.test"
circuit_breaker = false
tenant = "header:x-tenant"
origin_budget = { rate = "10/h", per = "tenant" }
"""


def test_circuits_tell_since_when_and_for_which_share_of_failures(api: Api) -> None:
    circuits, now = MemoryCircuitStore(), api.stored.time()
    routes = parse_routes(ROUTES, {})
    own = replace(table(api.stored.world.items, api.stored.stamps, source(routes)), circuits=circuits)
    api.put(own)
    origin = OriginAddress("https", "one.test", 443)
    assert [one["state"] for one in api("GET", "circuits")[1]["circuits"]] == ["closed", "off"]
    circuits.open(origin, until=now + 20, opening=Opening(now - 10, 7, 10))
    opened = {
        "origin": "https://one.test",
        "routes": ["a", "b"],
        "state": "open",
        "since": now - 10,
        "open_until": now + 20,
        "failed": 7,
        "requests": 10,
        "failure_share": 0.7,
        "probes": {"needed": 1, "claimed": 0, "succeeded": 0},
    }
    assert api("GET", "circuits")[1]["circuits"][0] == opened
    api.stored.pass_time(20)
    assert api("GET", "circuits")[1]["circuits"][0] == opened | {"state": "half-open"}
    api.stored.pass_time(600)
    assert api("GET", "circuits")[1]["circuits"][0]["state"] == "closed"


def test_budgets_tell_what_is_used_and_when_it_resets(api: Api) -> None:
    budgets, now = MemoryBudgetStore(), api.stored.time()
    routes = parse_routes(ROUTES, {})
    own = replace(table(api.stored.world.items, api.stored.stamps, source(routes)), budgets=budgets)
    api.put(own)
    unused, unknown = api("GET", "budgets")[1]["budgets"]
    assert (unused["routes"], unused["used"], unused["free"], unused["resets"]) == (["a"], 0, 100, None)
    assert (unknown["per_tenant"], unknown["used"], unknown["tenant"]) == (True, None, None)
    route = routes.named("a")
    assert route is not None
    budget = route.origin_budget
    assert budget is not None
    slot = budget.slot(now)
    take = Take(name="x", now=now, evict_at=0, requests=MeterChange(added=12, at_most=100, slots={slot: 12}))
    budgets.take(budget_key(route.origin, budget, ""), take)
    used = api("GET", "budgets")[1]["budgets"][0]
    assert (used["used"], used["free"], used["resets"]) == (12, 88, budget.leaves_at(slot))
    of_tenant = api("GET", "budgets", "tenant=acme")[1]["budgets"][1]
    assert (of_tenant["used"], of_tenant["tenant"]) == (0, "acme")


def test_keys_have_ids_and_no_secret(api: Api) -> None:
    secret = "a secret of the tests that is long"
    later = api.stored.time() + 60
    text = json.dumps({"1": secret, "2": {"secret": secret + "er", "seals_from": later}})
    one = replace(source(api.stored.routes), keyring=Keyring.from_json(text), key_keep_days=30)
    missing = replace(source(api.stored.routes, namespace="shop"), keyring=KeyringSource(lambda: "broken"))
    api.put(table(api.stored.world.items, api.stored.stamps, one, missing))
    _, document, _ = api("GET", "keys")
    assert document["keys"][0] == {
        "function": "gateway",
        "namespace": None,
        "seals": 1,
        "keys": [
            {"id": 2, "state": "waits", "seals_from": later, "opens_until": None},
            {"id": 1, "state": "seals", "seals_from": None, "opens_until": later + 30 * 86_400},
        ],
        "error": None,
    }
    assert document["keys"][1]["error"] == "the keyring could not be loaded: BadKeyring"
    assert secret not in json.dumps(document)


def test_health_fails_with_the_table_or_the_keys(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api("GET", "health")[:2] == (
        200,
        {
            "status": "ok",
            "checks": [{"check": name, "error": None} for name in ("table", "keys of gateway", "keys of tests")],
        },
    )
    monkeypatch.setattr(api.stored.stamps, "read", _fails)
    status, document, _ = api("GET", "health")
    assert (status, document["status"]) == (503, "failing")
    assert document["checks"][0]["error"] == "the table cannot be read: no answer"


def _fails(*_: object, **__: object) -> None:
    raise StoreUnavailable("no answer")


def test_a_table_that_fails_and_a_mistake_of_ours_are_problems(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.stored.world.ask("/api/1")
    monkeypatch.setattr(api.stored.stamps, "read", _fails)
    status, document, _ = api("GET", "stored")
    assert (status, document["detail"]) == (503, "the table did not answer: no answer. Try again.")
    monkeypatch.setattr(api.stored.world.items, "page", lambda **_: 1 / 0)
    status, document, _ = api("GET", "stored")
    assert (status, document["detail"]) == (500, "the admin API failed with ZeroDivisionError")
    assert [type(error) for error in api.errors] == [ZeroDivisionError]


def test_threads_get_the_answers_to_their_own_requests(api: Api) -> None:
    paths = ["version", "health", "keys", "circuits", "nowhere"] * 20
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda path: api("GET", path), paths))
    expected = {"version": "brine", "health": "checks", "keys": "keys", "circuits": "circuits", "nowhere": "detail"}
    assert all(expected[path] in document for path, (_, document, _) in zip(paths, answers, strict=True))


def test_a_request_to_explain_is_read_as_a_client_would_send_it(api: Api) -> None:
    assert api("POST", "explain", body={"url": "/a"})[1] == {"asked": ["GET", "/a", [], "", None]}
    body = {"method": "POST", "url": "/a?", "headers": [["Accept", "x"]], "body": "{}", "tenant": "acme"}
    assert api("POST", "explain", body=body)[1] == {"asked": ["POST", "/a?", [["accept", "x"]], "{}", "acme"]}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "url is missing. Write the path and query of a client, such as /orders/17."),
        ({"url": "orders"}, 'url is "orders". Begin it with the path, such as /orders/17: leave scheme and host out.'),
        ({"url": "/a", "method": "G T"}, 'method is "G T". Write a method such as GET.'),
        ({"url": "/ä"}, 'url is "/ä". Write it in percent-encoded UTF-8.'),
        ({"url": "/a b"}, 'url is "/a b". Write it in percent-encoded UTF-8.'),
        (
            {"url": "/x", "body": "\ud800"},
            "body has half of a surrogate pair, so it is not UTF-8. Write whole characters.",
        ),
        (
            {"url": "/a", "headers": [["a b", "c"]]},
            'headers has the name "a b". Write a name such as accept.',
        ),
        (
            {"url": "/a", "headers": [["a", "b\nc: d"]]},
            "headers has 'b\\nc: d' as the value of a. Write printable ASCII.",
        ),
        (
            {"url": "/a", "headers": {}},
            'headers is no list. Write pairs of a name and a value, such as [["accept", "text/html"]].',
        ),
        (
            {"url": "/a", "headers": [["a"]]},
            'headers has an element that is no pair. Write pairs such as ["accept", "text/html"].',
        ),
    ],
)
def test_a_wrong_request_to_explain_gets_a_problem(api: Api, body: dict[str, object], detail: str) -> None:
    status, document, _ = api("POST", "explain", body=body)
    assert (status, document["detail"]) == (400, detail)
