"""The choice of modules that the fork server of a function imports once for all its processes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGES = frozenset(
    {
        # in Lambda's runtime
        *("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"),
        # Powertools, and what its parser needs
        *("annotated_types", "aws_lambda_powertools", "pydantic", "pydantic_core", "typing_extensions"),
        "typing_inspection",
        *("brine", "brine_client", "brine_codec"),
    }
)
"""The packages that keep nothing of their own from their import: no random number, time, connection or thread.

Every other package is imported in each process, as in each environment of Lambda.
"""


def modules_to_preload(imported: Iterable[str]) -> list[str]:
    """Return those of the imported modules that are in PACKAGES or in the standard library, in the same order."""
    known = PACKAGES | sys.stdlib_module_names
    return [name for name in imported if name.partition(".")[0] in known]
