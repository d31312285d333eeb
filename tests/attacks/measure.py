"""CPU time and peak memory of this process, from a mark on."""

from __future__ import annotations

import ctypes
import gc
import resource
from pathlib import Path

_trim = ctypes.CDLL(None).malloc_trim


class Meter:
    """The memory and time that this process takes from now on. Free memory goes back first, so that new use counts."""

    def __init__(self) -> None:
        gc.collect()
        _trim(0)
        Path("/proc/self/clear_refs").write_text("5")  # the peak is now the present use
        self._before = _kibibytes("VmRSS")
        self._start = _seconds()

    def read(self) -> dict[str, float]:
        """CPU seconds, and MiB at the peak above the start."""
        seconds = _seconds() - self._start
        return {"seconds": round(seconds, 3), "mebibytes": round((_kibibytes("VmHWM") - self._before) / 1024, 1)}


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _kibibytes(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0])
