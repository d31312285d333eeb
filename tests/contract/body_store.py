"""The behaviour that every BodyStore must have."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.messages import Response
    from brine.ports.caching import BodyStore

TOLD = Fields(
    [
        ("content-type", 'text/plain; charset="utf-8"'),
        ("content-encoding", "gzip"),
        ("content-language", "de, en"),
        ("content-disposition", 'attachment; filename="a+b %41 caf\u00e9&x=1.txt"'),
    ]
)


class BodyStoreContract:
    """Each adapter's tests inherit this once and give the fixtures `store` and `follow`, which fetches a link."""

    @pytest.mark.parametrize("size", [0, 1, 100_000, 3_000_000])
    def test_bytes_come_back_from_their_address(self, store: BodyStore, size: int) -> None:
        body = os.urandom(size)
        digest = sha256(body).digest()

        store.write(digest, body)

        assert store.read(digest, size) == body

    def test_an_address_that_was_never_written_to_is_none(self, store: BodyStore) -> None:
        assert store.read(os.urandom(32), 10) is None

    def test_the_same_bytes_may_be_written_again(self, store: BodyStore) -> None:
        body = os.urandom(50)
        digest = sha256(body).digest()

        store.write(digest, body)
        store.write(digest, body)

        assert store.read(digest, 50) == body

    def test_more_bytes_than_expected_are_none(self, store: BodyStore) -> None:
        body = os.urandom(200_000)
        digest = sha256(body).digest()

        store.write(digest, body)

        assert store.read(digest, 199_999) is None
        assert store.read(digest, 10) is None

    def test_fewer_bytes_than_expected_are_for_the_caller_to_refuse(self, store: BodyStore) -> None:
        body = os.urandom(50)
        digest = sha256(body).digest()

        store.write(digest, body)

        assert store.read(digest, 51) == body

    @pytest.mark.parametrize("size", [1, 3_000_000])
    def test_a_link_gives_the_bytes_and_what_they_are(
        self, store: BodyStore, follow: Callable[[str], Response], size: int
    ) -> None:
        body = os.urandom(size)
        digest = sha256(body).digest()
        store.write(digest, body)

        url = store.link(digest, size, seconds=60, fields=TOLD)

        assert url is not None
        assert url.isascii()
        got = follow(url)
        assert (got.status, got.body) == (200, body)
        assert {name: got.fields.get(name) for name, _ in TOLD} == dict(TOLD)

    def test_there_is_no_link_to_what_is_not_there(self, store: BodyStore) -> None:
        assert store.link(os.urandom(32), 10, seconds=60, fields=Fields()) is None

    @pytest.mark.parametrize("size", [0, 49, 51])
    def test_there_is_no_link_to_what_has_another_size(self, store: BodyStore, size: int) -> None:
        body = os.urandom(50)
        digest = sha256(body).digest()
        store.write(digest, body)

        assert store.link(digest, size, seconds=60, fields=Fields()) is None

    def test_threads_share_a_store(self, store: BodyStore) -> None:
        bodies = [os.urandom(1000) for _ in range(16)]

        def write_and_read(body: bytes) -> bytes | None:
            digest = sha256(body).digest()
            store.write(digest, body)
            return store.read(digest, 1000)

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(write_and_read, bodies)) == bodies
