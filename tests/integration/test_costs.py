"""The AWS bill of each way of answering equals the figure in docs/costs.md, and what the product counts itself."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from tests.integration.billing import MeteredClient
from tests.integration.paying import Scene, measure
from tests.support.emulators.aws import REGION
from tests.support.loopback import Loopback
from tests.support.markdown import codes, read_page
from tests.template.policies import TableRights, checks
from tests.template.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.billing import Bill
    from tests.support.emulators.aws import Emulator

DOCS = Path(__file__).parents[2] / "docs"
KEYS = '{"1": "a secret of the tests that is long enough"}'


@pytest.fixture
def sqs(moto_endpoint: str) -> Iterator[Any]:
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    with closing(session.client("sqs", endpoint_url=moto_endpoint)) as client:
        yield client


@pytest.fixture
def scene(emulator: Emulator, sqs: Any, tmp_path: Path) -> Iterator[Scene]:
    name = f"costs-{uuid4().hex[:8]}"
    routes = tmp_path / "routes.toml"
    environment = {
        **emulator.environment,
        "BRINE_TABLE": emulator.create_table(name),
        "BRINE_BUCKET": emulator.create_bucket(name),
        "BRINE_SIGNING_KEYS": KEYS,
        "BRINE_REFRESH_QUEUE": sqs.create_queue(QueueName=name)["QueueUrl"],
        "BRINE_ROUTES": str(routes),
    }
    with MeteredClient(emulator) as client:
        scene = Scene(environment, client)
        with Loopback(scene.converse) as origin:
            routes.write_text(f'[[route]]\nname = "shop"\nprefix = "/"\norigin = "{origin.address}"\n')
            yield scene
            client.close()


def cells(bill: Bill) -> tuple[str, ...]:
    """A bill as the table has it."""
    calls = ", ".join(f"{count} {call}" if count > 1 else call for call, count in Counter(bill.calls).items())
    requests = [f"{bill.puts} PUT" * bool(bill.puts), f"{bill.gets} GET" * bool(bill.gets)]
    told = calls, f"{bill.read_units:g}", str(bill.write_units), "".join(requests), str(bill.messages or "")
    return tuple(cell if cell not in {"", "0"} else "-" for cell in told)


def test_costs_are_those_of_the_documentation(scene: Scene, sqs: Any) -> None:
    measured = {name: cells(bill) for name, bill in measure(scene, sqs).items()}
    rows = {codes(row[0])[0]: row[1:6] for row in read_page(DOCS / "costs.md").rows if len(row) == 7 and codes(row[0])}
    assert rows == measured


def test_the_gateway_asks_the_table_for_nothing_that_its_role_does_not_allow(scene: Scene, sqs: Any) -> None:
    """Each way of answering, a refresh and an invalidation among them; purges are the operator's."""
    ways = measure(scene, sqs)
    assert {"miss 1 KB", "refresh", "invalidation"} <= ways.keys()
    asked = [check for call, what in scene.client.asked if "Item" in call for check in checks(call, what)]
    purged = {f"t#{name}" for name in ("everything", "route:shop", "tags")}
    rights = TableRights.of(Stack.read(), "GatewayRole")
    refused = [(action, keys) for action, keys in asked if not rights.allow(action, keys)]
    assert {action for action, _ in asked} >= {"dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    assert all(keys[0] in purged or keys[0].startswith("t#tag:") for _, keys in refused), refused
    assert {action for action, _ in refused} == {"dynamodb:UpdateItem"}
