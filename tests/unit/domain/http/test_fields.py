from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.fields import Fields

LINES = (("A", "1"), ("b", "2"), ("a", "3"))


def test_names_compare_without_case_and_lines_keep_their_order() -> None:
    fields = Fields(LINES)
    assert fields.lines == (("a", "1"), ("b", "2"), ("a", "3"))
    assert fields.all("A") == ("1", "3")
    assert fields.get("A") == "1, 3"
    assert "B" in fields
    assert "c" not in fields
    assert (fields.get("c"), fields.get("c", "none"), fields.all("c")) == (None, "none", ())


def test_changes_leave_the_original_alone() -> None:
    fields = Fields(LINES)
    assert fields.without({"a"}).lines == (("b", "2"),)
    assert fields.only({"b"}).lines == (("b", "2"),)
    assert fields.with_line("C", "4").lines[-1] == ("c", "4")
    assert fields.replacing("A", "5").lines == (("b", "2"), ("a", "5"))
    assert fields.updated_by(Fields([("A", "6"), ("A", "7")])).lines == (("b", "2"), ("a", "6"), ("a", "7"))
    assert fields.lines == Fields(LINES).lines


def test_equal_lines_make_equal_fields_whether_or_not_they_were_read() -> None:
    read = Fields(LINES)
    assert read.get("a") == "1, 3"
    assert read == Fields(LINES)
    assert hash(read) == hash(Fields(LINES))
    assert pickle.loads(pickle.dumps(read)) == read  # noqa: S301 - its own bytes


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), max_size=8))
def test_every_line_is_found_under_its_name(lines: list[tuple[str, str]]) -> None:
    fields = Fields(lines)
    assert all(value in fields.all(name) for name, value in fields)
    assert sum(len(fields.all(name)) for name in {name for name, _ in fields}) == len(fields) == len(lines)
