"""The registration of a class that an annotation mentions: its name, its version, its maker and its reducer."""

from __future__ import annotations

import re
from hashlib import sha256

from brine_codec.classes.inspection import inspect_class
from brine_codec.classes.schema_version import described, schema_version
from brine_codec.pickling.makers import check_not_callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_codec.classes.hints import Hints
    from brine_codec.pickling.makers import Maker, Reducer

LONGEST_NAME = 100
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")


def automatic_record(cls: type, hints: Hints, known: Mapping[str, object]) -> tuple[str, int, Maker, Reducer]:
    """Return the name, the version, the maker and the reducer of a class with fields.

    known: further names that its annotations may use. Raises TypeError for a class that cannot be inspected.
    """
    check_not_callable(cls)
    name, version = automatic_name(cls), schema_version(cls, hints)
    return name, version, *inspect_class(f"{name}@{version}", cls, known)


def advice(cls: type, reason: str) -> str:
    """Return why a class is not registered, and what to do."""
    return (
        f"{reason}. Make it a dataclass, or call "
        f"registry.register({cls.__qualname__}, version=1, pack=..., make=...) for it"
    )


def automatic_name(cls: type) -> str:
    """Return the name of a class that is registered automatically: its module and its qualified name.

    If that is too long or has other characters than a name may have, the name ends in a checksum of it.
    """
    generic = getattr(cls, "__pydantic_generic_metadata__", None)
    whole = f"{cls.__module__}.{cls.__qualname__}"
    if generic and generic["args"]:  # the name of the class says nothing about the modules of its arguments
        whole = f"{whole} {','.join(map(described, generic['args']))}"
    safe = _NOT_IN_NAMES.sub("-", whole)
    if safe == whole and len(safe) <= LONGEST_NAME and not safe[0].isdigit():
        return safe
    return f"_{safe[: LONGEST_NAME - 10]}-{sha256(whole.encode()).hexdigest()[:8]}"
