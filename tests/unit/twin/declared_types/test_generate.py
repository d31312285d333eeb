"""The classes of a project's code are found, and the file says where it differs from them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine.adapters.config.types import parse_types
from brine_cli.declared_types.generate import generate
from brine_cli.declared_types.settings import TypesSettings, project_settings
from brine_cli.errors import CommandError
from brine_codec import Registry
from tests.support.declarations import content
from tests.support.declarations import generated as of_registry
from tests.support.projects import write_project

if TYPE_CHECKING:
    from brine_cli.declared_types.generate import Generated

MESSAGES = """
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple
if TYPE_CHECKING:
    from nowhere import Absent
class Colour(Enum):
    RED = 1
class Size(NamedTuple):
    width: float
@dataclass
class Parcel:
    size: Size
    colour: Colour | None = None
@dataclass
class _Private:
    x: int
def weigh(parcel: Parcel, absent: "Absent") -> float: ...
"""
APP = """
from dataclasses import dataclass
from brine import App, Fetch
from typing import Annotated
import parcels.messages as messages
app = App()
@dataclass
class NewOrder:
    sku: str
@dataclass
class Order:
    parcel: messages.Parcel
@dataclass
class Unused:
    x: int
@app.post("/orders")
def order(new: Annotated[NewOrder, "the body"], fetch: Fetch) -> Order | None: ...
@app.get("/orders/<number>")
def orders(number: str) -> list[Order]: ...
handler = app.handler
"""
REGISTRY = """
from brine_codec import Registry
from dataclasses import dataclass
@dataclass
class Line:
    sku: str
"""
FUNCTION = f"""{REGISTRY}
def registry():
    known = Registry()
    known.register(Line, name='shop.Line', version=3)
    return known
"""
ATTRIBUTE = REGISTRY + "KNOWN = Registry()\nKNOWN.register(Line, name='shop.Line', version=3)\n"


def run(root: Path, *sources: str, leave_out: tuple[str, ...] = ()) -> Generated:
    return generate(TypesSettings(root=root, sources=sources, output=root / "types.toml", leave_out=leave_out))


def failure(root: Path, *sources: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(root, *sources)
    return str(caught.value)


def test_the_classes_in_the_annotations_of_an_app_are_found(tmp_path: Path) -> None:
    write_project(tmp_path, {"functions/orders/app.py": APP, "parcels/messages.py": MESSAGES})
    tables = run(tmp_path, "functions/orders/app.py").tables
    in_module = {"parcels.messages.Parcel", "parcels.messages.Size", "parcels.messages.Colour"}
    assert tables.keys() == {"app.NewOrder", "app.Order", *in_module}
    assert tables["app.Order"].fields == {"parcel": "parcels.messages.Parcel"}
    assert tables["parcels.messages.Colour"].members == ("RED",)
    assert "parcels" not in sys.modules


def test_the_file_is_what_the_client_of_the_same_class_seals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name and the version by annotation agree, because both come from `register_annotated`."""
    write_project(tmp_path, {"parcels_of_client/messages.py": MESSAGES})
    run(tmp_path, "parcels_of_client.messages").write()
    monkeypatch.syspath_prepend(tmp_path)
    from parcels_of_client.messages import (  # type: ignore[import-not-found]  # noqa: PLC0415 - written above
        Parcel,
    )

    registry = Registry()
    registry.register_annotated(Parcel)
    assert content(parse_types((tmp_path / "types.toml").read_text())) == content(of_registry(registry))


@pytest.mark.parametrize(
    "code", [FUNCTION, ATTRIBUTE, ATTRIBUTE + "from brine import App\napp = App(registry=KNOWN)\n"]
)
def test_a_registered_class_keeps_its_name_and_version(tmp_path: Path, code: str) -> None:
    write_project(tmp_path, {"shop_code.py": code})
    for source in ("shop_code.py", "shop_code"):
        (table,) = run(tmp_path, source).tables.values()
        assert (table.name, table.version, table.fields) == ("shop.Line", 3, {"sku": "str"})
        assert table.place.endswith("shop_code.py:4")


def test_a_module_without_a_registry_has_the_classes_that_it_defines(tmp_path: Path) -> None:
    write_project(tmp_path, {"parcels/messages.py": MESSAGES})
    names = {f"parcels.messages.{name}" for name in ("Parcel", "Size", "Colour")}
    assert run(tmp_path, "parcels.messages").tables.keys() == names


def test_a_module_that_imports_its_classes_has_those_in_its_annotations(tmp_path: Path) -> None:
    use = "from parcels.messages import Parcel, Size\ndef send(parcel: Parcel) -> None: ..."
    write_project(tmp_path, {"parcels/messages.py": MESSAGES, "parcels/use.py": use})
    assert "parcels.messages.Parcel" in run(tmp_path, "parcels.use").tables


def test_a_function_named_registry_with_arguments_is_another_function(tmp_path: Path) -> None:
    write_project(tmp_path, {"shop_code.py": MESSAGES + "def registry(name): return 1 / 0\n"})
    assert "shop_code.Parcel" in run(tmp_path, "shop_code").tables


def test_files_that_fit_a_pattern_need_no_classes_and_those_of_all_are_joined(tmp_path: Path) -> None:
    plain = "from dataclasses import dataclass\n@dataclass\nclass Inner:\n    x: int\ndef handler(event, context): ..."
    code = {"orders/app.py": APP, "plain/app.py": plain, "lines/app.py": FUNCTION}
    write_project(tmp_path / "functions", code)
    write_project(tmp_path, {"parcels/messages.py": MESSAGES})
    found = generate(project_settings(tmp_path))
    assert {"shop.Line", "app.Order"} <= found.tables.keys()
    assert "app.Inner" not in found.tables
    found.write()
    assert generate(project_settings(tmp_path)).differences == ()
    text = (tmp_path / "routes/types.d/generated.toml").read_text()
    assert text.startswith("# Generated by `brine types` from functions/*/app.py.\n")
    assert parse_types(text).by_name.keys() == found.tables.keys()


def test_two_classes_with_one_name_must_be_alike(tmp_path: Path) -> None:
    write_project(tmp_path, {"a/app.py": FUNCTION, "b/app.py": FUNCTION, "c/app.py": FUNCTION.replace("sku:", "key:")})
    assert run(tmp_path, "a/app.py", "b/app.py").tables.keys() == {"shop.Line"}
    told = failure(tmp_path, "a/app.py", "c/app.py")
    assert told.startswith("two classes have the name shop.Line and are not alike: ")
    assert str(Path("a/app.py:4 and ")) in told
    assert 'registry.register(Line, name="...", version=1)' in told


def test_a_field_takes_the_subclasses_that_each_source_has(tmp_path: Path) -> None:
    base = "from dataclasses import *\n@dataclass\nclass Event:\n    x: int\n"
    base += "@dataclass\nclass Log:\n    events: list[Event]\n"
    app = "from brine import App\nfrom events_of_test import *\napp = App()\n@app.get('/log')\ndef log() -> Log: ...\n"
    paid = "@dataclass\nclass Paid(Event):\n    y: int\n@app.get('/paid')\ndef paid() -> Paid: ...\n"
    write_project(tmp_path, {"events_of_test.py": base, "a/app.py": app, "b/app.py": app + paid})
    tables = run(tmp_path, "a/app.py", "b/app.py").tables
    name = "events_of_test.Event"
    assert tables["events_of_test.Log"].fields == {"events": f"list[{name}] | list[app.Paid | {name}]"}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import absent_module", "shop_code.py cannot be imported: ModuleNotFoundError"),
        ("X = 1", "shop_code.py has no brine.App, no Registry and no class with fields"),
        ("def registry(): return 1 / 0", "shop_code.registry() failed: ZeroDivisionError"),
        (
            'from brine import App\napp = App()\n@app.get("/x")\ndef x() -> "Absent": ...',
            "shop_code: an annotation of x cannot be read: name 'Absent' is not defined",
        ),
        (
            "from dataclasses import *\n@dataclass\nclass A:\n    x: InitVar[int]",
            "shop_code.A cannot be declared: A is not called with its fields (an InitVar, or its own __init__)",
        ),
        (
            "import enum\nclass A(enum.Flag):\n    X = 1",
            "shop_code.py:2: shop_code.A (A) cannot be declared: it is a Flag",
        ),
    ],
)
def test_code_that_cannot_be_used_is_named(tmp_path: Path, code: str, told: str) -> None:
    write_project(tmp_path, {"shop_code.py": code})
    assert told in failure(tmp_path, "shop_code.py")


def test_a_class_can_be_left_out_by_its_name(tmp_path: Path) -> None:
    init = "@dataclass\nclass A:\n    x: InitVar[int]\n"
    flag = "class F(enum.Flag):\n    X = 1\n@dataclass\nclass B:\n    f: F\n"
    code = f"import enum\nfrom dataclasses import *\n{flag}{init}"
    write_project(tmp_path, {"shop_code.py": code})
    (table,) = run(tmp_path, "shop_code", leave_out=("shop_code.F", "shop_code.A")).tables.values()
    assert (table.name, table.fields) == ("shop_code.B", {"f": "any"})


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no_module_of_test cannot be imported: ModuleNotFoundError" in failure(tmp_path, "no_module_of_test")
    assert "no.py cannot be imported: FileNotFoundError" in failure(tmp_path, "no.py")
    assert failure(tmp_path, "functions/*/app.py").startswith(f'no file in {tmp_path} is like "functions/*/app.py"')


def test_a_file_of_a_pattern_that_needs_its_environment_can_be_left_out(tmp_path: Path) -> None:
    write_project(tmp_path, {"functions/a/app.py": "import os\nos.environ['ABSENT_OF_TEST']"})
    told = failure(tmp_path, "functions/*/app.py")
    assert told.endswith(
        "app.py cannot be imported: KeyError: 'ABSENT_OF_TEST'\n"
        "To leave it out, name the other files: sources in [tool.brine.types]"
    )


def test_a_file_of_a_package_is_named_as_a_module(tmp_path: Path) -> None:
    """As a file, its classes would get other names than where they are used."""
    write_project(tmp_path, {"parcels/__init__.py": "", "parcels/messages.py": MESSAGES})
    assert 'Name the module as the code imports it, such as "shared.messages"' in failure(
        tmp_path, "parcels/messages.py"
    )


@pytest.mark.parametrize("other", ["routes/types.toml", "routes/types.d/by_hand.toml"])
def test_a_class_that_another_file_declares_too_is_named(tmp_path: Path, other: str) -> None:
    """The gateway would not start with both."""
    by_hand = '[[type]]\nname = "shop.Line"\nversion = 1\nfields = {}\n'
    broken = {"routes/types.d/broken.toml": "[", "routes/types.d/none.toml": "", "other.toml": by_hand}
    write_project(tmp_path, {"functions/shop/app.py": FUNCTION, **broken})
    generate(project_settings(tmp_path)).write()
    assert generate(project_settings(tmp_path)).differences == ()
    write_project(tmp_path, {other: by_hand.replace("Line", "Other")})
    assert generate(project_settings(tmp_path)).differences == ()
    write_project(tmp_path, {other: by_hand})
    with pytest.raises(
        CommandError, match=rf"shop\.Line of .*app\.py:4 is declared in .*/{other} too\. Delete it there"
    ):
        generate(project_settings(tmp_path))


def test_each_difference_names_the_class_its_place_and_the_field(tmp_path: Path) -> None:
    write_project(tmp_path, {"shop_code.py": ATTRIBUTE})
    new = run(tmp_path, "shop_code.py")
    place = f"{tmp_path}/shop_code.py:4"
    assert (new.exists, new.differences) == (False, (f"shop.Line of {place}: only in the code",))
    new.write()
    assert (run(tmp_path, "shop_code.py").exists, run(tmp_path, "shop_code.py").differences) == (True, ())
    changed = ATTRIBUTE.replace("sku: str", "sku: int | None\n    count: int").replace("=3", "=4")
    write_project(tmp_path, {"shop_code.py": changed})
    assert run(tmp_path, "shop_code.py").differences == (
        f"shop.Line of {place}: version: the code has 4, the file 3",
        f'shop.Line of {place}: sku: the code has "int | None", the file "str"',
        f'shop.Line of {place}: count: the code has "int", the file no such field',
    )
    write_project(tmp_path, {"shop_code.py": ATTRIBUTE.replace("shop.Line", "shop.Row")})
    assert run(tmp_path, "shop_code.py").differences == (
        "shop.Line: only in the file",
        f"shop.Row of {place}: only in the code",
    )


def test_the_order_of_fields_and_the_members_count(tmp_path: Path) -> None:
    code = "import enum\nfrom typing import *\nclass A(NamedTuple):\n    x: int\n    y: int\n"
    code += "class B(enum.Enum):\n    X = 1\n"
    write_project(tmp_path, {"m.py": code})
    run(tmp_path, "m").write()
    file = tmp_path / "types.toml"
    file.write_text(file.read_text().replace('x = "int"\ny = "int"', 'y = "int"\nx = "int"').replace('"X"', '"X", "Y"'))
    assert run(tmp_path, "m").differences == (
        f"m.A of {tmp_path}/m.py:3: order of the fields: the code has x, y; the file has y, x",
        f"m.B of {tmp_path}/m.py:6: members: the code has ['X'], the file ['X', 'Y']",
    )
