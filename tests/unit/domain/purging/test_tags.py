"""The tags of a response: where they come from, and how many there may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.fields import Fields
from brine.domain.purging.tags import MAX_TAG_LENGTH, MAX_TAGS, check_tags, response_tags
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, request, response


@pytest.mark.parametrize(
    ("lines", "tags"),
    [
        ([], ()),
        ([("Surrogate-Key", " a  b\tc ")], ("a", "b", "c")),
        ([("Surrogate-Key", "a,b")], ("a,b",)),
        ([("Surrogate-Key", "a"), ("surrogate-key", "b a")], ("a", "b")),
        ([("Cache-Tag", "a, b c,,d ")], ("a", "b c", "d")),
        ([("Cache-Tag", "a"), ("Cache-Tag", "A")], ("a", "A")),
        ([("Cache-Groups", '"a", "b c", "d\\"e", ""')], ("a", "b c", 'd"e')),
        ([("Cache-Groups", '"a";x=1'), ("Cache-Groups", '"b"')], ("a", "b")),
        ([("Cache-Groups", '"b"'), ("Cache-Tag", "c"), ("Surrogate-Key", "a b")], ("a", "b", "c")),
    ],
)
def test_tags_of_each_field(lines: list[tuple[str, str]], tags: tuple[str, ...]) -> None:
    assert response_tags(Fields(lines), ()) == tags


def test_two_lines_with_an_open_quote_each_hide_no_group() -> None:
    fields = Fields([("Cache-Groups", '"a", "'), ("Cache-Groups", 'secret", "b"')])
    assert response_tags(fields, ()) is None


@pytest.mark.parametrize("groups", ["a", '"a", b', '"a", 1', '("a" "b")', '"a",', '"a', "\xe9"])
def test_a_response_whose_groups_cannot_be_read_is_not_kept(groups: str) -> None:
    """A purge of the group that its origin meant would miss it."""
    fields = Fields([("Cache-Groups", groups), ("Cache-Tag", "b")])
    assert response_tags(fields, ()) is None
    answer = response(("Cache-Control", "max-age=60"), *fields)
    assert ask(None, request(), answer).refusal == "tags"


def test_the_route_gives_its_own_first() -> None:
    assert response_tags(Fields([("Surrogate-Key", "b a")]), ("r", "a")) == ("r", "a", "b")


@pytest.mark.parametrize(
    ("count", "length", "fits"),
    [
        (MAX_TAGS, 3, True),
        (MAX_TAGS + 1, 3, False),
        (1, MAX_TAG_LENGTH, True),
        (1, MAX_TAG_LENGTH + 1, False),
        (16, 1_000, True),
        (17, 1_000, False),
        (128, 128, True),
        (128, 129, False),
    ],
)
def test_there_is_a_limit(count: int, length: int, fits: bool) -> None:
    tags = tuple(f"{number:0{length}}" for number in range(count))
    assert response_tags(Fields([("Surrogate-Key", " ".join(tags))]), ()) == (tags if fits else None)


def test_the_limit_is_in_bytes() -> None:
    """A tag that does not fit into a key could be neither looked up nor purged."""
    assert check_tags(["\U0001f600" * 250]) == ("\U0001f600" * 250,)
    for tag in ("\U0001f600" * 251, "\ud800", ""):
        with pytest.raises(ValueError, match="bytes"):
            check_tags([tag])


def test_a_tag_may_be_other_than_utf_8() -> None:
    assert response_tags(Fields([("Surrogate-Key", "a\xff b"), ("Cache-Tag", "\xe9")]), ()) == ("a\xff", "b", "\xe9")


@given(st.lists(st.text(alphabet=' ab"\\\xe9', max_size=5).filter(lambda text: text.isascii()), max_size=5))
def test_groups_come_back_as_they_were_written(groups: list[str]) -> None:
    quoted = ", ".join('"' + group.replace("\\", "\\\\").replace('"', '\\"') + '"' for group in groups)
    assert response_tags(Fields([("cache-groups", quoted)]), ()) == tuple(dict.fromkeys(filter(None, groups)))


@given(st.text(alphabet='ab"\\,;= 1\xe9', max_size=30))
def test_any_text_is_read(text: str) -> None:
    for name in ("surrogate-key", "cache-tag", "cache-groups"):
        tags = response_tags(Fields([(name, text)]), ())
        assert tags is not None or name == "cache-groups"
        assert all(tags or ())


def test_a_stored_response_has_its_tags_and_a_304_updates_them() -> None:
    policy = Policy(tags=("r",))
    fresh = response(("Cache-Control", "max-age=60"), ("ETag", '"1"'), ("Surrogate-Key", "a"), ("Cache-Tag", "b"))
    keep = ask(None, request(), fresh, policy).keep
    assert keep is not None
    assert keep.tags == ("r", "a", "b")
    confirmed = response(("ETag", '"1"'), ("Surrogate-Key", "c"), status=304, body=b"")
    again = ask(keep, request(), confirmed, policy, at=START + 100).keep
    assert again is not None
    assert again.tags == ("r", "c", "b")


def test_with_too_many_it_is_not_stored() -> None:
    many = response(("Cache-Control", "max-age=60"), ("Cache-Tag", ",".join(map(str, range(MAX_TAGS + 1)))))
    reception = ask(None, request(), many)
    assert (reception.keep, reception.refusal) == (None, "tags")
