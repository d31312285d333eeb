"""A body that is stored in parts, over the whole gateway: what is served, read and written."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.bodies.stored_body import MAX_PARTS
from brine.domain.routing.route import Routes
from brine.service.hooks import Hooks, HookTable
from brine.service.purge import Purger
from tests.support.gateway.media import Cinema, Media, noise
from tests.support.gateway.world import status_of

if TYPE_CHECKING:
    from brine.domain.http.messages import Request, Response

FILM = noise(1_000_000)
PART = 100_000
MISS = ("fwd=uri-miss", "fwd=partial")


@pytest.fixture
def cinema() -> Cinema:
    return Cinema(Media(FILM))


def span(number: int) -> str:
    """The tenth of this number, as a range."""
    return f"{number * PART}-{(number + 1) * PART - 1}"


def tenth(number: int) -> bytes:
    return FILM[number * PART : (number + 1) * PART]


def stored_in_tenths(cinema: Cinema, *numbers: int) -> None:
    for number in numbers or range(10):
        answer = cinema.get(span(number))
        assert answer.stored, answer
        assert (answer.response.status, answer.response.body) == (206, tenth(number))
    cinema.bodies.reads.clear()
    cinema.bodies.writes.clear()
    cinema.media.asked.clear()


def purger(cinema: Cinema) -> Purger:
    stamps = cinema.world.stamps
    assert stamps is not None
    return Purger(routes=cinema.world.gateway.routes, stamps=stamps, clock=cinema.world.time)


def item_sizes(cinema: Cinema) -> list[int]:
    return [len(item.envelope) for (_, sk), item in cinema.world.items.items.items() if sk == "main"]


def test_ten_ranges_become_hits_for_any_bytes_of_them(cinema: Cinema) -> None:
    stored_in_tenths(cinema)
    for _ in range(2):
        for number in range(10):
            assert cinema.hit(span(number)).body == tenth(number)
        for wanted, body, told in (
            ("150000-349999", FILM[150_000:350_000], "bytes 150000-349999/1000000"),
            ("-5", FILM[-5:], "bytes 999995-999999/1000000"),
            ("999999-", FILM[-1:], "bytes 999999-999999/1000000"),
            ("0-", FILM, "bytes 0-999999/1000000"),
        ):
            response = cinema.hit(wanted)
            assert (response.status, response.body == body) == (206, True)
            assert response.fields.get("content-range") == told
        whole = cinema.hit()
        assert (whole.status, whole.body == FILM, "content-range" in whole.fields) == (200, True, False)
        head = cinema.hit(method="HEAD")
        assert (head.status, head.fields.get("content-length")) == (200, "1000000")
        cinema.restart()
    assert cinema.media.asked == []


def test_each_part_is_written_once_and_the_index_is_small(cinema: Cinema) -> None:
    for number in (3, 1, 2, 9, 0, 4, 8, 5, 7, 6):
        cinema.restart()
        assert cinema.get(span(number)).stored
    assert cinema.bodies.writes == [PART] * 10
    assert cinema.bodies.reads == []
    [size] = item_sizes(cinema)
    assert size < 1_500


def test_what_is_stored_already_is_not_written_again(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1, 3)
    for again in (("cache-control", "no-cache"), ("if-range", '"v1"')):
        assert cinema.get(span(1), again).response.body == tenth(1)
    assert cinema.bodies.writes == []
    assert cinema.get("50000-449999").response.body == FILM[50_000:450_000]
    assert cinema.bodies.writes == [250_000]  # from the first missing byte to the last
    assert cinema.hit("0-449999").body == FILM[:450_000]


def test_small_parts_are_stored_with_their_index(cinema: Cinema) -> None:
    for first in range(0, 4_000, 100):
        assert cinema.get(f"{first}-{first + 99}").stored
    assert cinema.bodies.writes == []
    assert cinema.get("4000-4199").stored
    assert cinema.bodies.writes == [4_200]
    cinema.restart()
    assert cinema.hit("0-4199").body == FILM[:4_200]


def test_a_range_reads_only_the_parts_that_it_needs(cinema: Cinema) -> None:
    stored_in_tenths(cinema)
    cinema.restart()
    assert cinema.hit("250000-310000").body == FILM[250_000:310_001]
    assert cinema.bodies.reads == [PART] * 2
    assert cinema.hit("240000-410000").body == FILM[240_000:410_001]
    assert cinema.bodies.reads == [PART] * 3  # the two are in memory
    assert cinema.hit("5000000-").status == 416
    assert cinema.hit("0-5", ("if-none-match", '"v1"')).status == 304
    assert cinema.bodies.reads == [PART] * 3


def test_parts_answer_several_ranges_and_ranges_beyond_the_end(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 9)
    several = cinema.hit("0-1, 100-101, -2")
    assert several.status == 206
    assert several.fields.get("content-type", "").startswith("multipart/byteranges; boundary=")
    for first, last in ((0, 1), (100, 101), (999_998, 999_999)):
        head = b"content-type: video/mp4\r\ncontent-range: bytes %d-%d/1000000\r\n\r\n" % (first, last)
        assert head + FILM[first : last + 1] + b"\r\n" in several.body
    beyond = cinema.hit("1000000-")
    assert (beyond.status, beyond.fields.get("content-range")) == (416, "bytes */1000000")
    assert cinema.get("0-1, 500000-500001").result == "miss"


def test_if_range_decides_whether_parts_may_answer(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    assert cinema.hit("0-9", ("if-range", '"v1"')).body == FILM[:10]
    other = cinema.get("0-9", ("if-range", '"v0"'))
    assert (other.result, other.response.status, other.response.body == FILM) == ("miss", 200, True)
    assert cinema.hit("500000-500009").body == FILM[500_000:500_010]


def test_a_request_for_the_whole_fetches_one_gap_only(cinema: Cinema) -> None:
    stored_in_tenths(cinema, *range(4), *range(5, 10))
    whole = cinema.get()
    assert (whole.response.status, whole.response.body == FILM) == (200, True)
    assert cinema.media.asked == ["bytes=400000-499999"]
    assert cinema.bodies.writes == [PART]
    cinema.restart()
    assert cinema.hit().body == FILM


def test_a_request_for_the_whole_with_several_gaps_fetches_the_whole(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 1, 3)
    assert cinema.get().response.body == FILM
    assert cinema.media.asked == [None]
    assert cinema.hit(span(7)).body == tenth(7)


def test_a_206_with_every_byte_is_the_whole(cinema: Cinema) -> None:
    answer = cinema.get("0-")
    assert (answer.response.status, answer.stored) == (206, True)
    cinema.restart()
    assert cinema.hit().status == 200
    assert cinema.hit(method="HEAD").fields.get("content-length") == "1000000"


@pytest.mark.parametrize("tag", [None, 'W/"v1"'])
def test_parts_without_a_strong_validator_replace_one_another(tag: str | None) -> None:
    cinema = Cinema(Media(FILM, tag=tag))
    stored_in_tenths(cinema, 0, 1)
    assert cinema.hit(span(1)).body == tenth(1)
    assert cinema.get(span(0)).result == "miss"


def test_parts_of_a_new_version_replace_those_of_the_old_one(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    cinema.media.body, cinema.media.tag = noise(1_000_000, 2), '"v2"'
    assert cinema.get(span(5)).stored
    assert cinema.get(span(0)).response.body == cinema.media.body[:PART]
    assert cinema.hit(span(5)).body == cinema.media.body[500_000:600_000]


def test_a_304_renews_all_parts_without_a_write_of_bytes(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    cinema.world.now += 700
    answer = cinema.get(span(0))
    assert (answer.result, answer.response.status, answer.response.body) == ("validated", 206, tenth(0))
    assert cinema.bodies.writes == []
    cinema.restart()
    assert cinema.hit(span(1)).body == tenth(1)


def test_a_further_part_renews_all_of_them(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    cinema.world.now += 700
    assert cinema.get(span(2)).stored
    assert cinema.hit("0-299999").body == FILM[:300_000]


def test_a_head_that_contradicts_the_parts_ends_them(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    assert cinema.get(method="HEAD").response.fields.get("content-length") == "1000000"
    assert cinema.hit(span(0)).body == tenth(0)
    cinema.media.tag = '"v2"'
    assert cinema.get(method="HEAD").result == "miss"
    assert cinema.get(span(0)).result == "miss"


def test_a_purge_ends_all_parts(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    cinema.world.now += 2
    purger(cinema).url("/api/film")
    cinema.world.now += 2
    assert cinema.get(span(0)).stored
    assert cinema.get(span(1)).result == "miss"


def test_a_soft_purge_makes_all_parts_stale(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    cinema.world.now += 2
    purger(cinema).url("/api/film", soft=True)
    cinema.world.now += 2
    assert cinema.get(span(0)).result == "validated"
    assert cinema.hit(span(1)).body == tenth(1)


def test_parts_past_their_keep_are_gone(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    cinema.world.now += 10_000_000
    answer = cinema.get(span(0))
    assert (answer.result, "fwd=uri-miss" in status_of(answer)) == ("miss", True)


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_lost_part_is_fetched_again_and_the_others_stay(cinema: Cinema, damage: str) -> None:
    stored_in_tenths(cinema)
    cinema.restart()
    [digest] = [digest for digest, body in cinema.bodies.bodies.items() if body == tenth(4)]
    if damage == "missing":
        del cinema.bodies.bodies[digest]
    else:
        cinema.bodies.bodies[digest] = bytes(PART)
    answer = cinema.get("390000-410000")
    assert (answer.result, answer.response.body) == ("miss", FILM[390_000:410_001])
    assert "fwd=partial" in status_of(answer)
    assert [(fault.kind, fault.what) for fault in answer.faults] == [("bodies", damage)]
    assert cinema.hit(span(3)).body == tenth(3)
    assert cinema.media.asked == ["bytes=390000-410000"]
    assert cinema.get().response.body == FILM
    assert cinema.media.asked == ["bytes=390000-410000", "bytes=410001-499999"]


def test_a_lost_part_of_a_stale_body_is_fetched_again(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    cinema.restart()
    cinema.world.now += 700
    cinema.bodies.bodies = {digest: body for digest, body in cinema.bodies.bodies.items() if body != tenth(0)}
    assert cinema.get(span(0)).response.body == tenth(0)
    assert cinema.media.asked == [f"bytes={span(0)}"] * 2  # the validation, and the part
    assert cinema.hit(span(1)).body == tenth(1)


def test_while_the_body_store_fails_the_origin_answers(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0, 1)
    cinema.restart()
    cinema.bodies.fails = True
    assert cinema.get(span(0)).response.body == tenth(0)
    cinema.bodies.fails = False
    cinema.restart()
    assert cinema.hit(span(1)).body == tenth(1)


def test_only_if_cached_gets_no_lost_part(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0)
    cinema.restart()
    cinema.bodies.bodies.clear()
    assert cinema.get(span(0), ("cache-control", "only-if-cached")).response.status == 504


def beside(cinema: Cinema) -> Cinema:
    """Another environment with the same stores and the same origin."""
    return Cinema(cinema.media, bodies=cinema.bodies, beside=cinema.world)


def test_parts_that_two_environments_add_at_once_are_joined(cinema: Cinema) -> None:
    stored_in_tenths(cinema, 0)
    other = beside(cinema)
    cinema.media.meanwhile = lambda: other.get(span(1))
    answer = cinema.get(span(2))
    assert (answer.stored, answer.response.body) == (True, tenth(2))
    cinema.restart()
    assert cinema.hit("0-299999").body == FILM[:300_000]


def test_the_same_part_of_two_environments_is_written_once(cinema: Cinema) -> None:
    other = beside(cinema)
    cinema.media.meanwhile = lambda: other.get(span(1))
    answer = cinema.get(span(1))
    assert (answer.stored, answer.response.body) == (False, tenth(1))
    assert cinema.bodies.writes == [PART]
    assert cinema.hit(span(1)).body == tenth(1)


def test_a_part_of_another_version_does_not_replace_newer_parts(cinema: Cinema) -> None:
    newer = Media(noise(1_000_000, 2), tag='"v2"')
    other = Cinema(newer, bodies=cinema.bodies, beside=cinema.world)
    cinema.media.meanwhile = lambda: other.get(span(1))
    assert not cinema.get(span(2)).stored
    cinema.restart()
    assert cinema.hit(span(1)).body == newer.body[PART : 2 * PART]


def test_a_part_fetched_before_a_purge_is_not_joined_to_one_from_after_it(cinema: Cinema) -> None:
    other = beside(cinema)

    def purge_and_fetch() -> None:
        cinema.world.now += 1
        purger(cinema).url("/api/film")
        cinema.world.now += 2
        other.world.now = cinema.world.now
        assert other.get(span(1)).stored

    cinema.media.meanwhile = purge_and_fetch
    assert not cinema.get(span(2)).stored
    cinema.restart()
    assert cinema.hit(span(1)).body == tenth(1)
    assert cinema.get(span(2)).result == "miss"


def test_a_part_fetched_before_a_purge_of_its_tag_is_not_joined_to_one_from_after_it() -> None:
    cinema = Cinema(Media(FILM, tags="films"))
    other = beside(cinema)

    def purge_and_fetch() -> None:
        cinema.world.now += 1
        purger(cinema).tag("films")
        cinema.world.now += 3
        other.world.now = cinema.world.now
        assert other.get(span(1)).stored

    cinema.media.meanwhile = purge_and_fetch
    assert not cinema.get(span(2)).stored
    cinema.restart()
    assert cinema.hit(span(1)).body == tenth(1)
    assert cinema.get(span(2)).result == "miss"


def test_a_body_in_many_parts_has_a_small_index() -> None:
    cinema = Cinema(Media(noise(3_000_000)))
    for first in range(0, 3_000_000, 20_000):
        assert cinema.get(f"{first}-{first + 9_999}").stored
    [size] = item_sizes(cinema)
    assert size < 8_000
    cinema.media.asked.clear()
    for first in range(0, 3_000_000, 20_000):
        body = cinema.get(f"{first}-{first + 9_999}").response.body
        assert body == cinema.media.body[first : first + 10_000]
    assert len(cinema.media.asked) < 150 - MAX_PARTS // 2


ROOM = 300_000


@pytest.mark.parametrize(
    ("wanted", "sent", "told"),
    [
        ("0-", "0-299999", "bytes 0-299999/1000000"),
        ("500000-", "500000-799999", "bytes 500000-799999/1000000"),
        ("800000-", "800000-1099999", "bytes 800000-999999/1000000"),
        ("100000-899999", "100000-399999", "bytes 100000-399999/1000000"),
        ("-400000", "-300000", "bytes 700000-999999/1000000"),
        ("5-9", "5-9", "bytes 5-9/1000000"),
    ],
)
def test_a_range_is_as_long_as_the_answer_can_be(wanted: str, sent: str, told: str) -> None:
    cinema = Cinema(Media(FILM), room=ROOM)
    for result in ("miss", "hit"):
        answer = cinema.get(wanted)
        first, last = map(int, told.removeprefix("bytes ").split("/")[0].split("-"))
        assert (answer.result, answer.response.status) == (result, 206)
        assert answer.response.fields.get("content-range") == told
        assert answer.response.body == FILM[first : last + 1]
    assert cinema.media.asked == [f"bytes={sent}"]


def test_a_player_reads_the_whole_file_and_the_next_one_hits() -> None:
    cinema = Cinema(Media(FILM), room=ROOM)
    for result in ("miss", "hit"):
        body = b""
        while len(body) < len(FILM):
            answer = cinema.get(f"{len(body)}-")
            assert answer.result == result
            body += answer.response.body
        assert body == FILM
    assert cinema.get("950000-").result == "hit"


def test_a_route_with_links_joins_the_parts_into_one_object_when_all_are_there() -> None:
    cinema = Cinema(Media(FILM), room=ROOM)
    routes = (replace(route, large_bodies="redirect") for route in cinema.world.gateway.routes)
    cinema.world.gateway = replace(cinema.world.gateway, routes=Routes(tuple(routes)))
    stored_in_tenths(cinema, *range(9))
    assert cinema.hit(span(0)).body == tenth(0)
    assert cinema.get(span(9)).stored
    assert cinema.bodies.writes == [1_000_000]
    for wanted in (None, "0-", span(3)):
        link = cinema.hit(wanted)
        assert link.status == 307
        assert cinema.bodies.links[link.fields.get("location", "")].body == FILM


def test_a_hook_sees_the_received_part_before_it_is_joined(cinema: Cinema) -> None:
    seen: list[Response] = []

    def may_store(response: Response, _request: Request, _route: str) -> bool:
        seen.append(response)
        return len(seen) < 3

    fetcher = replace(cinema.world.gateway.fetcher, hooks=HookTable(Hooks(before_store=(may_store,))))
    cinema.world.gateway = replace(cinema.world.gateway, fetcher=fetcher)
    for number in range(3):
        assert cinema.get(span(number)).stored == (number < 2)
    assert [one.body for one in seen] == [tenth(number) for number in range(3)]
    assert [one.fields.get("content-range") for one in seen] == [f"bytes {span(number)}/1000000" for number in range(3)]


def test_environments_that_add_parts_at_once_never_mix_up_bytes(cinema: Cinema) -> None:
    """A real race: what is lost is a part, and never its place."""
    environments = [beside(cinema) for _ in range(6)]
    start = threading.Barrier(len(environments))
    bodies: list[tuple[str, bytes]] = []

    def run(environment: Cinema, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - no secret
        start.wait()
        for _ in range(15):
            first = chance.randrange(0, 990_000)
            wanted = f"{first}-{min(first + chance.randrange(1, 60_000), 999_999)}"
            bodies.append((wanted, environment.get(wanted).response.body))

    threads = [threading.Thread(target=run, args=(one, seed)) for seed, one in enumerate(environments)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies) == 6 * 15
    for wanted, body in bodies:
        first, last = map(int, wanted.split("-"))
        assert body == FILM[first : last + 1]
    cinema.restart()
    for first in range(0, 1_000_000, 50_000):
        assert cinema.get(f"{first}-{first + 49_999}").response.body == FILM[first : first + 50_000]
    assert cinema.hit().body == FILM
