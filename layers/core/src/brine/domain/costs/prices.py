"""List prices of AWS in us-east-1: USD for a million of each, so millionths of a USD for one.

docs/costs.md has the source of each price.
"""

from __future__ import annotations

from typing import Final

READ_UNIT: Final = 0.125
WRITE_UNIT: Final = 0.625
GET: Final = 0.40
"""A request to S3 that reads: GET or HEAD."""
PUT: Final = 5.00
MESSAGE: Final = 0.40
"""A request to SQS, for each 64 KB."""
SECRET_CALL: Final = 5.00
INVOCATION: Final = 0.20
GB_SECOND: Final = {"arm64": 13.3334, "x86_64": 16.6667}
"""A second of a function with a GB of memory, by its architecture."""
