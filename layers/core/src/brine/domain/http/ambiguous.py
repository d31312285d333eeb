"""Request fields that an origin may take for others: CGI and WSGI know both X-Tenant and X_Tenant as HTTP_X_TENANT."""

from __future__ import annotations

import re

from brine.domain.http.fields import Fields

UNAMBIGUOUS_NAME = re.compile(r"[0-9A-Za-z-]+", re.ASCII)
"""A name that no server takes for another: some put "_" for all other characters (RFC 3875 section 4.1.18)."""


def unambiguous(fields: Fields) -> Fields:
    """Return the fields less those whose names an origin may take for other names, as nginx does by default."""
    return Fields.lowered(line for line in fields.lines if UNAMBIGUOUS_NAME.fullmatch(line[0]))
