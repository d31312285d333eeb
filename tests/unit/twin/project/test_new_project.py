"""`brine new project` writes all files of a project, or none."""

from __future__ import annotations

import re
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml

import brine_cli
from brine.adapters.config.routes import parse_routes
from brine.bootstrap.common import read_configuration
from brine_cli.errors import CommandError
from brine_cli.project.new_project import new_project, project_files
from brine_cli.project.stack_files import vendor
from brine_cli.project.wheels import DISTRIBUTIONS
from brine_cli.template.document import read_template

if TYPE_CHECKING:
    from pathlib import Path

FILES = [
    *("pyproject.toml", "samconfig.toml", "Makefile", "README.md", ".gitignore", ".github/workflows/ci.yml"),
    *("routes/routes.d/project.toml", "template.yaml", "events/hello.json", "tests/test_hello.py"),
    *("functions/hello/app.py", "functions/hello/routes.toml", "functions/hello/requirements.txt"),
    "routes/types.d/generated.toml",
]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder of wheels, each of them empty."""
    made = tmp_path / "dist"
    made.mkdir()
    for name in DISTRIBUTIONS:
        (made / f"{name.replace('-', '_')}-{brine_cli.__version__}-py3-none-any.whl").touch()
    return made


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of uv. It notes its folder and arguments in this file, and fails in a folder `fails`."""
    program, calls = tmp_path / "uv", tmp_path / "calls"
    program.write_text(
        f"#!{sys.executable}\nimport os, pathlib, sys\n"
        f"with open({str(calls)!r}, 'a') as file:\n"
        "    print(os.path.basename(os.getcwd()), *sys.argv[1:], os.environ.get('VIRTUAL_ENV'), file=file)\n"
        "sys.exit(os.path.basename(os.getcwd()) == 'fails')\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("UV", str(program))
    monkeypatch.setenv("VIRTUAL_ENV", "/of/brine")
    return calls


def test_a_project_has_its_files_the_wheels_and_the_copy_of_the_stack(wheels: Path, uv: Path, tmp_path: Path) -> None:
    folder, lines = tmp_path / "deep/shop-front", list[str]()
    written = new_project(folder, origin=None, wheels=wheels, report=lines.append)
    assert sorted(written) == sorted(FILES)
    found = files(folder)
    assert {path for path in found if not path.startswith((".brine/", "wheels/"))} == set(FILES)
    assert len([path for path in found if path.startswith("wheels/")]) == 3
    assert (folder / ".brine/version").read_text() == f"{brine_cli.__version__}\n"
    assert lines == ["adding Brine's wheels", "installing packages into .venv, and writing uv.lock"]
    refreshed = " ".join(f"--refresh-package {name}" for name in DISTRIBUTIONS)
    assert uv.read_text() == f"shop-front sync --quiet {refreshed} None\n"


def test_a_project_without_uv_lock_is_complete_otherwise(wheels: Path, uv: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    new_project(tmp_path / "fails", origin=None, wheels=wheels, report=lines.append)
    assert lines[-1] == f"uv could not install the packages. Run `uv lock` in {tmp_path / 'fails'} before `make check`."
    assert set(FILES) <= files(tmp_path / "fails")


def test_without_uv_the_report_says_how_to_get_it(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    lines: list[str] = []
    new_project(tmp_path / "shop", origin=None, wheels=wheels, report=lines.append)
    assert lines[-1].startswith(
        "uv is not installed, so there is no uv.lock yet. Run `pip install uv`, and then `uv lock`"
    )


def test_an_empty_folder_may_exist(wheels: Path, uv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path / "shop")
    new_project(type(tmp_path)(), origin=None, wheels=wheels, report=lambda _: None)
    assert tomllib.loads((tmp_path / "shop/pyproject.toml").read_text())["project"]["name"] == "shop"


@pytest.mark.parametrize("existed", [True, False])
def test_a_failure_leaves_no_file_behind(existed: bool, wheels: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    if existed:
        folder.mkdir()
    next(wheels.iterdir()).unlink()
    with pytest.raises(CommandError, match="Give --wheels the folder with the wheels of Brine"):
        new_project(folder, origin=None, wheels=wheels, report=lambda _: None)
    assert folder.exists() == existed
    assert files(tmp_path) == {f"dist/{path.name}" for path in wheels.iterdir()}


def test_a_folder_that_cannot_be_made_is_named(wheels: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match=r"/file/shop cannot be written: Not a directory\. No file was changed"):
        new_project(tmp_path / "file/shop", origin=None, wheels=wheels, report=lambda _: None)


@pytest.mark.parametrize("is_file", [True, False])
def test_a_folder_with_content_is_kept(is_file: bool, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    if is_file:
        folder.write_text("mine")
    else:
        folder.mkdir()
        (folder / "mine").write_text("mine")
    with pytest.raises(CommandError, match=r"/shop exists and is not an empty folder\. Nothing was written"):
        project_files(folder, None)


def test_the_last_part_of_the_folder_is_checked_as_a_name(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="'Shop Front' cannot be the name of a project"):
        project_files(tmp_path / "Shop Front", None)


@pytest.mark.parametrize(
    "origin",
    ["api.example.com", "https://api.example.com/v1", "https://api.example.com/", 'https://a"b', "https://a b", ""],
)
def test_a_bad_origin_is_shown(origin: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"--origin is scheme and host, such as https://api\.example\.com") as raised:
        project_files(tmp_path / "shop", origin)
    assert repr(origin) in str(raised.value)


@pytest.mark.parametrize("origin", ["https://api.example.com", "http://127.0.0.1:8101", "https://[::1]:8443", None])
def test_the_origin_is_in_the_options_of_deployments_and_fits_the_template(origin: str | None, tmp_path: Path) -> None:
    project_files(tmp_path / "shop", origin).write()
    options = tomllib.loads((tmp_path / "shop/samconfig.toml").read_text())["default"]["deploy"]["parameters"]
    assert options.get("parameter_overrides") == (None if origin is None else [f"Origin={origin}"])
    assert options["stack_name"] == "shop"
    parameter = read_template(tmp_path / "shop/template.yaml").parameters["Origin"]
    assert origin is None or re.search(parameter["AllowedPattern"], origin)
    assert "Default" not in parameter


def test_the_version_of_brine_is_pinned_and_found_in_the_wheels(project: Path) -> None:
    document = tomllib.loads((project / "pyproject.toml").read_text())
    assert f"brine-cli=={brine_cli.__version__}" in document["dependency-groups"]["dev"]
    assert document["tool"]["uv"]["index"] == [{"name": "brine", "url": "wheels", "format": "flat"}]


def test_python_is_the_one_of_the_template(project: Path) -> None:
    """`sam build` needs the Python of Runtime, and uv takes the newest Python that requires-python permits."""
    runtime = read_template(project / "template.yaml").globals["Function"]["Runtime"]
    requires = tomllib.loads((project / "pyproject.toml").read_text())["project"]["requires-python"]
    assert (runtime, requires) == ("python3.13", ">=3.13,<3.14")


def test_ci_installs_uv_and_runs_the_targets_of_the_makefile(project: Path) -> None:
    workflow = yaml.safe_load((project / ".github/workflows/ci.yml").read_text())
    steps = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    assert steps == ["pip install uv", "make check", "make build"]
    targets = set(re.findall(r"(?m)^([a-z]+):", (project / "Makefile").read_text()))
    assert {"check", "build"} <= targets
    assert workflow["permissions"] == {"contents": "read"}


def test_every_command_of_the_makefile_is_indented_by_a_tab(project: Path) -> None:
    lines = [line for line in (project / "Makefile").read_text().splitlines() if line]
    assert [line for line in lines if not re.match(r"\t@?[\w#]|[a-z]+:|\.PHONY:", line)] == []


def test_the_file_for_routes_has_an_example_and_no_route(project: Path) -> None:
    vendor(project)
    text = (project / "routes/routes.d/project.toml").read_text()
    assert tomllib.loads(text) == {}
    example = "\n".join(line.removeprefix("# ") for line in text.splitlines()[text.splitlines().index("# [[route]]") :])
    assert [route.prefix for route in parse_routes(example, {})] == ["/stock"]
    (layers := project / ".brine/layers/routes").joinpath("routes.d").symlink_to(project / "routes/routes.d")
    together, source = read_configuration("routes", layers / "routes.toml")
    assert source == "routes.toml, routes.d/project.toml"
    assert [route.name for route in parse_routes(together, {"BRINE_ORIGIN": "https://api.example.com"})] == ["api"]


def test_every_parameter_of_the_nested_stack_exists(project: Path) -> None:
    given = read_template(project / "template.yaml").resources["Brine"]["Properties"]["Parameters"]
    assert given.keys() <= read_template(vendor(project) / "template.yaml").parameters.keys()


def test_every_output_that_is_used_exists(project: Path) -> None:
    used = set(re.findall(r"Brine\.Outputs\.(\w+)", (project / "template.yaml").read_text()))
    outputs = read_template(vendor(project) / "template.yaml").outputs
    assert {"TableName", "CachePolicyArn", "CoreLayerArn"} <= used <= outputs.keys()
