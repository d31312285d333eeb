"""A purge with an access key loads no SDK of AWS, which would take most of its time."""

from __future__ import annotations

import json
import subprocess
import sys
from email.utils import formatdate
from typing import TYPE_CHECKING

from tests.support.loopback import Loopback, answering_once_and_closing

if TYPE_CHECKING:
    from pathlib import Path

KEY = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1"}
PURGE = """
import json, sys
from brine_cli.__main__ import main
code = main(["purge", "--everything", *sys.argv[1:]])
print(json.dumps([code, [name for name in ("boto3", "botocore", "s3transfer") if name in sys.modules]]))
"""


def purge(folder: Path, *arguments: str) -> tuple[int, list[str], str]:
    """The exit code, the loaded modules of the SDK, and stderr. The environment has an access key and no more."""
    variables = {**KEY, "HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", PURGE, *arguments], env=variables, cwd=folder, capture_output=True, text=True, check=True
    )
    code, loaded = json.loads(done.stdout.splitlines()[-1])
    return code, loaded, done.stderr


def test_a_purge_of_an_emulator_loads_no_sdk(tmp_path: Path) -> None:
    answer = f"HTTP/1.1 200 OK\r\nDate: {formatdate(usegmt=True)}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    with Loopback(answering_once_and_closing(answer.encode())) as server:
        done = purge(tmp_path, "--table", "t", "--endpoint-url", str(server.address))
    assert done == (0, [], "")
    assert b"UpdateItem" in server.requests[-1]


def test_a_purge_with_the_key_of_the_user_loads_no_sdk(tmp_path: Path) -> None:
    code, loaded, told = purge(tmp_path, "--table", "t", "--endpoint-url", "https://127.0.0.1:1")
    assert (code, loaded) == (1, [])
    assert "DynamoDB cannot be reached" in told  # so the client of AWS was made and used
