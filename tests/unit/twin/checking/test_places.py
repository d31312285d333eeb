"""The lines and columns of keys and values in TOML files."""

from __future__ import annotations

import pytest

from brine_cli.checking.finding import Place
from brine_cli.checking.toml.places import TomlPlaces

TEXT = """\
# a comment
[[route]]
name = "ä" # behind it
"quoted key" = 1
query = { keep = ["é", "b"], sort = true }
a.b.c = 2
[route.query_body]
max_bytes = 3
[[route]]
  name = '''
several lines'''
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("route", 0), (2, 3, 8), (2, 3, 8)),
        (("route", 0, "name"), (3, 1, 5), (3, 8, 11)),
        (("route", 0, "quoted key"), (4, 1, 13), (4, 16, 17)),
        (("route", 0, "query"), (5, 1, 6), (5, 9, 43)),
        (("route", 0, "query", "keep", 1), (5, 24, 27), (5, 24, 27)),
        (("route", 0, "query", "sort"), (5, 30, 34), (5, 37, 41)),
        (("route", 0, "a", "b", "c"), (6, 1, 6), (6, 9, 10)),
        (("route", 0, "query_body", "max_bytes"), (8, 1, 10), (8, 13, 14)),
        (("route", 1, "name"), (10, 3, 7), (10, 10, 13)),
    ],
)
def test_a_key_and_its_value_have_their_own_places(
    path: tuple[str | int, ...], key: tuple[int, int, int], value: tuple[int, int, int]
) -> None:
    places = TomlPlaces(TEXT)
    assert places.find(path, is_key=True) == Place(*key)
    assert places.find(path, is_key=False) == Place(*value)


def test_what_is_not_in_the_file_has_the_place_of_its_table() -> None:
    places = TomlPlaces(TEXT)
    assert places.find(("route", 1, "origin"), is_key=False) == Place(9, 3, 8)
    assert places.find(("route", 0, "query", "drop", 3), is_key=False) == Place(5, 1, 6)
    assert places.find(("type", 0), is_key=False) is None
