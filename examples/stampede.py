"""A stampede: many clients request the same URL at once. Prints the Cache-Status of the answers, with counts.

uv run python examples/stampede.py [URL] [CLIENTS]
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.error import HTTPError
from urllib.request import build_opener

DEFAULT_URL = "http://127.0.0.1:3000/httpbin/delay/2"
AT_MOST = 200


def main(url: str = DEFAULT_URL, clients: str = "100") -> None:
    """Send all requests at once, and count the answers by Cache-Status."""
    number = min(int(clients), AT_MOST)
    barrier = Barrier(number)
    opener = build_opener()  # once, because it reads certificates: a hundred threads would not start at the same time

    def ask(_: int) -> str:
        barrier.wait()
        try:
            with opener.open(url, timeout=60) as response:
                status = response.headers.get("cache-status", "no Cache-Status")
        except HTTPError as error:
            status = f"{error.code} {error.headers.get('cache-status', '')}"
            error.close()
        return re.sub(r"ttl=-?\d+", "ttl=…", status)

    began = time.monotonic()
    with ThreadPoolExecutor(number) as threads:
        answers = Counter(threads.map(ask, range(number)))
    for status, count in answers.most_common():
        print(f"{count:5}  {status}")
    print(f"{number} answers in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main(*sys.argv[1:3])
