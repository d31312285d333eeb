"""The stamps of purges in the cache table. Each has its own item; a batch reads many, and a stored response with them.

Reads are eventually consistent, as for stored responses: docs/decisions/0003 explains the effect on purges.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import batched
from math import inf
from typing import TYPE_CHECKING, Any

from brine.adapters.aws.errors import AwsError
from brine.adapters.dynamodb.items import (
    RETRY_POLICY,
    DynamoTable,
    key_attributes,
    number,
    parse_answer,
    read_attributes,
    read_item,
)
from brine.domain.purging.stamps import STAMP_LIFETIME, STEP, Stamp
from brine.errors import StoreThrottled, StoreUnavailable
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from brine.adapters.aws.call import RetryPolicy
    from brine.adapters.aws.service import Aws
    from brine.adapters.dynamodb.items import Attributes
    from brine.ports.caching import Item

STAMP = "stamp"

_PREFIX = "t#"
_BATCH = 100  # the most keys of a BatchGetItem

_MAX_BATCH_ANSWER = 24 * 1_048_576  # bytes: a batch has at most 16 MB, a third more in base64

_LATER = "attribute_not_exists(#time) OR #time < :at"
_SET = "SET #time = :at, evict_at = :evict_at"
_STEP_ON = "SET #time = if_not_exists(#time, :at) + :step, evict_at = :evict_at"


class DynamoStampStore(DynamoTable):
    """The StampStore port on the table of a DynamoItemStore."""

    def __init__(self, aws: Aws, table: str, *, retry_policy: RetryPolicy = RETRY_POLICY) -> None:
        super().__init__(aws, table, retry_policy=retry_policy)
        self._large_api = replace(self._api, max_answer=_MAX_BATCH_ANSWER)

    def read(self, names: Collection[str], *, deadline: Deadline | None = None) -> dict[str, Stamp]:
        """Return the stamp of each name, with one BatchGetItem for each hundred names. Raises StoreError.

        Keys that DynamoDB leaves unprocessed take further calls.
        """
        stamps = dict.fromkeys(names, Stamp())
        for batch in batched(names, _BATCH, strict=False):
            for attributes, _ in self._get([_key(name) for name in batch], deadline=deadline):
                name, stamp = _read_stamp("BatchGetItem", attributes)
                stamps[name] = stamp
        return stamps

    def read_with_item(
        self, names: Collection[str], pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None
    ) -> tuple[Item | None, dict[str, Stamp]]:
        """Return the item, and the stamps of fewer than a hundred names, with one BatchGetItem. Raises StoreError."""
        stamps = dict.fromkeys(names, Stamp())
        item = None
        key = key_attributes(pk, sk)
        for attributes, envelope in self._get([key, *map(_key, names)], consistent=consistent, deadline=deadline):
            if attributes.get("pk") == key["pk"]:
                item = read_item(attributes, envelope)
            else:
                name, stamp = _read_stamp("BatchGetItem", attributes)
                stamps[name] = stamp
        return item, stamps

    def read_with_items(
        self,
        names: Collection[str],
        keys: Collection[tuple[str, str]],
        *,
        consistent: bool = False,
        deadline: Deadline | None = None,
    ) -> tuple[dict[tuple[str, str], Item], dict[str, Stamp]]:
        """Return the items, and the stamp of each name, with one BatchGetItem for each hundred. Raises StoreError."""
        items: dict[tuple[str, str], Item] = {}
        stamps = dict.fromkeys(names, Stamp())
        asked = [*(key_attributes(*key) for key in dict.fromkeys(keys)), *map(_key, stamps)]
        for batch in batched(asked, _BATCH, strict=False):
            for attributes, _ in self._get(batch, consistent=consistent, deadline=deadline, has_many=True):
                key = _read_key(attributes)
                if key in keys:
                    item = read_item(attributes, memoryview(b""))
                    items |= {} if item is None else {key: item}
                else:
                    name, stamp = _read_stamp("BatchGetItem", attributes)
                    stamps[name] = stamp
        return items, stamps

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        """Write the stamp, and return the one before, with one UpdateItem. Raises StoreError.

        If the last stamp is not earlier than `at`, a second UpdateItem moves that stamp on by STEP.
        """
        values = {":at": number(at), ":evict_at": number(int(at + STAMP_LIFETIME))}
        try:
            later = self._update(name, soft, _SET, values)
            return self._stamp_before({**later, "ConditionExpression": _LATER}, deadline)
        except AwsError as refused:
            if not refused.condition_failed:
                raise
            return self._stamp_before(self._update(name, soft, _STEP_ON, {**values, ":step": number(STEP)}), deadline)

    def _update(self, name: str, soft: bool, expression: str, values: Attributes) -> dict[str, object]:
        return self._at(
            _key(name),
            UpdateExpression=expression,
            ExpressionAttributeNames={"#time": "soft" if soft else "hard"},
            ExpressionAttributeValues=values,
            ReturnValues="ALL_OLD",
        )

    def _stamp_before(self, parameters: dict[str, object], deadline: Deadline | None) -> Stamp:
        """Change a stamp, and return the one before, at no extra cost."""
        answer = self._api.call("UpdateItem", parameters, deadline)
        before = read_attributes("Attributes", "UpdateItem", answer)
        return Stamp() if before is None else _read_stamp("UpdateItem", before)[1]

    def _get(
        self,
        keys: Sequence[Attributes],
        *,
        consistent: bool = False,
        deadline: Deadline | None = None,
        has_many: bool = False,
    ) -> Iterator[tuple[dict[str, Any], memoryview]]:
        """Yield the attributes at each key, and the envelope that `parse_answer` cut out. Raises StoreError.

        has_many: several keys are those of items, so the envelopes are left in the attributes.
        """
        api, parse = (self._large_api, _parse_whole) if has_many else (self._api, parse_answer)
        retry_policy = self._retry_policy.scaled(self._aws.slowness)
        deadline = (deadline or Deadline(inf, self._aws.clock)).within(retry_policy.budget)
        for attempt in range(1, retry_policy.attempts + 1):
            request = {"Keys": keys, "ConsistentRead": consistent}
            answer = api.call("BatchGetItem", {"RequestItems": {self._table: request}}, deadline)
            document, envelope = parse("BatchGetItem", answer)
            try:
                found = document["Responses"].get(self._table, [])
                keys = document.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            except (AttributeError, KeyError) as error:
                raise StoreUnavailable("BatchGetItem: an answer without responses") from error
            for attributes in found:
                yield attributes, envelope
            if not keys:
                return
            wait = retry_policy.backoff.wait(attempt - 1, self._aws.random())
            if attempt == retry_policy.attempts or wait >= deadline.remaining():
                break
            self._aws.sleep(wait)
        raise StoreThrottled("BatchGetItem: keys were left unprocessed")


def _key(name: str) -> Attributes:
    return key_attributes(_PREFIX + name, STAMP)


def _read_key(attributes: dict[str, Any]) -> tuple[str, str]:
    try:
        return attributes["pk"]["S"], attributes["sk"]["S"]
    except (KeyError, TypeError) as error:
        raise StoreUnavailable("BatchGetItem: an answer without a key") from error


def _parse_whole(operation: str, answer: bytes) -> tuple[dict[str, Any], memoryview]:
    """Return DynamoDB's answer as a document with any number of envelopes. Raises StoreUnavailable."""
    try:
        document = json.loads(answer)
    except ValueError as error:
        raise StoreUnavailable(f"{operation}: an answer that is not JSON") from error
    return document if isinstance(document, dict) else {}, memoryview(b"")


def _read_stamp(operation: str, attributes: dict[str, Any]) -> tuple[str, Stamp]:
    """Return a stamp's name, and the stamp. Raises StoreUnavailable: an unreadable stamp may be any purge."""
    try:
        name = attributes["pk"]["S"].removeprefix(_PREFIX)
        hard, soft = (float(attributes[kind]["N"]) if kind in attributes else 0.0 for kind in ("hard", "soft"))
    except (KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable(f"{operation}: a stamp that is not ours") from error
    return name, Stamp(hard, soft)
