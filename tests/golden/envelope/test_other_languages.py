"""The documented format is enough: a script without our code verifies our envelopes and refuses altered ones."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
V1: dict[str, Any] = json.loads((HERE / "v1.json").read_text())


def verified(document: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    file = folder / "vectors.json"
    file.write_text(json.dumps(document))
    done = subprocess.run(
        [node, str(HERE / "verify.mjs"), str(file)], capture_output=True, text=True, check=True, timeout=60
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_vector_verifies(tmp_path: Path) -> None:
    found = verified(V1, tmp_path)
    assert [vector["name"] for vector in found] == [vector["name"] for vector in V1["vectors"]]
    for vector, result in zip(V1["vectors"], found, strict=True):
        sealed = bytes.fromhex(vector["sealed"])
        assert "error" not in result
        assert result["keyId"] == V1["key_id"]
        assert (result["issuedAt"], result["expiresAt"]) == (V1["issued_at"], V1["expires_at"])
        assert (result["compression"], result["kind"]) == (sealed[5], sealed[6])


def altered() -> dict[str, dict[str, Any]]:
    """Vectors that must not verify, and why not."""
    honest = next(vector for vector in V1["vectors"] if vector["name"] == "plain")["sealed"]
    swapped = honest[:16] + "00000001" + honest[24:]
    return {
        "the seal does not verify": {"sealed": honest[:-2] + ("00" if honest[-2:] != "00" else "01")},
        "not an envelope": {"sealed": "00" + honest[2:]},
        "unknown suite": {"sealed": honest[:8] + "02" + honest[10:]},
        "unknown key": {"sealed": honest[:16] + "00000009" + honest[24:]},
        "the seal does not verify: key": {"sealed": swapped},
        "the seal does not verify: context": {"sealed": honest, "context": ["tenant-b", V1["context"][1]]},
        "the seal does not verify: joined": {"sealed": honest, "context": ["".join(V1["context"])]},
        "the seal does not verify: purpose": {"sealed": honest, "purpose": "other"},
        "expired": {"sealed": honest, "now": V1["expires_at"]},
    }


def test_an_altered_envelope_is_refused(tmp_path: Path) -> None:
    cases = altered()
    vectors = [{"name": name, **vector} for name, vector in cases.items()]
    found = verified(V1 | {"vectors": vectors}, tmp_path)
    assert [result["error"] for result in found] == [name.partition(":")[0] for name in cases]
