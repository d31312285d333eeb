"""Arrays and frames that are carried without a registration at start, and what is imported for them."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from brine_codec import Codec, Registry, SchemaMiss, Unsupported, arrays, frames
from tests.support.codec.samples import KEYS, NOW, keyring


def codec(*, gate: bool = False, arrays: bool = True) -> Codec:
    registry = Registry()
    if arrays:
        registry.register_arrays()
    return Codec(keyring(), purpose="test", registry=registry, gate=gate)


@pytest.mark.parametrize("gate", [True, False])
def test_arrays_and_frames_come_back_after_each_other(gate: bool) -> None:
    sealing = codec(gate=gate)
    array, frame = np.arange(3), pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    objects = [array, {"f": frame, "a": array, "n": np.float64(1), "m": np.int8(2), "s": frame["a"]}, array]
    for value in objects:  # the makers of numpy must stay the same when those of pandas come
        sealed = sealing.seal([value, np.float32(1)], now=NOW)
        opened = codec(gate=gate).open(sealed, now=NOW)[0]
        if isinstance(value, dict):
            pd.testing.assert_frame_equal(opened["f"], frame)
        else:
            assert np.array_equal(opened, array)


def test_a_registry_with_arrays_already_keeps_its_makers() -> None:
    registry = Registry()
    arrays.register(registry)
    registry.register_arrays()
    before = registry.maker("np:ndarray")
    frames.register(registry)
    assert registry.reducer(pd.DataFrame) is not None
    assert registry.maker("np:ndarray") is before


def test_many_threads_open_their_first_array() -> None:
    sealed = codec().seal([np.arange(3), pd.Series([1.5])], now=NOW)
    for _ in range(20):
        opening = codec()
        with ThreadPoolExecutor(8) as pool:
            opened = list(
                pool.map(lambda _, c=opening: c.open(c.seal(c.open(sealed, now=NOW), now=NOW), now=NOW), "12345678")
            )
        assert all(np.array_equal(one, np.arange(3)) for one, _ in opened)


def test_a_registry_without_arrays_refuses_them() -> None:
    with pytest.raises(Unsupported):
        codec(arrays=False).seal(np.arange(3), now=NOW)
    with pytest.raises(SchemaMiss):
        codec(arrays=False).open(codec().seal(np.arange(3), now=NOW), now=NOW)


def run(code: str) -> str:
    path = [entry for entry in sys.path if entry]
    program = f"import sys\nsys.path[:] = {path!r}\n{code}"
    return subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, timeout=120
    ).stdout


START = """
from brine_codec import Codec, Keyring, Registry, SchemaMiss
registry = Registry()
registry.register_arrays()
ring = Keyring.from_json(%r)
codec = Codec(ring, purpose='test', registry=registry, gate=False)
""" % (KEYS,)  # noqa: UP031 - braces are JSON


def test_numpy_is_imported_for_the_first_array_only() -> None:
    printed = run(
        START + "assert codec.open(codec.seal([{'a': 1.5}], now=1), now=1) == [{'a': 1.5}]\n"
        "print('numpy' in sys.modules, 'pandas' in sys.modules)\n"
        "import numpy\n"
        "sealed = codec.seal(numpy.arange(3), now=1)\n"
        "print('pandas' in sys.modules, sealed.hex())\n"
    )
    assert printed.startswith("False False\nFalse ")
    sealed = printed.split()[-1]
    opened = run(START + f"print(codec.open(bytes.fromhex({sealed!r}), now=1).tolist(), 'pandas' in sys.modules)")
    assert opened == "[0, 1, 2] False\n"


@pytest.mark.parametrize(("value", "library"), [(np.arange(3), "numpy"), (pd.Series([1.5]), "pandas")])
def test_the_error_names_the_library_that_is_not_installed(value: object, library: str) -> None:
    sealed = codec().seal(value, now=NOW)
    printed = run(
        START + f"sys.modules[{library!r}] = None\n"  # as if it were not installed
        f"try: codec.open(bytes.fromhex({sealed.hex()!r}), now={NOW})\n"
        "except SchemaMiss as error: print(error)\n"
    )
    assert f"needs {library}, and {library} is not installed here: install brine-codec[{library}]" in printed
