"""Builds the transcoder of a route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.formats.media import Format
from brine.domain.routing.transcoding import CLIENT_PURPOSE, ORIGIN_PURPOSE, Rendition
from brine.service.transcoding.client_envelopes import ClientEnvelopes
from brine.service.transcoding.content_converter import ContentConverter
from brine.service.transcoding.renditions import types_version
from brine.service.transcoding.transcoder import Transcoder
from brine_codec import Codec

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.formats.allowed_types import Types
    from brine.domain.http.messages import Request
    from brine.domain.routing.transcoding import Transcoding
    from brine.ports.channels import SingleUseStore
    from brine_codec import Keyring, KeyringSource


def build_transcoder(
    route: str,
    transcoding: Transcoding,
    types: Types,
    keyring: Callable[[str, str], Keyring | KeyringSource],
    *,
    clock: Callable[[], float],
    marks: SingleUseStore,
    is_query: Callable[[Request], bool] = lambda _: False,
    emulated_principal: str | None = None,
) -> Transcoder:
    """Return the transcoder of a route.

    keyring: returns the keyring for the value of a setting and a description of this setting. marks: marks of used
    envelopes from clients. is_query: see Transcoder. emulated_principal: the sender of requests without a verified
    principal, on an emulator.
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

    client_codec = codec("client_keys", transcoding.client_keys, CLIENT_PURPOSE)
    client_envelopes = None
    if client_codec is not None:
        client_envelopes = ClientEnvelopes(
            route=route, codec=client_codec, marks=marks, emulated_principal=emulated_principal
        )
    version = types_version(types)
    return Transcoder(
        route=route,
        transcoding=transcoding,
        converter=ContentConverter(
            transcoding, types, codec("origin_keys", transcoding.origin_keys, ORIGIN_PURPOSE), client_envelopes
        ),
        renditions={
            form: Rendition(form, f"{form.name.lower()}-{version}")
            for form in transcoding.client_formats
            if form is not transcoding.origin or form is Format.SEALED
        },
        clock=clock,
        is_query=is_query,
    )
