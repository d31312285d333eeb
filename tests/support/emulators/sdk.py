"""Clients of AWS's SDK for the emulator of a twin."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from brine_cli.emulators.credentials import CREDENTIALS
from brine_cli.template.intrinsics import REGION


def aws_client(service: str, endpoint: str) -> Any:
    """A boto3 client for the emulator at `endpoint`."""
    return boto3.client(  # type: ignore[call-overload]  # the stubs want a literal name
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(
            connect_timeout=2, read_timeout=30, retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}
        ),
    )
