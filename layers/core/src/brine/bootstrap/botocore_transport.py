"""Connects Brine to AWS over botocore. It is apart from bootstrap/common.py, because it imports botocore."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from brine.adapters.botocore.sessions import check_access, check_session, own_session, region_of
from brine.adapters.botocore.transport import BotocoreTransport

if TYPE_CHECKING:
    from brine.settings import CacheSettings


def botocore_transport(settings: CacheSettings, session: object | None) -> BotocoreTransport:
    """Return the transport over a session of the caller, or over one of its own. Raises ConfigError.

    The region of the caller's session comes before AWS_REGION, and AWS_REGION before that of botocore's configuration.
    """
    own = settings.region or None
    if session is None:
        session = own_session(settings.environment)
        region = own or region_of(session)
    else:
        check_session(session)
        region = region_of(session) or own
    # From the variables of the process, botocore takes the URLs of single services too.
    is_process = settings.environment is os.environ
    return BotocoreTransport(
        session, check_access(session, region), endpoint_url=None if is_process else settings.endpoint_url
    )
