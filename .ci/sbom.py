"""Writes a list of what ships: `python .ci/sbom.py TEMPLATE FILE`, a CycloneDX document about what `sam build` made.

TEMPLATE is the one that `sam build` wrote. Each function and layer is a component that depends on the distributions in
it. The versions and licences are those that pip left in the artifact, not those that some requirement asks for.
"""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from brine_cli.template.stacks import read_stack_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import Distribution

ROOT = Path(__file__).parents[1]
OWN = {"brine_codec": "layers/codec", "brine": "layers/core"}  # by the package that a layer brings
FOLDER_IN = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


def main(template: Path, file: Path) -> None:
    """Write the document to `file`."""
    file.write_text(JsonV1Dot6(bill_of_materials(template)).output_as_string(indent=2) + "\n", encoding="utf-8")


def bill_of_materials(template: Path) -> Bom:
    """Return what the functions and layers of a built template hold."""
    product = own_component(ROOT, ComponentType.APPLICATION)
    bom = Bom()
    bom.metadata.component = product
    artifacts = []
    built = [(each.path.parent, each.resources.items()) for each in read_stack_template(template).all]
    for place, name, resource in ((place, *item) for place, items in built for item in items):
        if resource["Type"] in FOLDER_IN:
            folder = place / resource["Properties"][FOLDER_IN[resource["Type"]]]
            held = list(components_in(folder.resolve()))
            artifact = Component(name=name, type=ComponentType.APPLICATION, version=product.version, bom_ref=name)
            bom.components.update([artifact, *held])
            bom.register_dependency(artifact, held)
            artifacts.append(artifact)
    bom.register_dependency(product, artifacts)
    return bom


def components_in(folder: Path) -> Iterator[Component]:
    """The distributions in a function's or layer's folder, our own among them."""
    for place in (folder, folder / "python"):
        for distribution in distributions(path=[str(place)]):
            yield component_of(distribution)
        for package, source in OWN.items():
            if (place / package).is_dir():
                yield own_component(ROOT / source, ComponentType.LIBRARY)


def component_of(distribution: Distribution) -> Component:
    """A distribution from an index, by what it says of itself."""
    name, version = distribution.name, distribution.version
    licence = distribution.metadata.get("License-Expression") or distribution.metadata.get("License")
    purl = PackageURL("pypi", name=name, version=version)  # it puts the name into the index's form
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=str(purl),
        licenses=[LicenseFactory().make_from_string(licence)] if licence else (),
    )


def own_component(folder: Path, kind: ComponentType) -> Component:
    """A distribution of this workspace. It has no package URL: an index may have another one of that name."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return Component(name=project["name"], version=project["version"], type=kind, bom_ref=project["name"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
