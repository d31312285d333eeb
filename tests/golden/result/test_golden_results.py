"""Every stored result of the form in use is found under its key and opens to the same object; older ones are misses."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from brine.adapters.memory.stores import MemoryBodyStore
from brine.ports.caching import Item
from tests.golden.result.places import CALLS, GoldenError, call, world_of

HERE = Path(__file__).parent
FORMS = ("v1", "v2", "v3", "v4")
OLDER: dict[str, dict[str, Any]] = {name: json.loads((HERE / f"{name}.json").read_text()) for name in FORMS}
V5: dict[str, Any] = json.loads((HERE / "v5.json").read_text())


@pytest.mark.parametrize("name", V5)
def test_it_is_found_and_opens(name: str) -> None:
    vector, world = V5[name], world_of(name)
    world.items.write(vector["pk"], vector["sk"], Item(envelope=bytes.fromhex(vector["envelope"]), evict_at=2**32 - 1))
    for digest, body in vector["bodies"].items():
        world.bodies.write(bytes.fromhex(digest), bytes.fromhex(body))
    if isinstance(CALLS[name], Exception):
        with pytest.raises(GoldenError) as raised:
            call(world.process(), "computed")
        assert raised.value.args == ("gone", 7)
    else:
        assert call(world.process(), "computed") == CALLS[name]
    assert (world.outcomes, world.told[0].faults) == (["hit"], ())


@pytest.mark.parametrize("name", V5)
def test_it_is_still_written_so(name: str) -> None:
    world = world_of(name)
    with contextlib.suppress(GoldenError):
        call(world.process(), CALLS[name])
    ((pk, sk), item), *_ = world.items.items.items()
    assert isinstance(world.bodies, MemoryBodyStore)
    bodies = {digest.hex(): body.hex() for digest, body in world.bodies.bodies.items()}
    assert {"pk": pk, "sk": sk, "envelope": item.envelope.hex(), "bodies": bodies} == V5[name]


@pytest.mark.parametrize("name", ["value", "failure"])
@pytest.mark.parametrize("form", OLDER)
def test_an_older_form_is_a_miss_and_no_alarm(form: str, name: str) -> None:
    """Results of forms 1 and 2 are stored under keys without a namespace, which no process reads any longer."""
    faults = ["outdated-schemamiss"] if form in {"v3", "v4"} else []
    vector, world = OLDER[form][name], world_of(name)
    world.items.write(vector["pk"], vector["sk"], Item(envelope=bytes.fromhex(vector["envelope"]), evict_at=2**32 - 1))
    assert call(world.process(), "computed") == "computed"
    assert (world.outcomes, [str(fault) for fault in world.told[0].faults]) == (["miss"], faults)


def test_every_call_has_its_envelope() -> None:
    assert V5.keys() == CALLS.keys()
