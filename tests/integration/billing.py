"""The requests and units that AWS bills for the calls of adapters: DynamoDB's units, S3's and SQS's requests.

The units come from the sizes of the items that a request reads or leaves behind, as the emulator has them: its own
figures for consumed capacity are constants, or are not there. The client puts the units into the
answers in their place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from brine.adapters.http1 import HttpClient

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.adapters.http1.connection import HttpLimits, RawRequest, RawResponse
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from tests.support.emulators.aws import Emulator

KB = 1024
MESSAGE_CHUNK = 64 * KB
KEYRING = "GetSecretValue"


@dataclass(frozen=True, slots=True)
class Bill:
    """The calls, by name and in order, and their billed total: units of DynamoDB, requests of the other services."""

    calls: tuple[str, ...] = ()
    read_units: float = 0.0
    write_units: int = 0
    puts: int = 0
    gets: int = 0
    messages: int = 0


@dataclass(eq=False)
class MeteredClient(HttpClient):
    """A client that bills its exchanges with AWS, as an emulator of it sees them. One exchange at a time."""

    emulator: Emulator
    bills: list[Bill] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def exchange(
        self, address: OriginAddress, message: RawRequest, limits: HttpLimits, deadline: Deadline
    ) -> RawResponse:
        head = message.head.decode("iso-8859-1")
        if "x-amz-date:" not in head:
            return super().exchange(address, message, limits, deadline)
        target = next((line for line in head.splitlines() if line.startswith("x-amz-target: ")), "")
        call = target.rpartition(".")[2] or f"{message.method} object"
        asked = json.loads(message.body) if target else {}
        self.asked.append((call, asked))
        before = self._sizes(written_keys(call, asked))
        answer = super().exchange(address, message, limits, deadline)
        after = self._sizes(written_keys(call, asked))
        billed = bill(call, asked, answer.body, before, after, len(message.body))
        self.bills.append(billed)
        units = billed.read_units + billed.write_units
        return replace(answer, body=with_units(answer.body, units)) if units and answer.status == 200 else answer

    def taken(self) -> Bill:
        """All since the last time together, but for the keyring, which a process fetches once."""
        bills = [one for one in self.bills if one.calls != (KEYRING,)]
        self.bills.clear()
        return Bill(
            tuple(call for one in bills for call in one.calls),
            sum(one.read_units for one in bills),
            sum(one.write_units for one in bills),
            sum(one.puts for one in bills),
            sum(one.gets for one in bills),
            sum(one.messages for one in bills),
        )

    def _sizes(self, keys: Iterable[tuple[str, dict[str, Any]]]) -> list[int]:
        """The sizes of the items at these keys of tables; 0 where there is none."""
        found = [self.emulator.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True) for table, key in keys]
        return [item_size(dict(answer.get("Item", {}))) for answer in found]


def bill(call: str, asked: dict[str, Any], answer: bytes, before: list[int], after: list[int], sent: int) -> Bill:
    """The bill for one call. before, after: the sizes of the items that it writes."""
    calls = (call,)
    match call:
        case "GetItem":
            read = read_units([item_size(json.loads(answer).get("Item", {}))], consistent="ConsistentRead" in asked)
            return Bill(calls, read_units=read)
        case "BatchGetItem":
            [(table, request)] = asked["RequestItems"].items()
            found = [item_size(item) for item in json.loads(answer)["Responses"][table]]
            missing = [0] * (len(request["Keys"]) - len(found))
            return Bill(calls, read_units=read_units(found + missing, consistent=request["ConsistentRead"]))
        case "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems":
            units = sum(max(1, ceil(max(sizes) / KB)) for sizes in zip(before, after, strict=True))
            return Bill(calls, write_units=units * (2 if call == "TransactWriteItems" else 1))
        case "SendMessage":
            return Bill(calls, messages=ceil(sent / MESSAGE_CHUNK))
        case "PUT object":
            return Bill(calls, puts=1)
        case "GET object":
            return Bill(calls, gets=1)
        case "GetSecretValue":
            return Bill(calls)
    raise NotImplementedError(call)


def with_units(answer: bytes, units: float) -> bytes:
    """The answer of DynamoDB with these units, as AWS writes it."""
    document = json.loads(answer) | {"ConsumedCapacity": {"CapacityUnits": units}}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def read_units(sizes: Iterable[int], *, consistent: bool) -> float:
    """Each item counts by itself, in steps of 4 KB; one that is not there counts as the smallest."""
    return sum(max(1, ceil(size / (4 * KB))) for size in sizes) * (1.0 if consistent else 0.5)


def written_keys(call: str, asked: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The tables and keys of the items that a request to DynamoDB would write."""
    match call:
        case "TransactWriteItems":
            parts = [(kind, part) for write in asked["TransactItems"] for kind, part in write.items()]
            return [key for kind, part in parts for key in written_keys(f"{kind}Item", part)]
        case "PutItem":
            return [(asked["TableName"], {name: asked["Item"][name] for name in ("pk", "sk")})]
        case "UpdateItem" | "DeleteItem":
            return [(asked["TableName"], asked["Key"])]
    return []


def item_size(item: dict[str, Any]) -> int:
    """The size of an item, in bytes, by DynamoDB's rules: names and values; numbers take half a byte per digit."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: dict[str, Any]) -> int:
    """The size of an attribute's value, as DynamoDB's JSON or boto3 has it."""
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return ceil(len(content.replace(".", "").replace("-", "").strip("0")) / 2) + 1
        case "B":
            return len(content) if isinstance(content, bytes) else len(content) * 3 // 4 - content.count("=")
        case "L":
            return 3 + sum(1 + value_size(one) for one in content)
    raise NotImplementedError(kind)
