"""The URL of a bucket, as botocore makes it."""

from __future__ import annotations

from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import BotoCoreError

from brine.errors import ConfigError


def bucket_url(sdk: Any, bucket: str) -> str:
    """Return the URL of a bucket by the rules and settings of botocore, without a request. Raises ConfigError."""
    urls: list[str] = []
    no_fields: Any = {}

    def note(params: dict[str, str], **_: object) -> tuple[AWSResponse, dict[str, object]]:
        urls.append(params["url"])
        # botocore sends no request if a handler returns an answer.
        return AWSResponse(params["url"], 200, no_fields, None), {}

    events = sdk.meta.events
    events.register_first("before-call.s3.HeadBucket", note)
    try:
        sdk.head_bucket(Bucket=bucket)
    except BotoCoreError as error:
        raise ConfigError(f"the bucket {bucket!r}: {error}") from None
    finally:
        events.unregister("before-call.s3.HeadBucket", note)
    return urls[0]
