"""Compare the CPU time of a GetItem between our adapter, http.client with our signer, and the boto3 client.

Our adapter runs over both of its transports. All clients call a server in another process, which always sends the same
answer. So the user and system time of this process is that of the client alone. Each round runs all clients in turn.
The best round of each client counts.

    uv run python -m benchmarks.dynamodb_get
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socketserver
import subprocess
import sys
import time
from hashlib import sha256
from typing import TYPE_CHECKING

import boto3

from brine.adapters.aws.endpoints import Endpoints
from brine.adapters.aws.lean import LeanTransport
from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.aws.signing.sigv4 import SigV4Signer
from brine.adapters.botocore.sessions import own_session
from brine.adapters.botocore.transport import BotocoreTransport
from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.http1 import HttpClient

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (1_000, 40_000, 300_000)
ROUNDS = 7
REGION = "eu-central-1"
KEY = {"pk": {"S": "r#" + "0" * 64}, "sk": {"S": "main"}}


def answer(size: int) -> bytes:
    """Return the HTTP response of DynamoDB for an envelope of `size` bytes."""
    envelope = base64.b64encode(os.urandom(size)).decode()
    attributes = {
        **KEY,
        "envelope": {"B": envelope},
        "evict_at": {"N": "1900000000"},
        "generation": {"N": "7"},
        "route": {"S": "httpbin"},
        "target": {"S": "/cache/60"},
        "tags": {"L": [{"S": "a"}, {"S": "b"}]},
    }
    body = json.dumps({"Item": attributes}, separators=(",", ":")).encode()
    head = (
        "HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
        f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\nConnection: keep-alive\r\n"
        "x-amzn-RequestId: 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEF\r\n\r\n"
    )
    return head.encode() + body


def serve(size: int) -> None:
    """Answer every request of every connection with the same bytes."""
    canned = answer(size)

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            while self.rfile.readline():
                length = 0
                while (line := self.rfile.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.partition(b":")[2])
                self.rfile.read(length)
                self.wfile.write(canned)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        print(server.server_address[1], flush=True)
        server.serve_forever()


def with_brine(port: int) -> tuple[Callable[[], object], Callable[[], None]]:
    client = HttpClient()
    credentials = AwsCredentials("testing", "testing", "x" * 700)
    transport = LeanTransport(
        region=REGION,
        credentials=lambda: credentials,
        client=client,
        endpoints=Endpoints(url=f"http://127.0.0.1:{port}"),
    )
    store = DynamoItemStore(Aws(transport=transport), "table")
    return lambda: store.read(KEY["pk"]["S"], KEY["sk"]["S"]), client.close


def with_botocore(port: int) -> tuple[Callable[[], object], Callable[[], None]]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": "x" * 700}
    transport = BotocoreTransport(own_session(keys), REGION, endpoint_url=f"http://127.0.0.1:{port}")
    store = DynamoItemStore(Aws(transport=transport), "table")
    return lambda: store.read(KEY["pk"]["S"], KEY["sk"]["S"]), transport.close


def with_http_client(port: int) -> tuple[Callable[[], object], Callable[[], None]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    signer = SigV4Signer(AwsCredentials("testing", "testing", "x" * 700), REGION, "dynamodb")

    def get() -> bytes:
        body = json.dumps({"TableName": "table", "Key": KEY}).encode()
        headers = {
            "host": f"127.0.0.1:{port}",
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": "DynamoDB_20120810.GetItem",
        }
        payload_hash = sha256(body).hexdigest()
        signed = signer.sign(method="POST", path="/", headers=headers, payload_hash=payload_hash, now=time.time())
        connection.request("POST", "/", body, signed)
        item = json.loads(connection.getresponse().read())["Item"]
        return base64.b64decode(item["envelope"]["B"])

    return get, connection.close


def with_boto3(port: int) -> tuple[Callable[[], object], Callable[[], None]]:
    session = boto3.Session("testing", "testing", "x" * 700, REGION)
    client = session.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}")
    return lambda: client.get_item(TableName="table", Key=KEY)["Item"]["envelope"]["B"], client.close


CLIENTS = {"brine": with_brine, "over botocore": with_botocore, "http.client": with_http_client, "boto3": with_boto3}


def measure(size: int) -> dict[str, float]:
    """Return the CPU time per call in microseconds, by client."""
    calls = 300 if size < 100_000 else 60
    best = dict.fromkeys(CLIENTS, float("inf"))
    command = [sys.executable, __file__, str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - it starts this file again, as the server
        assert server.stdout is not None
        port = int(server.stdout.readline())
        opened = {name: make(port) for name, make in CLIENTS.items()}
        for _ in range(ROUNDS):
            for name, (get, _) in opened.items():
                began = time.process_time()
                for _ in range(calls):
                    get()
                best[name] = min(best[name], (time.process_time() - began) / calls * 1e6)
        for _, close in opened.values():
            close()
        server.terminate()
    return best


def main() -> None:
    print(f"{'us of CPU per GetItem':24}" + "".join(f"{name:>14}" for name in CLIENTS) + f"{'boto3/brine':>14}")
    for size in SIZES:
        best = measure(size)
        row = "".join(f"{best[name]:14.0f}" for name in CLIENTS)
        print(f"{size // 1000:>4} KB{'':17}{row}{best['boto3'] / best['brine']:14.1f}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(int(sys.argv[1]))
    else:
        main()
