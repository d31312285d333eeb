"""The artifact holds the files that the functions need, and no file left over from development."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.console.files import console_names

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.template.stacks import StackTemplate

pytestmark = pytest.mark.artifact

FUNCTION = {"app.py", "requirements.txt", "aws_lambda_powertools", "jmespath", "typing_extensions.py"}
# By logical id, and folder below it. What pip says about packages (*.dist-info) is left out.
SHIPPED = {
    "GatewayFunction": FUNCTION,
    "RefresherFunction": FUNCTION,
    "ReportFunction": {*FUNCTION, "routes.toml"},
    "ShopFunction": {*FUNCTION, "routes.toml"},
    "ExchangeFunction": FUNCTION,
    "AdminFunction": FUNCTION,
    "RotatorFunction": FUNCTION,
    "SmokeFunction": FUNCTION,
    "CodecLayer": {"python"},
    "CodecLayer/python": {"brine_client", "brine_codec", "backports"},
    "CoreLayer": {"python"},
    "CoreLayer/python": {"brine", "msgpack"},
    "SampleRoutesLayer": {"routes.d", "channels.d", "types.d"},
    "RoutesLayer": {
        *("routes.toml", "routes.schema.json", "types.toml", "types.schema.json"),
        *("channels.toml", "channels.schema.json"),
    },
}
BUILT = {place.partition("/")[0] for place in SHIPPED}


def find(built: StackTemplate, place: str) -> Path:
    logical_id, _, below = place.partition("/")
    (template,) = (template for template in built.all if logical_id in template.resources)
    properties = template.resources[logical_id]["Properties"]
    folder: str = properties.get("CodeUri") or properties["ContentUri"]
    return (template.path.parent / folder).resolve() / below


@pytest.mark.parametrize("place", SHIPPED)
def test_these_things_ship(built: StackTemplate, place: str) -> None:
    names = {path.name for path in find(built, place).iterdir() if path.suffix not in {".dist-info", ".data"}}
    assert names == SHIPPED[place]


def test_every_function_and_layer_is_listed_here(built: StackTemplate) -> None:
    kinds = {"AWS::Serverless::Function", "AWS::Serverless::LayerVersion"}
    resources = [item for template in built.all for item in template.resources.items()]
    assert {name for name, resource in resources if resource["Type"] in kinds} == BUILT


CONSOLE = {f"adapters/console/{name}" for name in console_names()}


@pytest.mark.parametrize(
    ("place", "more"), [("CodecLayer/python/brine_codec", set()), ("CoreLayer/python/brine", CONSOLE)]
)
def test_packages_hold_code_and_their_type_marker(built: StackTemplate, place: str, more: set[str]) -> None:
    root = find(built, place)
    files = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    assert {file.as_posix() for file in files if file.suffix != ".py"} == {"py.typed"} | more


@pytest.mark.parametrize("function", sorted(name for name in BUILT if name.endswith("Function")))
def test_the_packages_of_a_function_and_its_layers_stay_small(built: StackTemplate, function: str) -> None:
    """Lambda unpacks it, and every layer, at every cold start. Powertools is most of it; msgpack takes 3.2 MB."""
    loaded = {function} | {name for name in BUILT if name.endswith("Layer")}
    size = sum(path.stat().st_size for name in loaded for path in find(built, name).rglob("*") if path.is_file())
    assert size < 13_300_000


def test_the_codec_layer_has_native_code_for_each_of_its_runtimes_and_processors(built: StackTemplate) -> None:
    (template,) = (template for template in built.all if "CodecLayer" in template.resources)
    layer = template.resources["CodecLayer"]["Properties"]
    runtimes = [runtime.removeprefix("python").replace(".", "") for runtime in layer["CompatibleRuntimes"]]
    runtimes.remove("314")  # it has zstd in its standard library
    processors = [name.replace("arm64", "aarch64") for name in layer["CompatibleArchitectures"]]
    found = {file.name for file in find(built, "CodecLayer/python/backports").rglob("*.so")}
    assert found == {
        f"_zstd.cpython-{runtime}-{processor}-linux-gnu.so" for runtime in runtimes for processor in processors
    }
