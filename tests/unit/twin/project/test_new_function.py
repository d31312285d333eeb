"""`brine new function` adds a function to the template of a project, and its files."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from brine.adapters.config.routes import parse_routes
from brine_cli.errors import CommandError, TemplateError
from brine_cli.project.files import rendered
from brine_cli.project.names import Name
from brine_cli.project.new_function import function_values, new_function
from brine_cli.template.document import read_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RESOURCES = ("Function", "Logs", "Role", "Refreshes", "FailedRefreshes")
FILES = [
    *("functions/order_history/app.py", "functions/order_history/routes.toml"),
    *("functions/order_history/requirements.txt", "tests/test_order_history.py", "events/order-history.json"),
]


def added(project: Path, name: str, path: str | None = None) -> list[str]:
    return new_function(project, Name.of_function(name), path).write()


def properties(project: Path, logical_id: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_template(project / "template.yaml").resources[logical_id]["Properties"]
    return found


def replace(project: Path, old: str, new: str) -> None:
    template = project / "template.yaml"
    text = template.read_text()
    assert old in text
    template.write_text(text.replace(old, new))


def test_a_function_has_five_files_and_five_resources(project: Path) -> None:
    before = read_template(project / "template.yaml").resources
    assert added(project, "order-history") == [*FILES, "template.yaml (changed)"]
    after = read_template(project / "template.yaml").resources
    assert list(after) == [*before, *(f"OrderHistory{kind}" for kind in RESOURCES)]
    assert {name: after[name] for name in before} == before
    for path in FILES:
        assert (project / path).is_file()


def test_all_other_lines_of_the_template_stay(project: Path) -> None:
    before = (project / "template.yaml").read_text().splitlines()
    added(project, "orders")
    after = iter((project / "template.yaml").read_text().splitlines())
    assert all(line in after for line in before)  # in this order


def test_the_name_is_the_namespace_the_tag_and_the_first_part_of_the_path(project: Path) -> None:
    added(project, "order-history")
    function = properties(project, "OrderHistoryFunction")
    assert function["CodeUri"] == "functions/order_history"
    assert function["Environment"]["Variables"]["BRINE_NAMESPACE"] == "order-history"
    assert properties(project, "OrderHistoryRole")["Tags"] == [{"Key": "BrineNamespace", "Value": "order-history"}]
    assert function["Events"]["AnyRequest"]["Properties"]["Path"] == "/order-history/{proxy+}"


def test_a_path_of_its_own_is_in_the_template_the_code_the_test_and_the_event(project: Path) -> None:
    added(project, "orders", "/v1/orders/")
    event = properties(project, "OrdersFunction")["Events"]["AnyRequest"]["Properties"]
    assert event["Path"] == "/v1/orders/{proxy+}"
    assert '@app.get("/v1/orders/<key>",' in (project / "functions/orders/app.py").read_text()
    assert 'client.get("/v1/orders/7")' in (project / "tests/test_orders.py").read_text()
    assert json.loads((project / "events/orders.json").read_text())["rawPath"] == "/v1/orders/7"


def test_a_function_uses_the_api_of_the_template(project: Path) -> None:
    replace(project, "  Api:\n", "  OwnApi:\n")
    added(project, "orders")
    assert properties(project, "OrdersFunction")["Events"]["AnyRequest"]["Properties"]["ApiId"] == {"Ref": "OwnApi"}


def test_windows_ends_of_lines_stay(project: Path) -> None:
    template = project / "template.yaml"
    template.write_bytes(template.read_bytes().replace(b"\n", b"\r\n"))
    added(project, "orders")
    assert len(re.findall(rb"(?<!\r)\n", template.read_bytes())) == 0


def test_the_requirements_have_hashes_and_say_what_they_are(project: Path) -> None:
    text = (project / "functions/hello/requirements.txt").read_text()
    assert text.startswith("# What the function ships beside its code")
    assert "uv export" not in text  # the command that made the file of the gateway
    assert re.findall(r"(?m)^(\S+)==\S+ \\\n    --hash=sha256:", text)[0] == "aws-lambda-powertools"


def refused(project: Path, name: str = "orders", path: str | None = None) -> str:
    """The message of the refusal, after which no file has changed."""
    before = {file: file.read_bytes() for file in project.rglob("*") if file.is_file()}
    with pytest.raises(CommandError) as raised:
        added(project, name, path)
    assert {file: file.read_bytes() for file in project.rglob("*") if file.is_file()} == before
    return str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "lacks"),
    [
        ("  Brine:\n    Type", "  Cache:\n    Type", "the nested stack Brine"),
        ("    Layers:", "    Tags:", "Layers in Globals"),
        ("        BRINE_TABLE:", "        TABLE:", "the variable BRINE_TABLE in Globals"),
        ("        API_ORIGIN:", "        ORIGIN:", "the variable API_ORIGIN in Globals"),
        ("  LogRetentionDays:", "  RetentionDays:", "the parameter LogRetentionDays"),
        (
            "    Environment:",
            "    Other:",
            "the variable BRINE_TABLE in Globals, the variable BRINE_BUCKET in Globals,",
        ),
    ],
)
def test_a_template_that_is_no_project_says_what_it_lacks(project: Path, old: str, new: str, lacks: str) -> None:
    replace(project, old, new)
    message = refused(project)
    assert f"template.yaml is not the template of a project around Brine. It lacks {lacks}" in message
    assert message.endswith("docs/add-to-your-project.md of Brine has the lines to add.")


def test_a_template_without_globals_lacks_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n")
    assert "lacks the nested stack Brine, the parameter LogRetentionDays, Layers in Globals, the" in refused(tmp_path)


def test_a_template_without_an_api_says_how_to_add_one(project: Path) -> None:
    replace(project, "    Type: AWS::Serverless::HttpApi\n", "    Type: AWS::Serverless::Api\n")
    message = refused(project)
    assert "template.yaml has no resource of the type AWS::Serverless::HttpApi" in message
    assert message.endswith("Add one:\n  Api:\n    Type: AWS::Serverless::HttpApi")


def test_a_folder_without_a_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"template\.yaml: No such file or directory"):
        added(tmp_path, "orders")


def test_a_second_function_with_the_name_is_refused(project: Path) -> None:
    assert "has a resource HelloFunction. Nothing was written: choose another name" in refused(project, "hello")


def test_a_logical_id_that_two_names_give_is_refused(project: Path) -> None:
    added(project, "order-2")
    assert "has a resource Order2Function" in refused(project, "order2")
    added(project, "shop-failed", "/shops")
    assert "has a resource ShopFailedRefreshes" in refused(project, "shop")


def test_a_path_that_another_function_has_is_refused(project: Path) -> None:
    assert (
        refused(project, path="/hello/")
        == "HelloFunction has the path /hello. Nothing was written: give another --path."
    )


def test_a_text_that_is_no_path_is_refused(project: Path) -> None:
    assert "'orders/x' is not a path" in refused(project, path="orders/x")


def test_a_file_that_exists_is_kept(project: Path) -> None:
    (project / "tests/test_orders.py").write_text("mine")
    assert "test_orders.py exists. Nothing was written" in refused(project)


def is_accepted(text: str) -> bool:
    try:
        Name.of_function(text)
    except CommandError:
        return False
    return True


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True).filter(is_accepted)
WORDS = st.sampled_from(["y", "null", "none", "true", "class", "e1", "1e3", "0x1", "id", "self", "key", "str", "found"])
TRICKY = st.lists(WORDS, min_size=1, max_size=3).map("-".join).filter(is_accepted)
PATHS = st.none() | st.from_regex(r"(/[A-Za-z0-9._~-]{1,9}){1,3}", fullmatch=True).filter(
    lambda path: re.search(r"/\.{1,2}(/|$)", path) is None
)


class Plain(yaml.SafeLoader):
    """YAML in which the short functions of CloudFormation are their arguments."""


Plain.add_multi_constructor("!", lambda loader, _, node: loader.construct_yaml_str(node))


@given(text=NAMES | TRICKY, path=PATHS)
@settings(max_examples=200, deadline=None)
def test_every_accepted_name_gives_code_that_compiles_and_files_that_parse(text: str, path: str | None) -> None:
    name = Name.of_function(text)
    values = function_values(name, path, "Api")
    code = rendered("function/app.py", values)
    compile(code, "app.py", "exec")
    compile(rendered("function/test.py", values), "test.py", "exec")
    assert max(map(len, code.splitlines())) <= 120
    assert [
        route.name for route in parse_routes(rendered("function/routes.toml", values), {"API_ORIGIN": "http://a"})
    ] == ["backend"]
    assert json.loads(rendered("function/event.json", values))["rawPath"] == f"{values['path']}/7"

    block = yaml.load(rendered("function/block.yaml", values), Plain)  # noqa: S506 - a safe loader
    assert list(block) == [f"{name.pascal}{kind}" for kind in RESOURCES]
    function, role = (block[f"{name.pascal}{kind}"]["Properties"] for kind in ("Function", "Role"))
    assert function["Environment"]["Variables"]["BRINE_NAMESPACE"] == text
    assert role["Tags"] == [{"Key": "BrineNamespace", "Value": text}]
    assert role["Policies"][0]["PolicyName"] == text
    assert function["CodeUri"] == f"functions/{name.module}"
    assert function["Events"]["AnyRequest"]["Properties"]["Path"] == f"{values['path']}/{{proxy+}}"


@given(names=st.lists(NAMES | TRICKY, min_size=1, max_size=4, unique_by=lambda text: Name(text).pascal))
@settings(max_examples=25, deadline=None)
def test_functions_are_added_one_after_the_other(names: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    from brine_cli.project.new_project import project_files  # noqa: PLC0415 - as the fixture does, for each example

    folder = tmp_path_factory.mktemp("base") / "shop-front"
    project_files(folder, None).write()
    count = len(read_template(folder / "template.yaml").resources)
    for name in names:
        try:
            added(folder, name)
        except CommandError as error:
            assert "Nothing was written" in str(error)  # noqa: PT017 - hello, or shop after shop-failed
        else:
            count += 5
        assert len(read_template(folder / "template.yaml").resources) == count
    tomllib.loads((folder / "pyproject.toml").read_text())
