"""The hit path imports only the modules that an HTTP API needs, and no slow one."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import sys
before = set(sys.modules)
import brine.adapters.lambda_http
loaded = set(sys.modules) - before
print(*sorted(loaded & set(sys.argv[1:])))
"""
SLOW = ["base64", "json", "email", "email.message", "urllib.parse", "http", "asyncio", "logging"]
OTHER_SOURCES = [f"brine.adapters.lambda_http.{source}" for source in ("alb", "rest_v1")]


def test_neither_slow_modules_nor_other_sources_are_imported() -> None:
    probe = subprocess.run(
        [sys.executable, "-c", PROBE, *SLOW, *OTHER_SOURCES], capture_output=True, text=True, check=True, timeout=30
    )
    assert probe.stdout.split() == []
