"""Composes the exchange. It is apart from bootstrap/gateway.py, so that a gateway does not import the exchange."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from brine.adapters.config.channels import parse_channels
from brine.adapters.dynamodb.single_use import DynamoSingleUseStore
from brine.adapters.http1.client import HttpClient
from brine.adapters.s3.claims import S3ClaimStore
from brine.adapters.sqs.message_queue import SqsMessageQueue
from brine.bootstrap.common import (
    build_declarations,
    connect_aws,
    emulated_principal,
    own_keyring,
    read_configuration,
    shared_keyring,
)
from brine.domain.channels.channel import PURPOSE
from brine.service.channels.endpoint import ChannelEndpoint, ChannelEndpoints
from brine.service.channels.exchange import ExchangeService
from brine.service.channels.receiver import MessageReceiver
from brine.service.channels.sender import MessageSender
from brine.service.channels.tokens import Tokens
from brine.settings import Settings
from brine_codec import Codec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.aws.service import Aws
    from brine.adapters.config.channels import DeclaredChannel
    from brine.domain.formats.allowed_types import Declarations

TOKENS = "brine exchange tokens"


def build_exchange(environment: Mapping[str, str], client: HttpClient | None = None) -> ExchangeService:
    """Return an exchange on AWS, from a function's environment. Opens no connection yet. Raises ConfigError.

    `client` makes every connection; the caller that passes one must close it.
    """
    settings = Settings.from_environment(environment, needs=("BRINE_BUCKET", "BRINE_CHANNELS"))
    aws = connect_aws(settings, client or HttpClient())
    types = build_declarations(settings)
    endpoints = ChannelEndpoints(
        {one.channel.name: _end(one, types, settings, aws) for one in _channels(settings, types)}
    )
    claims = S3ClaimStore(aws, settings.bucket)
    marks = DynamoSingleUseStore(aws, settings.table)
    tokens = Tokens(Codec(own_keyring(settings, aws), purpose=TOKENS))
    return ExchangeService(
        endpoints=endpoints,
        sender=MessageSender(endpoints=endpoints, marks=marks, claims=claims, tokens=tokens),
        receiver=MessageReceiver(claims=claims, marks=marks, tokens=tokens, clock=time.time),
        clock=time.time,
        emulated_principal=emulated_principal(settings),
    )


def _channels(settings: Settings, types: Declarations) -> tuple[DeclaredChannel, ...]:
    if settings.channels is None:
        return ()
    text, source = read_configuration("channels", settings.channels)
    return parse_channels(text, settings.environment, types.by_name, source=source)


def _end(declared: DeclaredChannel, types: Declarations, settings: Settings, aws: Aws) -> ChannelEndpoint:
    channel = declared.channel
    allowed = types.types(channel.types)
    keyring = shared_keyring(settings, aws, declared.keys, f"the keys of the channel {channel.name}")
    codec = Codec(keyring, purpose=PURPOSE, registry=allowed.registry, limits=allowed.limits)
    return ChannelEndpoint(
        channel=channel, queue=SqsMessageQueue(aws, declared.queue, declared.retry_queue), codec=codec, types=allowed
    )
