"""Messages as SQS has them: a message from another sender is one of ours, or none."""

from __future__ import annotations

import json

import pytest

from brine.adapters.sqs.channel_message import read, write
from brine.domain.channels.message import ChannelMessage, ClaimCheck

CLAIM = {"size": 7, "sha256": "00" * 32}
WHOLE = {"version": 2, "sender": "role/shop", "expires_at": 1_790_000_000}


@pytest.mark.parametrize("envelope", [b"sealed", ClaimCheck(7, bytes(32))])
def test_a_written_message_reads_the_same(envelope: bytes | ClaimCheck) -> None:
    message = ChannelMessage("123456789012:role/shop", 1_790_000_000, envelope)
    assert read(write(message)) == message


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"sender": "\ud800"},
        {"sender": "role/" + "x y"},
        {"sender": ""},
        {"expires_at": 10**30},
        {"expires_at": -1},
        {"expires_at": 1.5},
        {"claim": {**CLAIM, "size": -1}},
        {"claim": {**CLAIM, "sha256": "00"}},
        {"claim": {**CLAIM, "sha256": "zz" * 32}},
        {"claim": None, "sealed": "not base64"},
    ],
)
def test_a_body_in_another_form_is_no_message(change: dict[str, object]) -> None:
    assert read(json.dumps({**WHOLE, "claim": CLAIM})) is not None
    assert read(json.dumps({**WHOLE, "claim": CLAIM, **change})) is None


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 100_000, '{"version":' + "1" * 5_000 + "}"])
def test_a_body_other_than_a_json_object_is_no_message(text: str) -> None:
    assert read(text) is None
