"""An invalid directive never permits anything, and forbids all that a valid one would forbid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.caching.decision import Serve, ServeStale
from brine.domain.caching.stale import ERRORS
from brine.domain.http.fields import Fields
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, date, decided, request, response, stored_response

COOKIE = ("Set-Cookie", "session=A")
CREDENTIALS = ("Authorization", "Basic x")
ETAG = ("ETag", '"a"')

WRONG = [
    *('{}="', '{}="5', 'max-age=60, {}="5', 'x="y, {}', 'x="y, {}=5', 'x="y", z=", {}=5', '{}=5"', '{}"', '"{}"'),
    *('"{}=5"', "{}=5;", "{}=5 6", "{} 5", "{} =5", "{}= 5", "{}=-5", "{}=5.0", "{}=5s", "{}='5'", "{}=", "{}=''"),
    *('{}=""', "{}=(5)", "{};", "{}; max-age=60", "max-age=60; {}", "max-age=60 {}=5", "{}==5", "=5, ={}", "{}:5"),
    *("{}\x00", "x/{}", "{}=5/", "{}=5, {}=6", "{}=6, {}=5", "{}=5, {}", "{}, {}=5", '{}=5, x="', "{}=5=5", "\x80{}"),
]
NO_QUOTED_LIST = ["{}=x", "{}=5", '{}="*"', '{}="a, *"', '{}="a b"', '{}=" , "', '{}="a", {}', '{}="a", {}=b']
WRONG_FLAGS = [*WRONG, "{}=5", '{}="5"', "{}=0", "{}=false", "{}, {}=1"]


def written(names: list[str], forms: list[str]) -> list[str]:
    return [form.replace("{}", name) for name in names for form in forms]


PERMITTING = [*written(["s-maxage"], WRONG), *written(["public", "must-revalidate"], WRONG_FLAGS)]


@pytest.mark.parametrize("directives", PERMITTING)
def test_no_response_to_credentials_is_kept(directives: str) -> None:
    answer = response(("Cache-Control", directives), ETAG, ("Last-Modified", date(-86_400)))
    assert ask(None, request(CREDENTIALS), answer, Policy(freshness_lifetime=60)).keep is None


@pytest.mark.parametrize("directives", PERMITTING)
def test_no_cookie_is_kept(directives: str) -> None:
    answer = response(("Cache-Control", directives), ETAG, COOKIE, ("Last-Modified", date(-86_400)))
    assert ask(None, request(), answer, Policy(freshness_lifetime=60)).keep is None


@pytest.mark.parametrize("directives", [*written(["max-age", "s-maxage"], WRONG), *written(["public"], WRONG_FLAGS)])
def test_no_status_is_kept_that_needs_permission(directives: str) -> None:
    assert ask(None, request(), response(("Cache-Control", directives), ETAG, status=201)).keep is None


@pytest.mark.parametrize("directives", written(["max-age", "s-maxage"], WRONG))
def test_no_response_is_fresh(directives: str) -> None:
    stored = stored_response(("Cache-Control", directives), ETAG, ("Last-Modified", date(-86_400)), ("Date", date()))
    assert not isinstance(decided(stored, request()), Serve | ServeStale)


@pytest.mark.parametrize("directives", written(["stale-while-revalidate", "stale-if-error"], WRONG))
def test_no_stale_response_is_served(directives: str) -> None:
    stored = stored_response(("Cache-Control", f"max-age=1, {directives}"), ETAG, ("Date", date()))
    assert not isinstance(decided(stored, request(), at=START + 3, background_refresh=True), Serve | ServeStale)
    for status in ERRORS:
        assert ask(stored, request(), response(status=status), at=START + 3).reuse is None


@pytest.mark.parametrize("directives", written(["max-stale"], WRONG))
def test_no_client_gets_a_stale_response_by_a_wrong_max_stale(directives: str) -> None:
    stored = stored_response(("Cache-Control", "max-age=1"), ETAG, ("Date", date()))
    assert not isinstance(decided(stored, request(("Cache-Control", directives)), at=START + 3), Serve | ServeStale)


@pytest.mark.parametrize("directives", written(["must-understand"], WRONG_FLAGS))
def test_no_store_holds(directives: str) -> None:
    for text in (f"no-store, {directives}", f"{directives}, no-store", f"no-store; {directives}"):
        assert ask(None, request(), response(("Cache-Control", f"max-age=60, {text}"), ETAG)).keep is None


@pytest.mark.parametrize("directives", written(["immutable"], WRONG_FLAGS))
def test_a_reload_is_obeyed(directives: str) -> None:
    stored = stored_response(("Cache-Control", f"max-age=60, {directives}"), ("Date", date()))
    asked = request(("Cache-Control", "max-age=0"))
    assert not isinstance(decided(stored, asked, at=START + 1), Serve | ServeStale)


@pytest.mark.parametrize("directives", written(["only-if-cached"], WRONG_FLAGS))
def test_a_wrong_only_if_cached_refuses_nothing(directives: str) -> None:
    assert ask(None, request(("Cache-Control", directives)), response()).reuse is None


@pytest.mark.parametrize(
    "directives", [*written(["no-store"], WRONG_FLAGS), *written(["private"], [*WRONG, *NO_QUOTED_LIST])]
)
def test_an_invalid_directive_still_forbids_storing(directives: str) -> None:
    for text in (f"max-age=60, {directives}", f"{directives}, s-maxage=60, public"):
        assert ask(None, request(), response(("Cache-Control", text), ETAG)).keep is None


@pytest.mark.parametrize("directives", written(["no-cache"], [*WRONG, *NO_QUOTED_LIST]))
def test_an_invalid_directive_still_requires_validation(directives: str) -> None:
    stored = stored_response(("Cache-Control", f"max-age=60, {directives}"), ETAG, ("Date", date()))
    assert not isinstance(decided(stored, request(), at=START + 1), Serve | ServeStale)
    fresh = stored_response(("Cache-Control", "max-age=60"), ETAG, ("Date", date()))
    for wish in (directives, *written(["max-age", "min-fresh"], WRONG)):
        asked = request(("Cache-Control", f"max-stale=100, {wish}"))
        assert not isinstance(decided(fresh, asked, at=START + 7), Serve | ServeStale), wish


@pytest.mark.parametrize(
    "directives", [*written(["s-maxage"], WRONG), *written(["must-revalidate", "proxy-revalidate"], WRONG_FLAGS)]
)
def test_an_invalid_directive_still_forbids_stale_use(directives: str) -> None:
    text = f"max-age=1, {directives}"
    stored = stored_response(("Cache-Control", text), ETAG, ("Date", date()))
    asked = request(("Cache-Control", "max-stale, stale-if-error=100"))
    assert not isinstance(decided(stored, asked, at=START + 3), Serve | ServeStale)
    assert ask(stored, asked, response(status=500), Policy(grace=100), START + 3).reuse is None


@pytest.mark.parametrize("directives", written(["no-store"], WRONG_FLAGS))
def test_a_request_that_forbids_storing_is_obeyed(directives: str) -> None:
    asked = request(("Cache-Control", directives))
    assert ask(None, asked, response(("Cache-Control", "public, max-age=60"))).keep is None


@pytest.mark.parametrize(
    "targeted",
    [
        *("public=?0", "public=5", 'public="yes"', "public=(yes)", "s-maxage", 's-maxage="5"', "s-maxage=5.0"),
        *("s-maxage=-5", "s-maxage=?0", "max-age", 'max-age="5"', "max-age=-5", "max-age=:NQ==:", "max-age=x"),
        *("must-revalidate=?0", "must-revalidate=1", "must-revalidate=(a)"),
    ],
)
def test_a_targeted_directive_of_the_wrong_type_permits_nothing(targeted: str) -> None:
    field = ("CDN-Cache-Control", targeted)
    policy = Policy(freshness_lifetime=60)
    assert ask(None, request(), response(field, COOKIE, ETAG), policy).keep is None
    assert ask(None, request(CREDENTIALS), response(field, ETAG), policy).keep is None
    assert ask(None, request(), response(field, ETAG, status=201)).keep is None


@pytest.mark.parametrize(
    ("targeted", "refusal"),
    [
        ("no-store=?0, max-age=60", "no-store"),
        ("no-store=5, max-age=60", "no-store"),
        ("no-store, must-understand=?0, max-age=60", "no-store"),
        ("private=?0, max-age=60", "private"),
        ("private=set-cookie, max-age=60", "private"),
        ('private="*", max-age=60', "private"),
        # no structured dictionary: ignored, save for what it forbids
        ("max-age=60, no-store, &", "no-store"),
        ("No-Store", "no-store"),
        ("private; max-age=60", "private"),
        ('private="x, max-age=60', "private"),
    ],
)
def test_an_invalid_targeted_field_still_restricts(targeted: str, refusal: str) -> None:
    answer = response(("CDN-Cache-Control", targeted), ("Cache-Control", "public, max-age=60"), ETAG)
    assert ask(None, request(), answer).refusal == refusal


HIDING = ["no-store", "private", "no-cache", "max-age=0", "s-maxage=0"]


@pytest.mark.parametrize("name", ["Cache-Control", "CDN-Cache-Control"])
@pytest.mark.parametrize("hidden", HIDING)
def test_two_lines_with_an_open_quote_each_hide_nothing_between_them(name: str, hidden: str) -> None:
    """Joined by a comma, the lines would be well quoted, and the part between would be text (RFC 9110 section 5.3)."""
    lines = ((name, 'public, max-age=60, s-maxage=60, x="'), (name, f'{hidden}, y="'), ETAG)
    assert ask(None, request(), response(*lines, COOKIE)).keep is None
    assert ask(None, request(CREDENTIALS), response(*lines)).keep is None
    kept = ask(None, request(), response(*lines)).keep
    assert kept is None or not isinstance(decided(kept, request()), Serve | ServeStale)


def test_an_open_quote_in_one_line_leaves_no_line_a_permission() -> None:
    for lines in (("public, max-age=60", 'x="'), ('x="', "public, max-age=60"), ('x="', 'y="', "public, max-age=60")):
        answer = response(*(("Cache-Control", line) for line in lines), ETAG)
        assert ask(None, request(CREDENTIALS), answer).refusal == "authorization"


def test_two_lines_that_a_request_leaves_open_hide_nothing() -> None:
    asked = request(("Cache-Control", 'x="'), ("Cache-Control", 'no-store, y="'))
    assert ask(None, asked, response(("Cache-Control", "max-age=60"))).refusal == "request-no-store"


def test_must_understand_of_one_field_does_not_lift_what_another_unreadable_field_forbids() -> None:
    lines = (("CDN-Cache-Control", "no-store; x=,"), ("Cache-Control", "must-understand, max-age=60"))
    assert ask(None, request(), response(*lines)).refusal == "no-store"


@pytest.mark.parametrize("expires", ["0", "-1", "tomorrow", "", "Thu, 01 Dec 2094", f"{date(600)}, {date(600)}"])
def test_an_invalid_expires_permits_nothing(expires: str) -> None:
    assert ask(None, request(), response(("Expires", expires), ETAG, status=201)).keep is None
    kept = ask(None, request(), response(("Expires", expires), ETAG), Policy(freshness_lifetime=60)).keep
    assert kept is not None
    assert not isinstance(decided(kept, request(), Policy(freshness_lifetime=60)), Serve | ServeStale)


RIGHT = st.sampled_from(
    ["public", "s-maxage=60", "max-age=60", "must-revalidate", "stale-while-revalidate=60", "immutable", 'x="y"', "x=y"]
)
JUNK = st.text(st.sampled_from('"\\=;, \tab5/()'), max_size=6)


@given(st.lists(RIGHT, max_size=3), JUNK, st.sampled_from(["no-store", "private", "no-cache"]), JUNK, RIGHT)
def test_a_forbidding_word_outside_quotes_always_forbids(
    before: list[str], left: str, word: str, right: str, after: str
) -> None:
    """Any junk may stand around it, unless the junk makes it a part of another word or puts it into quotes."""
    if (left[-1:] in {*"ab5\\", '"', "="}) or '"' in left or right[:1] in {*"ab5"}:
        return
    text = ", ".join([*before, f"{left}{word}{right}", after])
    kept = ask(None, request(), response(("Cache-Control", text), ETAG)).keep
    assert kept is None or (word == "no-cache" and not isinstance(decided(kept, request()), Serve | ServeStale))


def test_the_issue_s_own_example() -> None:
    """Client B must not get client A's cookie."""
    fields = Fields([("Cache-Control", 'max-age=60, s-maxage="5'), COOKIE])
    assert ask(None, request(), response(*fields)).refusal == "set-cookie"
