"""`brine emulators` prints the commands for `sam local`, with the options and parameters of the template."""

from __future__ import annotations

from pathlib import Path

from brine_cli.commands.sam_commands import sam_commands
from brine_cli.template.stacks import read_stack_template

ROOT = Path(__file__).parents[4]
URLS = {"AwsEndpointUrl": "http://172.17.0.1:4566", "Origin": "http://172.17.0.1:8080"}


def commands(name: str, machine: str = "x86_64", **given: str) -> list[str]:
    return list(sam_commands(read_stack_template(ROOT / name), Path(name), URLS, given, machine))


def test_the_production_stack_needs_only_parameters() -> None:
    parameters = "AwsEndpointUrl=http://host.docker.internal:4566 Origin=http://host.docker.internal:8080"
    assert commands("template.yaml", "aarch64") == [
        "uv run sam build",
        f"uv run sam local start-api --parameter-overrides Architecture=arm64 {parameters}",
    ]


def test_a_stack_around_it_needs_a_build_and_a_template_of_its_own() -> None:
    build, template, start = commands("samples/template.yaml")
    assert build == "uv run sam build --template samples/template.yaml --build-dir .aws-sam/samples"
    assert template == "uv run brine local-template --template .aws-sam/samples/template.yaml"
    assert start.startswith("uv run sam local start-api --template .aws-sam/samples/local.yaml --add-host host.")
    assert start.endswith(" Architecture=x86_64 AwsEndpointUrl=http://host.docker.internal:4566 "
                          "Origin=http://host.docker.internal:8080")  # fmt: skip


def test_an_api_of_this_machine_gets_the_name_that_containers_know() -> None:
    given = {"Origin": "http://localhost:8101/base", "MetricsNamespace": "My Page"}
    *_, start, hint = commands("samples/template.yaml", **given)
    assert "Origin=http://host.docker.internal:8101/base MetricsNamespace='My Page'" in start
    assert hint.startswith("# Containers cannot reach a server that listens at 127.0.0.1 alone")


def test_a_default_of_this_machine_is_given_too(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("Parameters: {Prices: {Default: http://127.0.0.1:9}}\nResources: {Q: {Type: AWS::SQS::Queue}}\n")
    build, start, hint = sam_commands(read_stack_template(file), file, {}, {}, "x86_64")
    assert start.endswith("--parameter-overrides Architecture=x86_64 Prices=http://host.docker.internal:9")
    assert (f"--template {file} " in build, hint[0]) == (True, "#")
