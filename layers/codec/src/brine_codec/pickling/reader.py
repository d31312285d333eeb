"""The restricted unpickler: it can find `rebuild`, and no other name."""

from __future__ import annotations

import copyreg
from io import BytesIO
from pickle import Unpickler

from brine_codec.errors import CodecError, Forbidden, TooLarge, Undecodable, shown
from brine_codec.pickling.opcodes import PROTOCOL

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.pickling.makers import Rebuild


class Reader(Unpickler):
    """Reads one stream."""

    __slots__ = ("rebuild",)
    rebuild: Rebuild

    def find_class(self, module: str, name: str) -> object:
        """Return `rebuild`. Raises Forbidden for any other name."""
        if module == "brine_codec" and name == "rebuild":
            return self.rebuild
        raise Forbidden(f"the stream asks for {shown(module)} {shown(name)}")


def read(stream: bytes, buffers: list[memoryview], rebuild: Rebuild) -> object:
    """Return the object of a stream that uses each buffer once. Raises only CodecErrors, for any bytes."""
    if not stream.startswith(PROTOCOL):
        raise Forbidden("the stream is not of protocol 5")
    copyreg.clear_extension_cache()  # a stream reaches the extension cache without find_class
    left = iter(buffers)
    file = BytesIO(stream)  # the unpickler takes one frame at a time from it, and nothing after the end
    reader = Reader(file, fix_imports=False, buffers=left)
    reader.rebuild = rebuild
    try:
        obj = reader.load()
    except CodecError:
        raise
    except (MemoryError, RecursionError) as error:
        raise TooLarge(f"reading the stream ended in a {type(error).__name__}") from None
    except Exception as error:  # noqa: BLE001 - an unpickler raises nearly any type, and its message may show data
        raise Undecodable(f"reading the stream ended in a {type(error).__name__}") from None
    if file.read(1):
        raise Undecodable("the stream goes on after its end")
    if next(left, None) is not None:
        raise Undecodable("the stream does not use all of its buffers")
    return obj
