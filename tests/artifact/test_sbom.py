"""The list of shipped components is valid CycloneDX and names every package that `sam build` put into the functions and
layers.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.artifact.test_contents import BUILT, find
from tests.support.emulators.built import ROOT
from tests.template.test_requirements import LOCK

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.template.stacks import StackTemplate

pytestmark = pytest.mark.artifact

OF_OURS = {"CodecLayer": {"brine-codec"}, "CoreLayer": {"brine-core"}}


@pytest.fixture(scope="module")
def written(built: StackTemplate, tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("sbom") / "sbom.cdx.json"
    subprocess.run([sys.executable, ROOT / ".ci/sbom.py", built.template.path, file], check=True, timeout=60)
    return file.read_text()


@pytest.fixture(scope="module")
def document(written: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(written)
    return content


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(built: StackTemplate, logical_id: str) -> set[tuple[str, str]]:
    """Name and version of each distribution that pip left in an artifact, by the names of its folders."""
    found = find(built, logical_id).rglob("*.dist-info")
    pairs = (folder.name.removesuffix(".dist-info").rsplit("-", 1) for folder in found)
    return {(canonical(name), version) for name, version in pairs}


def test_it_is_valid(written: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written.replace('"bomFormat"', '"format"')) is not None


def test_every_function_and_layer_lists_what_is_in_it(built: StackTemplate, document: dict[str, Any]) -> None:
    components = {component["bom-ref"]: component for component in document["components"]}
    depends = {each["ref"]: set(each.get("dependsOn", [])) for each in document["dependencies"]}
    for logical_id in BUILT:
        assert components[logical_id]["type"] == "application"
        held = [components[reference] for reference in depends[logical_id]]
        ours = {component["name"] for component in held if "purl" not in component}
        assert ours == OF_OURS.get(logical_id, set())
        others = {(canonical(c["name"]), c["version"]) for c in held if "purl" in c}
        assert others == installed(built, logical_id)
    assert depends[document["metadata"]["component"]["bom-ref"]] == BUILT


def test_it_has_the_versions_of_the_lock_and_a_licence_for_each(document: dict[str, Any]) -> None:
    from_an_index = [component for component in document["components"] if "purl" in component]
    assert len(from_an_index) >= 5
    for component in from_an_index:
        assert component["version"] == LOCK[canonical(component["name"])]["version"]
        assert component["licenses"]


def test_make_build_writes_it() -> None:
    done = subprocess.run(["make", "--dry-run", "build"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "python .ci/sbom.py .aws-sam/build/template.yaml .aws-sam/sbom.cdx.json" in done.stdout
