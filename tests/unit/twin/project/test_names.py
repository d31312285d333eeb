"""Names are checked before a file is written."""

from __future__ import annotations

import pytest

from brine_cli.errors import CommandError
from brine_cli.project.names import Name


@pytest.mark.parametrize(
    ("text", "module", "pascal"),
    [
        ("orders", "orders", "Orders"),
        ("order-history", "order_history", "OrderHistory"),
        ("v2-x-9", "v2_x_9", "V2X9"),
        ("ab", "ab", "Ab"),
        ("a" * 40, "a" * 40, "A" + "a" * 39),
    ],
)
def test_a_name_has_a_form_for_python_and_one_for_the_template(text: str, module: str, pascal: str) -> None:
    name = Name.of_function(text)
    assert (name.text, name.module, name.pascal) == (text, module, pascal)


@pytest.mark.parametrize(
    "text",
    ["", "a", "Orders", "order_history", "2nd", "-a", "a-", "a--b", "a b", "a/b", "..", "é-a", "a\n", "ab\n", "a" * 41],
)
def test_another_form_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(
        CommandError, match=r"cannot be the name of a route: write 2 to 40 lower-case letters"
    ) as raised:
        Name.checked(text, "route")
    assert repr(text) in str(raised.value)


@pytest.mark.parametrize("text", ["yes", "no", "on", "off", "true", "false", "null"])
def test_a_word_that_yaml_reads_as_another_value_is_no_name(text: str) -> None:
    with pytest.raises(CommandError, match=f"'{text}' cannot be the name of a project: it has a meaning in YAML"):
        Name.checked(text, "project")


@pytest.mark.parametrize(
    "text",
    [
        *("app", "fetch", "handler", "backend", "dataclass"),  # names in the code
        *("class", "match", "type", "none", "async"),  # keywords, also of the class: None
        *("list", "id", "exception", "value-error"),  # what ruff calls shadowing
    ],
)
def test_a_name_with_a_meaning_in_the_code_is_no_function(text: str) -> None:
    with pytest.raises(
        CommandError, match=f"'{text}' cannot be the name of a function: .* has a meaning in its Python"
    ):
        Name.of_function(text)


@pytest.mark.parametrize("text", ["pytest", "aws-sam-cli", "boto3", "brine-core"])
def test_a_project_does_not_take_the_name_of_a_package_that_it_installs(text: str) -> None:
    """uv would take the project for the package, and find no solution."""
    with pytest.raises(CommandError, match=f"'{text}' cannot be the name of a project: a Python package has it"):
        Name.of_project(text)
