"""Tests of functions without AWS: an app in memory, with answers for its parts and a clock that tests set.

client = app.test(fetch={"orders": {"/17": {"id": 17}}})
assert client.get("/dashboard/17").json() == {"orders": ...}
"""

from brine.testing.client import AppClient
from brine.testing.clock import Clock
from brine.testing.reply import Reply
from brine.testing.result import AppResponse

__all__ = ["AppClient", "AppResponse", "Clock", "Reply"]
