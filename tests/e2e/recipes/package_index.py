"""A Python package index (pypiserver) with a small package and a large one that needs it."""

from __future__ import annotations

import random
import sys
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tests.support.serving import free_port, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGE_BYTES: Final = 8_000_000
"""More than an answer of Lambda can carry."""


@contextmanager
def running_index(folder: Path) -> Iterator[str]:
    """Run the index, with its files below `folder`. Gives the URL."""
    packages = folder / "packages"
    packages.mkdir()
    _wheel(packages, "salt", {"salt/__init__.py": b"GRAINS = 3\n"})
    noise = random.Random(7).randbytes(LARGE_BYTES)  # noqa: S311 - no secret; it does not compress
    _wheel(packages, "barrel", {"barrel/__init__.py": b"", "barrel/noise.bin": noise}, requires="salt")
    port = free_port()
    command = [sys.executable, "-m", "pypiserver", "run", "--interface", "127.0.0.1", "--port", str(port)]
    with running([*command, "--disable-fallback", str(packages)], port, log=folder / "pypiserver.log") as url:
        yield url


def _wheel(folder: Path, name: str, files: dict[str, bytes], requires: str = "") -> None:
    """Write the wheel of version 1.0 of a package."""
    info = f"{name}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n" + (
        f"Requires-Dist: {requires}\n" * bool(requires)
    )
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    written = {**files, f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": tags.encode()}
    record = "".join(f"{path},,\n" for path in [*written, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        for path, content in {**written, f"{info}/RECORD": record.encode()}.items():
            wheel.writestr(path, content)
