"""Many clients at once on one cold key (RFC 9111 section 4): one fetch where the answer is for all, else one each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.conformance.story import Reply
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from tests.conformance.scripted_origin import ScriptedOrigin

CROWD = 50
SLOW = 0.5  # seconds: long enough for all of them to have arrived


def bodies_of_a_crowd(twin: str, path: str, *fields: bytes) -> tuple[list[bytes], int]:
    """The bodies that so many clients got, and the number of clients without a fetch of their own."""
    with ThreadPoolExecutor(CROWD) as pool:
        made = [pool.submit(converse, twin, request(b"GET", path.encode(), *fields)) for _ in range(CROWD)]
        answers = [split(one.result()) for one in made]
    shared = [lines for _, lines, _ in answers if any(b"; collapsed" in line or b"; hit" in line for line in lines)]
    return [body for _, _, body in answers], len(shared)


def test_a_crowd_makes_one_fetch(twin: str, origin: ScriptedOrigin) -> None:
    path = "/crowd-for-all"
    origin.script(path, Reply(fields=("Cache-Control: max-age=3600",), body=b"for all", delay=SLOW))
    bodies, shared = bodies_of_a_crowd(twin, path)
    assert bodies == [b"for all"] * CROWD
    assert (len(origin.asked(path)), shared) == (1, CROWD - 1)


def test_a_private_response_is_fetched_for_each_client(twin: str, origin: ScriptedOrigin) -> None:
    path = "/crowd-of-each"
    own = [Reply(fields=("Cache-Control: private, max-age=3600",), body=b"%d" % number) for number in range(CROWD)]
    origin.script(path, Reply(fields=own[0].fields, body=own[0].body, delay=SLOW), *own[1:])
    bodies, shared = bodies_of_a_crowd(twin, path)
    assert sorted(map(int, bodies)) == list(range(CROWD))
    assert shared == 0


def test_credentials_do_not_wait_for_each_other(twin: str, origin: ScriptedOrigin) -> None:
    path = "/crowd-with-credentials"
    own = [Reply(fields=("Cache-Control: max-age=3600",), body=b"%d" % number) for number in range(CROWD)]
    origin.script(path, *own)
    bodies, shared = bodies_of_a_crowd(twin, path, b"authorization: Bearer x")
    assert sorted(map(int, bodies)) == list(range(CROWD))
    assert shared == 0


def test_new_variants_are_fetched_side_by_side_and_all_are_stored(twin: str, origin: ScriptedOrigin) -> None:
    path, languages = "/crowd-of-variants", (b"de", b"en", b"es", b"fr")
    fields = ("Cache-Control: max-age=3600", "Vary: Accept-Language")

    def lines_of(language: bytes) -> bytes:
        answer = split(converse(twin, request(b"GET", path.encode(), b"accept-language: " + language)))
        return b"\n".join(answer[1])

    origin.script(path, Reply(fields=fields, body=b"first"), Reply(fields=fields, body=b"other", delay=SLOW))
    lines_of(b"it")
    with ThreadPoolExecutor(len(languages)) as pool:
        fetched = list(pool.map(lines_of, languages))
    assert [b"fwd=vary-miss; fwd-status=200; stored" in lines for lines in fetched] == [True] * len(languages)
    assert [b"brine; hit" in lines_of(language) for language in (b"it", *languages)] == [True] * (1 + len(languages))
    assert len(origin.asked(path)) == 1 + len(languages)
