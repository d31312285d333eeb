"""Pickle you can safely keep in a shared cache: objects sealed into envelopes, and back.

codec = Codec(Keyring.from_json(text), purpose="cache", registry=registry)
sealed = codec.seal(obj, context=("tenant", "key"), now=time.time())
obj = codec.open(sealed, context=("tenant", "key"), now=time.time())
"""

from brine_codec.classes.registry import Registry
from brine_codec.classes.vocabulary import Vocabulary
from brine_codec.codec import Codec
from brine_codec.envelope.header import Info
from brine_codec.envelope.keyring import Key, Keyring
from brine_codec.envelope.keyring_source import KeyringSource
from brine_codec.errors import (
    Alarm,
    BadKeyring,
    CodecError,
    Expired,
    Forbidden,
    KeyringUnavailable,
    Malformed,
    Miss,
    Premature,
    SchemaMiss,
    Tampered,
    TooLarge,
    Undecodable,
    UnknownKey,
    Unsupported,
)
from brine_codec.limits import Limits
from brine_codec.pickling.writer import rebuild

__version__ = "0.1.0"

__all__ = [
    "Alarm",
    "BadKeyring",
    "Codec",
    "CodecError",
    "Expired",
    "Forbidden",
    "Info",
    "Key",
    "Keyring",
    "KeyringSource",
    "KeyringUnavailable",
    "Limits",
    "Malformed",
    "Miss",
    "Premature",
    "Registry",
    "SchemaMiss",
    "Tampered",
    "TooLarge",
    "Undecodable",
    "UnknownKey",
    "Unsupported",
    "Vocabulary",
    "rebuild",
]
