"""Opens an envelope whose seal verifies, with allowed classes alone, and writes its object as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from brine.domain.formats import Format, encode
from brine_cli.envelopes.own_items import allowed, labelled
from brine_cli.envelopes.purposes import PURPOSES, is_own
from brine_cli.errors import CommandError
from brine_codec import (
    Codec,
    CodecError,
    Expired,
    Forbidden,
    Malformed,
    SchemaMiss,
    Tampered,
    TooLarge,
    UnknownKey,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine.domain.formats.allowed_types import Types
    from brine_codec import Info, Keyring

_HINT: Final = "Check --purpose, --context, and that --keys is the keyring of its sealer"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeOpening:
    """How to open an envelope. context: its parts. now: seconds since 1970.

    purposes: those to try; none: Brine's own. takes_graphs: whether a graph stream may be opened for any purpose.
    takes_expired: whether to open an envelope after its time, or before it.
    """

    keyring: Keyring
    context: tuple[str, ...]
    types: Types
    now: float
    purposes: Sequence[str] = ()
    takes_graphs: bool = False
    takes_expired: bool = False

    def verified(self, sealed: bytes) -> tuple[str, Info]:
        """Return the purpose for which the seal verifies, and the header. Raises CommandError."""
        tried = tuple(self.purposes) or tuple(purpose.name for purpose in PURPOSES)
        for purpose in tried:
            try:
                return purpose, Codec(self.keyring, purpose=purpose).peek(sealed, context=self.context, now=self.now)
            except Tampered:
                continue
            except UnknownKey as error:
                ids = ", ".join(str(key.id) for key in self.keyring.keys(self.now))
                raise CommandError(
                    f"{error}, so the seal is not verified. The keyring has {ids}: give --keys that of its sealer"
                ) from None
            except (Malformed, TooLarge) as error:
                raise CommandError(f"{error}. Only an intact envelope can be verified") from None
        names = ", ".join(f'"{name}"' for name in tried)
        parts = ", ".join(f'"{part}"' for part in self.context) or "none"
        raise CommandError(
            f"the seal does not verify. It was altered, or sealed for another purpose than {names}, another context "
            f"than {parts}, or with another secret. {_HINT}"
        )

    def opened(self, sealed: bytes, purpose: str, info: Info) -> Any:
        """Return the object as a JSON document. Raises CommandError."""
        gate = not (is_own(purpose) or self.takes_graphs)
        types = allowed(purpose, self.types)
        codec = Codec(
            self.keyring,
            purpose=purpose,
            registry=types.registry,
            limits=types.limits,
            schema=info.schema,
            gate=gate,
        )
        now = float(info.issued_at) if self.takes_expired else self.now
        try:
            opened = codec.open(sealed, context=self.context, now=now)
            return json.loads(encode(Format.JSON, labelled(purpose, opened), types))
        except Expired as error:
            raise CommandError(f"{error}. --even-expired opens it nevertheless") from None
        except SchemaMiss as error:
            raise CommandError(
                f"it verifies, and is not opened: {error}. Give --types the file that declares this class; "
                "`brine types` writes one"
            ) from None
        except Forbidden as error:
            remedy = (
                "--graph opens it, if you trust every holder of the keys" if gate else "Ask its sealer for a new one"
            )
            raise CommandError(f"it verifies, and is not opened: {error}. {remedy}") from None
        except CodecError as error:
            raise CommandError(f"it verifies, and is not opened: {error}. Ask its sealer for a new one") from None
