"""The coding for a client, by its Accept-Encoding (RFC 9110 section 12.5.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.compression.accepted_codings import CODINGS, accepted_codings

ALL = frozenset(CODINGS)


@pytest.mark.parametrize(
    ("line", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("zstd;q=0.1, br;q=0.2, gzip;q=0.3", "gzip"),
        ("gzip ; q=0.5 , br ;q=0.4", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000", None),
        ("gzip;q=0.001", "gzip"),
        ("gzip, gzip;q=0", None),
        ("deflate", None),
        ("identity", None),
        ("identity;q=1, *;q=0", None),
        ("identity, gzip", "gzip"),
        ("identity;q=0.9, gzip;q=0.5", None),
        ("identity;q=0", None),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("*", "gzip"),
        ("*;q=0", None),
        ("*;q=0, br", "br"),
        ("gzip;q=0, *", None),
        ("gzip;q=0.5, *;q=0.1", "gzip"),
        ("gzip;q=0.5, *", None),
        ("", None),
        (" , ,", None),
        ("gzip;q=2", None),
        ("gzip;q=x", None),
        ("gzip;level=9", None),
        ("gzip;level=9;q=1", None),
        ("gzip;q=x, br", "br"),
        ('"gzip"', None),
        ("g zip", None),
    ],
)
def test_the_best_coding(line: str, coding: str | None) -> None:
    assert accepted_codings([line]).best(ALL) == coding


def test_a_client_that_sends_no_line_gets_no_coding() -> None:
    assert accepted_codings([]).best(ALL) is None


def test_lines_are_one_list() -> None:
    assert accepted_codings(["br;q=0.5", "gzip"]).best(ALL) == "gzip"


def test_only_offered_codings_count() -> None:
    assert accepted_codings(["gzip, br, zstd"]).best({"gzip", "br"}) == "br"
    assert accepted_codings(["br"]).best({"gzip"}) is None


def test_content_that_does_not_fit_is_sent_in_any_accepted_coding() -> None:
    accepted = accepted_codings(["gzip;q=0.2, identity"])
    assert accepted.best(ALL) is None
    assert accepted.best(ALL, identity_fits=False) == "gzip"
    assert accepted_codings(["identity"]).best(ALL, identity_fits=False) is None


@pytest.mark.parametrize(
    ("line", "refuses"),
    [
        ("identity;q=0", True),
        ("*;q=0", True),
        ("gzip, *;q=0", True),
        ("*;q=0, identity;q=0.5", False),
        ("identity;q=0.1", False),
        ("gzip;q=0", False),
        ("", False),
    ],
)
def test_identity_is_refused_only_by_a_weight_of_0(line: str, *, refuses: bool) -> None:
    assert accepted_codings([line]).refuses_identity is refuses


NAMES = st.sampled_from(["gzip", "br", "zstd", "identity", "*", "deflate"])
MEMBERS = st.lists(st.tuples(NAMES, st.integers(0, 1000)), max_size=6, unique_by=lambda member: member[0])
OFFERED = st.sets(st.sampled_from(CODINGS))


def by_the_rules(members: list[tuple[str, int]], offered: set[str]) -> set[str | None]:
    """All representations that are best for the client, by the sentences of section 12.5.3, one after the other."""
    named = dict(members)

    def quality(coding: str | None) -> float:
        name = coding or "identity"
        if name in named:
            return named[name]
        if "*" in named and name in {"identity", "gzip"}:  # the server may choose what "*" stands for
            return named["*"]
        return 0.5 if coding is None else 0  # acceptable by default, but less than each that is named

    best = max(map(quality, (None, *offered)))
    wanted = {coding for coding in (None, *offered) if quality(coding) == best}
    return {None} if best == 0 else wanted


@given(MEMBERS, OFFERED)
def test_the_best_coding_is_the_one_of_a_search_over_all(members: list[tuple[str, int]], offered: set[str]) -> None:
    line = ", ".join(f"{name};q={weight / 1000:.3f}" for name, weight in members)
    best = by_the_rules(members, offered)
    found = accepted_codings([line]).best(offered)
    assert found in best
    assert found is not None or best == {None}  # of equals, the smaller one


@given(st.text(max_size=30), OFFERED)
def test_any_text_gives_an_offered_coding_or_none(text: str, offered: set[Any]) -> None:
    assert accepted_codings([text]).best(offered) in {None, *offered}


@given(MEMBERS, st.permutations(range(6)))
def test_the_order_of_members_does_not_matter(members: list[tuple[str, int]], order: list[int]) -> None:
    members = [(name, weight) for name, weight in members]
    other = [members[at] for at in order if at < len(members)]

    def best(all_members: list[tuple[str, int]]) -> str | None:
        return accepted_codings([", ".join(f"{name};q={weight / 1000:.3f}" for name, weight in all_members)]).best(ALL)

    assert best(members) == best(other)
