from __future__ import annotations

import subprocess
import sys

ADAPTERS = ("dynamodb.items", "s3.bodies", "aws.secrets", "http1.origin", "memory.l1", "memory.stores", "memory.origin")
COSTLY = {
    "boto3",
    "botocore",
    "urllib3",
    "http.client",
    "email",
    "ssl",
    "asyncio",
    "logging",
    "urllib.parse",
    "datetime",
}


def test_every_cold_start_imports_few_modules() -> None:
    program = f"import sys, {', '.join(f'brine.adapters.{name}' for name in ADAPTERS)}; print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-I", "-c", program], check=True, capture_output=True, text=True).stdout

    assert "brine.adapters.http1.client" in imported.split()
    assert COSTLY & set(imported.split()) == set()
