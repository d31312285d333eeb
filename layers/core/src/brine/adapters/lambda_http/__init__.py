"""Reads requests from Lambda events, and writes responses as the answers that AWS turns back into HTTP.

docs/aws-http-events.md describes the changes that AWS makes to requests, docs/events.md the losses by source.
"""

from brine.adapters.lambda_http.dispatch import read, room, write
from brine.adapters.lambda_http.incoming import Incoming, Source

__all__ = ["Incoming", "Source", "read", "room", "write"]
