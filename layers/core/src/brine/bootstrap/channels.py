"""Puts exchanges together, as bootstrap.py does gateways, which need none of what is imported here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from brine.adapters.config.channels import parse_channels
from brine.adapters.dynamodb.single_use import DynamoSingleUseStore
from brine.adapters.http1.client import Client
from brine.adapters.s3.claims import S3ClaimStore
from brine.adapters.sqs.message_queue import SqsMessageQueue
from brine.bootstrap.common import build_declarations, connect_aws, own_keyring, read_file, shared_keyring, stand_in
from brine.domain.channels.channel import PURPOSE
from brine.errors import ConfigError
from brine.service.channels.channel_end import ChannelEnd, ChannelEnds
from brine.service.channels.exchange import Exchange
from brine.service.channels.receiving import Receiving
from brine.service.channels.sending import Sending
from brine.service.channels.tokens import Tokens
from brine.settings import Settings
from brine_codec import Codec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.aws.service import Aws
    from brine.adapters.config.channels import DeclaredChannel
    from brine.domain.formats.allowed_types import Declarations

TOKENS = "brine exchange tokens"


def build_exchange(environment: Mapping[str, str], client: Client | None = None) -> Exchange:
    """An exchange on AWS, from a function's environment. Nothing is connected yet. Raises ConfigError.

    `client` has every connection; who passes one closes it.
    """
    settings = Settings.from_environment(environment)
    aws = connect_aws(settings, client or Client())
    types = build_declarations(settings)
    ends = ChannelEnds({one.channel.name: _end(one, types, settings, aws) for one in _channels(settings, types)})
    claims = S3ClaimStore(aws, settings.bucket)
    marks = DynamoSingleUseStore(aws, settings.table)
    tokens = Tokens(Codec(own_keyring(settings, aws), purpose=TOKENS))
    return Exchange(
        ends=ends,
        sending=Sending(ends=ends, marks=marks, claims=claims, tokens=tokens),
        receiving=Receiving(claims=claims, marks=marks, tokens=tokens, clock=time.time),
        clock=time.time,
        stand_in=stand_in(settings),
    )


def _channels(settings: Settings, types: Declarations) -> tuple[DeclaredChannel, ...]:
    path = settings.channels
    if path is None:
        raise ConfigError("the environment variable BRINE_CHANNELS is not set")
    return parse_channels(read_file("channels", path), settings.environment, types.by_name, source=path.name)


def _end(declared: DeclaredChannel, types: Declarations, settings: Settings, aws: Aws) -> ChannelEnd:
    channel = declared.channel
    allowed = types.types(channel.types)
    keyring = shared_keyring(settings, aws, declared.keys, f"the keys of the channel {channel.name}")
    codec = Codec(keyring, purpose=PURPOSE, registry=allowed.registry, limits=allowed.limits)
    return ChannelEnd(
        channel=channel, queue=SqsMessageQueue(aws, declared.queue, declared.retry_queue), codec=codec, types=allowed
    )
