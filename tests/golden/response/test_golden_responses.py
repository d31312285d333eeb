"""Every stored response of the form in use opens to the same object, and is still written so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from brine.service.http_cache.sealing import STORED_RESPONSE_VERSION
from tests.golden.response.responses import CODEC, CONTEXT, NOW, RESPONSES, sealed

FORM: dict[str, str] = json.loads(Path(__file__).with_name(f"v{STORED_RESPONSE_VERSION}.json").read_text())


@pytest.mark.parametrize("name", RESPONSES)
def test_it_opens_to_the_same_response(name: str) -> None:
    assert CODEC.open(bytes.fromhex(FORM[name]), context=CONTEXT, now=NOW + 59) == RESPONSES[name]


@pytest.mark.parametrize("name", RESPONSES)
def test_it_is_still_written_so(name: str) -> None:
    assert sealed(name).hex() == FORM[name]


def test_every_response_has_its_envelope() -> None:
    assert FORM.keys() == RESPONSES.keys()
