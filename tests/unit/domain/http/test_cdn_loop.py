"""CDN-Loop and Via as a gateway reads them (RFC 8586 section 2, RFC 9110 section 7.6.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.cdn_loop import LONGEST, cdn_ids, gateways_in, loop_in, pseudonym
from brine.domain.http.fields import Fields

OURS = "brine-0123456789ab"

ids = st.from_regex(r"[a-z0-9.:\[\]!#-]{1,20}", fullmatch=True)
quoted = st.text(st.sampled_from('ab,;"\\ ='), max_size=8).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
blanks = st.sampled_from(["", " ", "\t", " \t"])
parameters = st.builds("{}; {}={}".format, blanks, st.from_regex(r"[a-z]{1,5}", fullmatch=True), quoted | ids)
members = st.tuples(ids, st.lists(parameters, max_size=3).map("".join))


@given(st.lists(st.tuples(st.lists(st.tuples(members, blanks), max_size=4)), max_size=3))
def test_the_ids_are_read_and_their_parameters_are_left_out(
    lists: list[tuple[list[tuple[tuple[str, str], str]]]],
) -> None:
    lines = [",".join(f"{blank}{cdn_id}{rest}{blank}" for (cdn_id, rest), blank in line) for (line,) in lists]
    assert cdn_ids(lines) == tuple(cdn_id for (line,) in lists for (cdn_id, _), _ in line)


@given(st.lists(st.text(), max_size=3))
def test_any_text_can_be_read_and_the_ids_in_it_are_read_again(lines: list[str]) -> None:
    found = cdn_ids(lines)
    assert cdn_ids([", ".join(found)]) == found


@given(st.lists(ids | st.just(OURS)))
def test_only_names_of_gateways_are_told_from_other_ids(found: list[str]) -> None:
    assert gateways_in([", ".join(found)]) == tuple(cdn_id for cdn_id in found if cdn_id == OURS)


@pytest.mark.parametrize(
    ("lines", "loops"),
    [
        ([OURS], True),
        ([f"other.example; a=b, {OURS}"], True),
        ([f"{OURS};v=1"], True),
        ([f"{OURS} ; v=1,x"], True),
        (["a", OURS.upper()], True),
        ([f'x="{OURS}, {OURS}'], True),
        (['x; a="', f"{OURS}"], True),
        ([f'x; trace="a, {OURS}, b"'], False),
        ([f'x; trace="a\\", {OURS}, b"'], False),
        ([], False),
        (["", ","], False),
        (["brine", f"{OURS}0", f"x-{OURS}", f"x; {OURS}", OURS[:-1]], False),
    ],
)
def test_how_a_gateway_finds_itself_in_cdn_loop(lines: list[str], loops: bool) -> None:
    shown = loop_in(Fields([("CDN-Loop", line) for line in lines]), OURS)
    assert shown == ("its CDN-Loop names this gateway" if loops else None)


@pytest.mark.parametrize(
    ("lines", "loops"),
    [
        ([f"1.1 {OURS}"], True),
        ([f"1.0 fred, HTTP/2 {OURS} (a comment, with a comma)", "1.1 other"], True),
        ([f"1.1 a (b, c),1.1\t{OURS.upper()}"], True),
        ([f"1.1 other (1.1, 1.1 {OURS})"], False),
        (["1.1 brine", OURS, f"1.1 {OURS}0", f"1.1 x {OURS}", "", ","], False),
    ],
)
def test_how_a_gateway_finds_itself_in_via(lines: list[str], loops: bool) -> None:
    shown = loop_in(Fields([("Via", line) for line in lines]), OURS)
    assert shown == ("its Via names this gateway" if loops else None)


def test_a_long_cdn_loop_is_a_loop() -> None:
    assert loop_in(Fields([("cdn-loop", "a" * LONGEST)]), OURS) is None
    assert loop_in(Fields([("cdn-loop", "a" * LONGEST), ("cdn-loop", "a")]), OURS) is not None


def test_each_deployment_has_a_name_of_its_own_that_tells_nothing_of_it() -> None:
    names = {
        pseudonym("eu-1", "table"),
        pseudonym("eu-2", "table"),
        pseudonym("eu-1", "tables"),
        pseudonym("eu-1table"),
    }
    assert len(names) == 4
    assert all(name.startswith("brine-") and "table" not in name for name in names)
