"""Request fields that an origin may confuse: CGI and WSGI read both X-Tenant and X_Tenant as HTTP_X_TENANT."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields

UNAMBIGUOUS_NAME = re.compile(r"[0-9A-Za-z-]+", re.ASCII)
"""A field name that no server confuses with another.

Some servers replace all other characters by "_" (RFC 3875 section 4.1.18).
"""


def without_ambiguous_names(fields: Fields) -> Fields:
    """Return the fields without those that an origin may confuse with other fields, as nginx does by default."""
    ambiguous = {name for name in fields.names if UNAMBIGUOUS_NAME.fullmatch(name) is None}
    return fields.without(ambiguous) if ambiguous else fields
