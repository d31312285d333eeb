"""The public names, and the modules that importing them loads."""

from __future__ import annotations

import subprocess
import sys

import brine_codec

NAMES = [
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

# Each would cost milliseconds in every cold start, or has no use here.
NOT_IMPORTED = {
    "asyncio",
    "backports.zstd",
    "boto3",
    "botocore",
    "compression.zstd",
    "dataclasses",
    "decimal",
    "fractions",
    "inspect",
    "ipaddress",
    "json",
    "logging",
    "numpy",
    "pandas",
    "pathlib",
    "socket",
    "ssl",
    "threading",
    "typing",
    "urllib",
    "uuid",
    "zoneinfo",
}


def test_the_public_names() -> None:
    assert sorted(brine_codec.__all__) == NAMES
    assert all(hasattr(brine_codec, name) for name in NAMES)


def loaded_after(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    # -S: leave out the modules that the environment's site packages import at start
    path = [entry for entry in sys.path if entry]
    program = f"import sys\nsys.path[:] = {path!r}\n" + program
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_importing_is_cheap() -> None:
    assert loaded_after("import brine_codec") & NOT_IMPORTED == set()


def test_small_plain_data_needs_neither_compression_nor_typing() -> None:
    loaded = loaded_after(
        "from brine_codec import *\n"
        'ring = Keyring.from_json(\'{"1": "an example secret that is long enough"}\')\n'
        "codec = Codec(ring, purpose='test')\n"
        "assert codec.open(codec.seal({'a': [1, 2.5, None]}, now=1), now=1) == {'a': [1, 2.5, None]}"
    )
    assert loaded & (NOT_IMPORTED - {"json"}) == set()


def test_each_error_is_one_of_the_tree() -> None:
    errors = [getattr(brine_codec, name) for name in NAMES]
    tree = [cls for cls in errors if isinstance(cls, type) and issubclass(cls, Exception)]
    assert all(issubclass(cls, brine_codec.CodecError) for cls in tree)
    assert {cls.__name__ for cls in tree if issubclass(cls, brine_codec.Miss)} == {
        "Miss",
        "Expired",
        "Premature",
        "SchemaMiss",
        "UnknownKey",
        "KeyringUnavailable",
    }


CLASSES = """
from brine_codec import Codec, Keyring, Registry
from dataclasses import dataclass
@dataclass
class Quote:
    price: float
registry = Registry()
registry.register_arrays()
registry.register_annotated(list[Quote] | None)
codec = Codec(Keyring.from_json('{"1": "an example secret that is long enough"}'), purpose='test', registry=registry)
assert codec.open(codec.seal([Quote(1.5)], now=1), now=1) == [Quote(1.5)]
"""


def test_registering_classes_imports_no_library() -> None:
    libraries = {"attr", "attrs", "msgspec", "numpy", "pandas", "pydantic", "pydantic_core"}
    assert loaded_after(CLASSES) & libraries == set()
    modules = {
        f"brine_codec.classes.{name}"
        for name in ("automatic", "fields", "kinds", "late", "libraries", "models", "reachable")
    }
    assert loaded_after("import brine_codec") & modules == set()
    assert loaded_after(CLASSES) & {"brine_codec.classes.libraries", "brine_codec.classes.models"} == set()


def test_a_class_of_one_library_imports_no_other() -> None:
    loaded = loaded_after(
        "import msgspec\nfrom brine_codec import Registry\n"
        "class Quote(msgspec.Struct):\n    price: float\nRegistry().register_annotated(list[Quote])"
    )
    assert "msgspec" in loaded
    assert loaded & {"attr", "attrs", "numpy", "pandas", "pydantic"} == set()
