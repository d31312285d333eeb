"""What converts on one route, put together from what the route settles and what may travel."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from brine.domain.formats.media import Format
from brine.domain.routing.transcoding import CLIENT_PURPOSE, ORIGIN_PURPOSE, Rendition
from brine.service.transcoding.content import Contents
from brine.service.transcoding.senders import Senders
from brine.service.transcoding.transcoder import Transcoder
from brine_codec import Codec

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.formats.allowed_types import Types
    from brine.domain.routing.transcoding import Transcoding
    from brine.ports.channels import SingleUseStore
    from brine_codec import Keyring, KeyringSource

WRITERS = 1
"""Counts changes in how objects are written as JSON or MessagePack: entity-tags of before stand for other bytes."""


def build_transcoder(
    route: str,
    transcoding: Transcoding,
    types: Types,
    keyring: Callable[[str, str], Keyring | KeyringSource],
    *,
    clock: Callable[[], float],
    marks: SingleUseStore,
    stand_in: str | None = None,
) -> Transcoder:
    """The transcoder of a route. `keyring` gives the keys that a setting names; it is told which setting that is.

    marks: of envelopes that clients have sent. stand_in: who it was, on an emulator that verifies nobody.
    """

    def codec(setting: str, keys: str | None, purpose: str) -> Codec | None:
        if keys is None:
            return None
        return Codec(
            keyring(keys, f'{setting} of the route "{route}"'),
            purpose=purpose,
            registry=types.registry,
            limits=types.limits,
        )

    with_clients = codec("client_keys", transcoding.client_keys, CLIENT_PURPOSE)
    version = f"{WRITERS}-{crc32(repr(types.registry.tags).encode()):08x}"
    return Transcoder(
        route=route,
        transcoding=transcoding,
        contents=Contents(
            transcoding,
            types,
            codec("origin_keys", transcoding.origin_keys, ORIGIN_PURPOSE),
            with_clients,
            None if with_clients is None else Senders(route=route, codec=with_clients, marks=marks, stand_in=stand_in),
        ),
        renditions={
            form: Rendition(form, f"{form.name.lower()}-{version}")
            for form in transcoding.client_formats
            if form is not transcoding.origin or form is Format.SEALED
        },
        clock=clock,
    )
