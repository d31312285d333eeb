"""Every envelope of an older version opens to the same object, and the parts with a fixed form are still written so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from brine_codec import Forbidden, Keyring
from brine_codec.envelope.context import encode_context
from brine_codec.envelope.mac import expand, extract
from tests.golden.envelope.objects import OBJECTS
from tests.support.codec.samples import codec

V1: dict[str, Any] = json.loads(Path(__file__).with_name("v1.json").read_text())
SEALED = {(vector["name"], vector["kind"]): bytes.fromhex(vector["sealed"]) for vector in V1["vectors"]}
PLACE = {"context": V1["context"], "now": V1["issued_at"]}


def golden_codec(**settings: Any) -> Any:
    return codec(keyring=Keyring.from_json(json.dumps(V1["keyring"])), purpose=V1["purpose"], **settings)


@pytest.mark.parametrize(("name", "kind"), SEALED)
def test_it_opens_to_the_same_object(name: str, kind: str) -> None:
    opened = golden_codec(gate=kind == "tree").open(SEALED[name, kind], **PLACE)
    assert opened == OBJECTS[name]
    assert type(opened) is type(OBJECTS[name])


@pytest.mark.parametrize(("name", "kind"), SEALED)
def test_it_is_still_written_so(name: str, kind: str) -> None:
    """Another zstd may compress otherwise, and a set has no order."""
    compression = name if name in {"zlib", "zstd"} else "none"
    sealer = golden_codec(compression=compression, gate=kind == "tree")
    sealed = sealer.seal(OBJECTS[name], expires_at=V1["expires_at"], **PLACE)
    assert sealed[:32] == SEALED[name, kind][:32]
    assert sealed == SEALED[name, kind] or name == "zstd"


@pytest.mark.parametrize("name", OBJECTS)
def test_a_graph_is_not_taken_from_other_parties(name: str) -> None:
    with pytest.raises(Forbidden):
        golden_codec().open(SEALED[name, "graph"], **PLACE)


def test_every_object_has_its_envelopes() -> None:
    assert SEALED.keys() == {(name, kind) for name in OBJECTS for kind in ("tree", "graph")}


def test_the_vector_in_the_documentation_is_the_golden_one() -> None:
    page = (Path(__file__).parents[3] / "docs/envelope-format.md").read_text()
    shown = page[page.index("## A vector") : page.index("## What an envelope does not do")]
    lines = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.startswith("    ")}
    sealed = SEALED["none", "tree"].hex()
    assert "".join(lines["header"]) + "".join(lines["body"]) + "".join(lines["tag"]) == sealed
    prk = extract(b"brine envelope v1", V1["keyring"]["2"].encode())
    assert lines["PRK"] == [prk.hex()]
    assert lines["K"] == [expand(prk, b"mac\0" + V1["purpose"].encode()).hex()]
    assert "".join(lines["context"][:5]) == encode_context(V1["context"]).hex()
