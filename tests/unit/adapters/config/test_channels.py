"""channels.toml: what a good file gives, and where a bad one is bad. The schema for editors must agree on both."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from brine.adapters.config.channels import DeclaredChannel, parse_channels
from brine.domain.channels.channel import LARGEST_MESSAGE, Channel
from brine.errors import ConfigError

ROUTES = Path(__file__).parents[4] / "layers" / "routes"
SCHEMA = json.loads((ROUTES / "channels.schema.json").read_text())
HEAD = '[[channel]]\nname = "a"\nqueue = "q"\nretry_queue = "r"\nkeys = "k"\nsenders = []\nreceivers = []\n'
TYPES = {"shop.Order", "shop.Line"}


def test_a_full_channel() -> None:
    text = """
[[channel]]
name = "orders-2"
queue = "https://${HOST}/1/orders"
retry_queue = "https://${HOST}/1/again"
keys = "${KEYS}"
types = ["shop.Order", "shop.Line"]
senders = ["user/a.b@c", "role/producer-*", "123456789012:role/x", "root"]
receivers = ["*"]
retention = "2h"
max_size = 1_000
visibility = "1.5m"
"""
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    assert parse_channels(text, {"HOST": "sqs.test", "KEYS": "arn:keys"}, TYPES) == (
        DeclaredChannel(
            Channel(
                name="orders-2",
                types=("shop.Order", "shop.Line"),
                senders=("user/a.b@c", "role/producer-*", "123456789012:role/x", "root"),
                receivers=("*",),
                retention=7200.0,
                max_size=1000,
                visibility=90,
            ),
            "https://sqs.test/1/orders",
            "https://sqs.test/1/again",
            "arn:keys",
        ),
    )


def test_what_need_not_be_said() -> None:
    jsonschema.validate(tomllib.loads(HEAD), SCHEMA)
    ((declared),) = parse_channels(HEAD, {}, TYPES)
    channel = declared.channel
    assert (channel.types, channel.retention, channel.max_size, channel.visibility) == (
        (),
        345_600,
        LARGEST_MESSAGE,
        30,
    )
    assert not channel.may_send("user/x")
    assert not channel.may_receive("user/x")


@pytest.mark.parametrize("text", ["", "channel = []"])
def test_a_gateway_may_have_no_channels(text: str) -> None:
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    assert parse_channels(text, {}, TYPES) == ()


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("[[channel]\n", "1:10", "not valid TOML"),
        ("x = 1", "1:1", 'unknown key "x"'),
        ("[channel]\nname = 1", "1:2", "the file is a list of"),
        ("[[channel]]\n", "1:1", 'the channel has no "name"'),
        (HEAD.replace("senders = []\n", ""), "1:1", 'the channel has no "senders"'),
        (HEAD.replace('"a"', '"A"'), "2:1", '"name" must be lower-case'),
        (HEAD.replace('"r"', '""'), "4:1", '"retry_queue" must be text in quotes'),
        (HEAD.replace('"q"', "1"), "3:1", '"queue" must be text in quotes'),
        (HEAD.replace('"k"', '""'), "5:1", '"keys" must be text in quotes'),
        (HEAD.replace("senders = []", 'senders = ["arn:aws:iam::1:user/x"]'), "6:1", '"senders" holds "arn:aws'),
        (HEAD.replace("senders = []", 'senders = "*"'), "6:1", '"senders" must be a list of names'),
        (HEAD.replace("receivers = []", 'receivers = ["role/a b"]'), "7:1", '"receivers" holds "role/a b"'),
        (HEAD + "retention = 59", "8:1", '"retention" must be from "60s" to "14d"'),
        (HEAD + 'retention = "15d"', "8:1", '"retention" must be from'),
        (HEAD + "max_size = 67_108_865", "8:1", '"max_size" must be a number of bytes up to'),
        (HEAD + "max_size = 0", "8:1", '"max_size" must be a number of bytes up to'),
        (HEAD + 'visibility = "250ms"', "8:1", '"visibility" must be whole seconds'),
        (HEAD + 'visibility = "13h"', "8:1", '"visibility" must be whole seconds'),
        (HEAD + "color = 1", "8:1", 'unknown key "color"; a channel knows keys, max_size, name'),
        (HEAD + HEAD, "9:1", 'there is already a channel named "a"'),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, where: str, what: str) -> None:
    with pytest.raises(ConfigError) as failure:
        parse_channels(text, {}, TYPES)
    assert str(failure.value).startswith(f"channels.toml:{where}: ")
    assert what in str(failure.value)


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("senders = []\n", ""),
        HEAD.replace('"a"', '"A"'),
        HEAD.replace("senders = []", 'senders = ["arn:aws:iam::1:user/x"]'),
        HEAD + "max_size = 67_108_865",
        HEAD + "color = 1",
    ],
)
def test_the_schema_sees_the_same_mistakes(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMA)


def test_what_others_must_know_is_named() -> None:
    with pytest.raises(
        ConfigError, match=r'channels.toml:8:1: "types" holds "shop.X", which types.toml does not declare'
    ):
        parse_channels(HEAD + 'types = ["shop.X"]', {}, TYPES)
    with pytest.raises(
        ConfigError, match=r'channels.toml:5:1: "keys" asks for the environment variable KEYS'
    ) as failure:
        parse_channels(HEAD.replace('"k"', '"${KEYS}"'), {"KEYS": "", "OTHER": "hushed"}, TYPES)
    assert "hushed" not in str(failure.value)
