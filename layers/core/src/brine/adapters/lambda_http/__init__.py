"""Lambda events into requests, and responses into the answers that AWS turns back into HTTP.

What AWS does to a request on its way is in docs/aws-http-events.md; what is lost on it, by source, in docs/events.md.
"""

from brine.adapters.lambda_http.dispatch import read, room, write
from brine.adapters.lambda_http.incoming import Incoming, Source

__all__ = ["Incoming", "Source", "read", "room", "write"]
