"""A project gets a copy of the production stack: from the checkout, or from the installed wheel."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import brine_cli
from brine_cli.errors import CommandError
from brine_cli.project import stack_files
from brine_cli.project.stack_files import checkout, nests_copy, stack_file, vendor, vendor_if_needed
from brine_cli.template.stacks import read_stack_template

ROOT = Path(__file__).parents[4]
PATHS = tomllib.loads((ROOT / "cli/pyproject.toml").read_text())["tool"]["hatch"]["build"]["hooks"]["custom"]["paths"]
NESTED = "Resources:\n  Brine:\n    Type: AWS::Serverless::Application\n    Properties:\n      Location: {location}\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installed brine_cli, with the stack as the wheel has it."""
    package = tmp_path / "site-packages/brine_cli"
    for path in PATHS:
        target = package / "stack" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, target)
        else:
            shutil.copy(ROOT / path, target)
    (package / "stack/functions/gateway/__pycache__").mkdir(exist_ok=True)  # pip compiles what it installs
    (package / "stack/functions/gateway/__pycache__/app.pyc").write_bytes(b"")
    monkeypatch.setattr(stack_files, "_PACKAGE", package)
    return package


def files(folder: Path) -> set[str]:
    """The paths of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def tracked() -> set[str]:
    """The files of the stack that the repository has."""
    listed = subprocess.run(["git", "ls-files", "-z", *PATHS], cwd=ROOT, capture_output=True, check=True, text=True)
    return {*listed.stdout.split("\0")} - {""}


def test_the_copy_of_a_checkout_has_the_listed_files_and_no_compiled_ones(tmp_path: Path) -> None:
    assert checkout() == ROOT
    assert vendor(tmp_path) == tmp_path / ".brine"
    copied = files(tmp_path / ".brine")
    assert tracked() | {"version"} <= copied
    assert not [path for path in copied if "__pycache__" in path]
    assert {path.split("/")[0] for path in copied} == {"template.yaml", "functions", "layers", "version"}
    assert [path.name for path in tmp_path.iterdir()] == [".brine"]


def test_the_copy_of_an_installed_wheel_is_the_same(installed: Path, tmp_path: Path) -> None:
    of_wheel, of_checkout = tmp_path / "wheel", tmp_path / "checkout"
    of_wheel.mkdir()
    assert checkout() is None
    vendor(of_wheel)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack_files, "_PACKAGE", stack_files._CHECKOUT / "cli/src/brine_cli")
        of_checkout.mkdir()
        vendor(of_checkout)
    assert files(of_wheel) == files(of_checkout)


def test_the_copy_is_complete(tmp_path: Path) -> None:
    """All files that the template names are in it, as the twin and `sam build` need them."""
    template = read_stack_template(vendor(tmp_path) / "template.yaml").template
    for kind, key in (("AWS::Serverless::Function", "CodeUri"), ("AWS::Serverless::LayerVersion", "ContentUri")):
        for resource in template.resources.values():
            if resource["Type"] == kind:
                assert (tmp_path / ".brine" / resource["Properties"][key]).is_dir()


def test_an_older_copy_is_replaced(tmp_path: Path) -> None:
    (tmp_path / ".brine/functions").mkdir(parents=True)
    (tmp_path / ".brine/functions/removed.py").write_text("old")
    (tmp_path / ".brine/version").write_text("0.0.9\n")
    (tmp_path / ".brine.new").mkdir()  # of a copy that was interrupted
    (tmp_path / ".brine.new/half").write_text("old")
    vendor(tmp_path)
    assert not {"functions/removed.py", "half"} & files(tmp_path / ".brine")
    assert (tmp_path / ".brine/version").read_text() == f"{brine_cli.__version__}\n"
    assert [path.name for path in tmp_path.iterdir()] == [".brine"]


@pytest.mark.parametrize(("name", "message"), [("none", "is not a folder"), ("file", "is not a folder")])
def test_a_project_that_is_no_folder_is_refused(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=f"/{name} {message}: give the folder of a project"):
        vendor(tmp_path / name)


def test_a_file_in_the_place_of_the_copy_is_named(tmp_path: Path) -> None:
    (tmp_path / ".brine").write_text("mine")
    with pytest.raises(CommandError, match=r"/\.brine cannot be written: "):
        vendor(tmp_path)
    assert (tmp_path / ".brine").read_text() == "mine"


def test_a_folder_with_other_files_is_kept(tmp_path: Path) -> None:
    (tmp_path / ".brine").mkdir()
    (tmp_path / ".brine/notes").write_text("mine")
    with pytest.raises(CommandError, match=r"/\.brine has other files than a copy of Brine's stack"):
        vendor(tmp_path)
    assert files(tmp_path) == {".brine/notes"}


@pytest.mark.parametrize(
    ("location", "nests"),
    [
        (".brine/template.yaml", True),
        ("./.brine/template.yaml", True),
        ("../template.yaml", False),
        (".brine-copy/template.yaml", False),
        ("https://example.com/template.yaml", False),
        ("{ApplicationId: a, SemanticVersion: b}", False),
    ],
)
def test_a_template_nests_the_copy_by_its_location(location: str, nests: bool, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(NESTED.format(location=location))
    assert nests_copy(template) == nests
    vendor_if_needed(template)
    assert (tmp_path / ".brine").exists() == nests


def test_a_copy_beside_a_template_is_made_too(tmp_path: Path) -> None:
    template, other = tmp_path / "template.yaml", tmp_path / "other"
    template.write_text("Resources: {}")
    other.mkdir()
    vendor_if_needed(template, [tmp_path / ".brine/template.yaml", tmp_path / "other/template.yaml"])
    assert (tmp_path / ".brine/template.yaml").is_file()
    assert list(other.iterdir()) == []


def test_a_template_without_nested_stacks_needs_no_copy() -> None:
    assert not nests_copy(ROOT / "template.yaml")
    assert not nests_copy(ROOT / "samples/template.yaml")


def is_made_anew(template: Path) -> bool:
    """Whether the copy loses a file that only an older one has."""
    (template.parent / ".brine/mark").write_text("")
    vendor_if_needed(template)
    return not (template.parent / ".brine/mark").exists()


def test_a_checkout_makes_the_copy_anew_each_time(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(NESTED.format(location=".brine/template.yaml"))
    vendor(tmp_path)
    assert is_made_anew(template)


def test_an_installed_version_makes_the_copy_anew_only_for_another_version(installed: Path, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(NESTED.format(location=".brine/template.yaml"))
    vendor_if_needed(template)
    assert not is_made_anew(template)
    (tmp_path / ".brine/version").write_text("0.0.9\n")
    assert is_made_anew(template)
    (tmp_path / ".brine/version").unlink()
    assert is_made_anew(template)


def test_one_file_of_the_stack_is_the_same_in_both_forms(installed: Path) -> None:
    path = "functions/gateway/requirements.txt"
    assert stack_file(path) == (ROOT / path).read_text()
