"""Bodies in parts: what was added can be read, no byte is stored twice, and the number of parts is limited."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brine.domain.bodies.stored_body import MAX_PARTS, BodyReference, PartialBody, StoredPart

SIZE = 60
BODY = bytes(range(SIZE))
SPANS = st.tuples(st.integers(0, SIZE - 1), st.integers(1, 12)).map(lambda span: (span[0], min(SIZE, sum(span))))


def placed(body: PartialBody) -> PartialBody:
    """The body with all its parts in the body store, and loaded."""

    def moved(part: StoredPart) -> StoredPart:
        assert part.data is not None
        return StoredPart(part.first, BodyReference(sha256(part.data).digest(), part.size), part.data)

    return replace(body, parts=tuple(map(moved, body.parts)))


@settings(max_examples=200)
@given(st.lists(st.tuples(SPANS, st.booleans()), max_size=12), SPANS)
def test_a_body_has_the_bytes_that_were_added(
    added: list[tuple[tuple[int, int], bool]], asked: tuple[int, int]
) -> None:
    body, known = PartialBody(SIZE), set[int]()
    for (start, stop), is_placed in added:
        references = {part for part in body.parts if isinstance(part.body, BodyReference)}
        body = body.with_bytes(start, BODY[start:stop])
        known |= {*range(start, stop)}
        stayed = {part for part in body.parts if isinstance(part.body, BodyReference)}
        assert stayed <= references
        assert all(start <= part.first and part.stop <= stop for part in references - stayed)
        body = placed(body) if is_placed else body
        assert body.is_valid()
        assert sum(part.size for part in body.parts) == len(known) == body.loaded_size
    assert body.is_complete == (len(known) == SIZE)
    assert {place for a, b in body.missing for place in range(a, b)} == {*range(SIZE)} - known
    start, stop = asked
    assert body.covers(start, stop) == ({*range(start, stop)} <= known)
    if body.covers(start, stop):
        assert body.read(start, stop) == BODY[start:stop]
        needed = body.within([(start, stop)])
        assert all(part.first < stop and start < part.stop for part in needed)
    else:
        with pytest.raises(ValueError, match="are stored"):
            body.read(start, stop)


def test_bytes_that_are_stored_already_change_nothing() -> None:
    body = PartialBody(10).with_bytes(2, b"2345")
    assert body.with_bytes(3, b"45") is body


def test_a_part_between_new_bytes_is_replaced_and_the_ends_are_not_stored_twice() -> None:
    body = placed(PartialBody(12).with_bytes(0, b"01").with_bytes(4, b"45").with_bytes(9, b"9"))
    body = body.with_bytes(1, b"123456789")
    assert [(part.first, part.data) for part in body.parts] == [(0, b"01"), (2, b"2345678"), (9, b"9")]


def test_a_part_that_is_not_loaded_cannot_be_read() -> None:
    body = placed(PartialBody(10).with_bytes(2, b"2345")).unloaded()
    assert body.loaded_size == 0
    with pytest.raises(ValueError, match="load it first"):
        body.read(2, 4)


def test_lost_parts_leave_the_others() -> None:
    body = placed(PartialBody(10).with_bytes(0, b"01").with_bytes(5, b"56"))
    assert body.without({sha256(b"01").digest()}).parts == body.parts[1:]
    assert body.without({bytes(32)}) is body


def test_a_part_too_many_replaces_another_one() -> None:
    body = PartialBody(1_000)
    for first in range(0, 2 * (MAX_PARTS + 20), 2):
        body = body.with_bytes(first, bytes([first % 256]))
        assert body.covers(first, first + 1)
    assert len(body.parts) == MAX_PARTS
    assert body.is_valid()


def test_a_reader_that_goes_round_still_finds_parts() -> None:
    body, found = PartialBody(10_000), 0
    for _ in range(4):
        for first in range(0, 3 * MAX_PARTS, 2):
            found += body.covers(first, first + 1)
            body = body.with_bytes(first, b"%d" % (first % 10))
    assert found > 3 * 3 * MAX_PARTS // 2 // 5


@pytest.mark.parametrize(
    "parts", [((3, b"34"), (4, b"4")), ((4, b"4"), (3, b"3")), ((9, b"9a"),), ((-1, b"a"),), ((3, b""),)]
)
def test_parts_that_overlap_or_exceed_the_body_are_invalid(parts: tuple[tuple[int, bytes], ...]) -> None:
    assert not PartialBody(10, tuple(StoredPart(*part) for part in parts)).is_valid()
