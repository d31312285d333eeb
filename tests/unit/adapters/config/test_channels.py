"""channels.toml: the result of a good file, and the place of a mistake. The schema for editors must agree on both."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from brine.adapters.config.channels import DeclaredChannel, parse_channels
from brine.domain.channels.channel import MAX_MESSAGE_SIZE, Channel
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


def test_omitted_settings_have_defaults() -> None:
    jsonschema.validate(tomllib.loads(HEAD), SCHEMA)
    ((declared),) = parse_channels(HEAD, {}, TYPES)
    channel = declared.channel
    assert (channel.types, channel.retention, channel.max_size, channel.visibility) == (
        (),
        345_600,
        MAX_MESSAGE_SIZE,
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
        ("[[channel]\n", "", "not valid TOML"),
        ("x = 1", "", 'unknown key "x"'),
        ("[channel]\nname = 1", "", "not a list of [[channel]] tables"),
        ("[[channel]]\n", "channel 1", 'no "name"'),
        (HEAD.replace("senders = []\n", ""), 'channel "a"', 'no "senders"'),
        (HEAD.replace('"a"', '"A"'), 'channel "A": name = "A"', "not a name"),
        (HEAD.replace('"r"', '""'), 'channel "a": retry_queue = ""', "not a text"),
        (HEAD.replace('"q"', "1"), 'channel "a": queue = 1', "not a text"),
        (HEAD.replace('"k"', '""'), 'channel "a": keys = ""', "not a text"),
        (
            HEAD.replace("senders = []", 'senders = ["arn:aws:iam::1:user/x"]'),
            'channel "a": senders = ["arn:aws:iam::1:user/x"]',
            '"arn:aws:iam::1:user/x" is not a principal',
        ),
        (HEAD.replace("senders = []", 'senders = "*"'), 'channel "a": senders = "*"', "not a list of names"),
        (
            HEAD.replace("receivers = []", 'receivers = ["role/a b"]'),
            'channel "a": receivers = ["role/a b"]',
            '"role/a b" is not a principal',
        ),
        (HEAD + "retention = 59", 'channel "a": retention = 59', "not a time that SQS keeps messages"),
        (HEAD + 'retention = "15d"', 'channel "a": retention = "15d"', "not a time that SQS keeps messages"),
        (HEAD + "max_size = 67_108_865", 'channel "a": max_size = 67108865', "not a whole number of bytes from 1 to"),
        (HEAD + "max_size = 0", 'channel "a": max_size = 0', "not a whole number of bytes from 1 to"),
        (HEAD + 'visibility = "250ms"', 'channel "a": visibility = "250ms"', "not a visibility timeout of SQS"),
        (HEAD + 'visibility = "13h"', 'channel "a": visibility = "13h"', "not a visibility timeout of SQS"),
        (HEAD + "color = 1", 'channel "a"', 'unknown key "color"'),
        (HEAD + HEAD, 'channel 2: name = "a"', "channel 1 has the same"),
    ],
)
def test_a_mistake_is_named_with_its_table_key_and_value(text: str, where: str, what: str) -> None:
    with pytest.raises(ConfigError) as failure:
        parse_channels(text, {}, TYPES)
    assert str(failure.value).startswith(f"channels.toml: {where}: " if where else "channels.toml: ")
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


def test_unknown_types_and_principals_are_named() -> None:
    with pytest.raises(
        ConfigError, match=r'channels.toml: channel "a": types = \["shop.X"\]: types.toml does not declare "shop.X"'
    ):
        parse_channels(HEAD + 'types = ["shop.X"]', {}, TYPES)
    with pytest.raises(ConfigError, match=r'does not declare "Order"\. Did you mean "shop\.Order"\? '):
        parse_channels(HEAD + 'types = ["Order"]', {}, ["shop.Order"])
    with pytest.raises(
        ConfigError, match=r'channels.toml: channel "a": keys = "\${KEYS}": the environment variable KEYS is not set'
    ) as failure:
        parse_channels(HEAD.replace('"k"', '"${KEYS}"'), {"KEYS": "", "OTHER": "hushed"}, TYPES)
    assert "hushed" not in str(failure.value)
