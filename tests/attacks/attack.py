"""One hostile payload, and how it gets to the codec."""

from __future__ import annotations

from dataclasses import dataclass
from pickle import PickleBuffer
from typing import TYPE_CHECKING, Literal

from brine_codec.envelope.buffers import join
from brine_codec.envelope.context import encode_context
from brine_codec.envelope.header import KIND_BUFFERS, KIND_TREE, LAYOUT, MAGIC
from tests.support.codec.samples import NOW, keyring
from tests.support.codec.zstd import zstd

if TYPE_CHECKING:
    from brine_codec.envelope.mac import Mac

PURPOSE = "attack"
CONTEXT = ("victim", "key")


@dataclass(frozen=True, slots=True)
class Attack:
    """A pickle stream, or the whole content of an envelope when `kind` says so.

    alone: whether the reader without the gate must withstand it too. False for attacks that need only allowed callables
    to take memory, time or the stack, or to fill objects that were made: the gate exists for these.
    harmless: whether it may be accepted, since an honest writer could have made a similar stream.
    """

    name: str
    stream: bytes
    buffers: tuple[bytes, ...] = ()
    alone: bool = True
    harmless: bool = False
    compress: bool = False

    def envelope(self, mac: Mac | None = None) -> bytes:
        """Sealed with the true key, as if it had leaked, or with another."""
        content = self.stream
        if self.buffers:
            content = b"".join(join([content], [PickleBuffer(buffer) for buffer in self.buffers]))
        size, compression = len(content), 0
        if self.compress:
            content, compression = zstd.compress(content, level=1), 2
        kind = KIND_TREE | (KIND_BUFFERS if self.buffers else 0)  # so that the gate looks at any content
        header: bytes = LAYOUT.pack(MAGIC, 1, compression, kind, 0, 2, int(NOW), 0, 0, size, 0)
        mac = mac or keyring().opening_key(2, NOW).mac(PURPOSE)
        return header + content + mac.tag(header + encode_context(CONTEXT), content)


type Wall = Literal["seal", "tree", "gate", "reader", "none"]
"""seal: the attacker has no key. tree, gate: the key has leaked, and the streams are trees or graphs. reader: and the
gate is off. none: bare pickle, to see that the corpus bites."""
