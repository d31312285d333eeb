"""The weight of an entry in process memory: no part of it is free."""

from __future__ import annotations

from dataclasses import replace

from brine.domain.bodies.stored_body import BodyReference
from brine.domain.purging.dependency import Dependency
from brine.service.http_cache.lookup import weight
from tests.support.gateway.miniature import START, stored_response

PLAIN = stored_response()


def test_dependencies_weigh_as_much_as_their_names() -> None:
    names = tuple(f"key:{number:064}" for number in range(400))
    whole = replace(PLAIN, dependencies=(Dependency(names, START, START),))
    assert weight(whole) >= weight(PLAIN) + sum(map(len, names))


def test_a_body_weighs_and_its_address_does_not() -> None:
    assert weight(replace(PLAIN, body=b"x" * 5_000)) - weight(replace(PLAIN, body=b"")) == 5_000
    assert weight(replace(PLAIN, body=BodyReference(b"\0" * 32, 5_000))) < 5_000
