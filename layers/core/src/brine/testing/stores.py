"""The cache table and the bucket on an emulated AWS, for tests with moto."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from brine.adapters.botocore.sessions import check_session, create_client, region_of
from brine.bootstrap.lazy_results import built_by
from brine.bootstrap.results import build_cache
from brine.errors import ConfigError
from brine.testing.keys import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY: Final = {"pk": "HASH", "sk": "RANGE"}
TABLE: Final = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in _KEY],
    "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in _KEY.items()],
    "BillingMode": "PAY_PER_REQUEST",
}
"""The keys and the billing of the table as template.yaml declares them."""


@contextmanager
def create_stores(session: object, name: str = "brine-test", *, namespace: str = "test") -> Iterator[dict[str, str]]:
    """In a `with` block, keep results and responses in a new table and a new bucket, both with this name.

    session: a session of boto3 or botocore with a region, which creates them and makes all calls of `brine.cache`.
    Returns the BRINE_ variables, which are in `os.environ` until the end of the block. They turn process memory off,
    so each hit reads the table. The block builds each cache of `brine.cache` anew. It does not delete the
    table and the bucket: moto does. Raises ConfigError for a wrong session.
    """
    check_session(session)
    region = region_of(session)
    if region is None:
        raise ConfigError('the session has no region: pass one, such as boto3.Session(region_name="eu-central-1")')
    create_client(session, "dynamodb", region_name=region).create_table(TableName=name, **TABLE)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    create_client(session, "s3", region_name=region).create_bucket(Bucket=name, **place)
    variables = {
        "AWS_REGION": region,
        "BRINE_BUCKET": name,
        "BRINE_L1_BYTES": "0",
        "BRINE_NAMESPACE": namespace,
        "BRINE_PURGE_DELTA": "0",
        "BRINE_SIGNING_KEYS": KEYS,
        "BRINE_TABLE": name,
    }
    with patch.dict(os.environ, variables), built_by(partial(build_cache, os.environ, session=session)):
        yield variables
