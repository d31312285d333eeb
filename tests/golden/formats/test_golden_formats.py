"""Every text that was ever written is read as the same object, and is still written so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from brine.domain.formats import Format, decode, encode
from tests.golden.formats.objects import OBJECTS, TYPES
from tests.support.codec.format_samples import exactly

V1: list[dict[str, Any]] = json.loads(Path(__file__).with_name("v1.json").read_text())["vectors"]
TEXTS = [(vector["name"], Format.JSON, vector["json"].encode()) for vector in V1]
TEXTS += [(vector["name"], Format.MSGPACK, bytes.fromhex(vector["msgpack"])) for vector in V1]


@pytest.mark.parametrize(("name", "form", "data"), TEXTS, ids=[f"{form.name} {name}" for name, form, _ in TEXTS])
def test_it_is_read_and_written_as_ever(name: str, form: Format, data: bytes) -> None:
    assert exactly(decode(form, data, TYPES)) == exactly(OBJECTS[name])
    assert encode(form, OBJECTS[name], TYPES) == data


def test_every_object_has_its_texts() -> None:
    assert [vector["name"] for vector in V1] == list(OBJECTS)
