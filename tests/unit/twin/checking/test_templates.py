"""Mistakes of template.yaml: all at once, each with its line, and with the files of the functions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.checking.project import check_project
from brine_cli.checking.templates.names import SETTINGS
from brine_cli.checking.templates.yaml_file import YamlFile
from tests.support.markdown import codes, read_page

if TYPE_CHECKING:
    from brine_cli.checking.finding import Finding

ROOT = Path(__file__).parents[4]
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Origin: { Type: String }
  Stage: { Type: String, Default: dev }
Conditions:
  IsLive: !Equals [!Ref Stage, live]
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  Routes:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: routes
  Table:
    Type: AWS::DynamoDB::Table
    Condition: IsLive
  Gateway:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/gateway
      Handler: app.handler
      Runtime: python3.13
      Layers: [!Ref Routes]
      Environment:
        Variables:
          BRINE_TABLE: !Ref Table
          BRINE_ROUTES: /opt/routes.toml
          SHOP_ORIGIN: !Ref Origin
      Events:
        Any:
          Type: HttpApi
          Properties:
            ApiId: !Ref Api
"""
ROUTES = '[[route]]\nname = "a"\nprefix = "/a"\norigin = "${SHOP_ORIGIN}"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a project without mistakes."""
    write(
        tmp_path, {"template.yaml": TEMPLATE, "routes/routes.toml": ROUTES, "functions/gateway/app.py": "handler = 1\n"}
    )
    return tmp_path


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write files, with their folders."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def check(folder: Path, template: str | None = None) -> list[Finding]:
    """The findings for a project, without the imports of functions."""
    if template is not None:
        write(folder, {"template.yaml": template})
    return check_project(folder / "template.yaml", environment={}, imported=()).findings


def test_a_project_without_mistakes_has_no_finding(project: Path) -> None:
    checked = check_project(project / "template.yaml", environment={}, imported=())
    assert checked.findings == []
    assert [file.name for file in checked.files] == ["template.yaml", "routes.toml", "app.py"]


@pytest.mark.parametrize(
    ("wrong", "right", "code", "given", "remedy"),
    [
        ("!Ref Routs", "!Ref Routes", "BR011", "Routs", 'Did you mean "Routes"?'),
        ("!Sub ${Tabel.Arn}x", "!Ref Table", "BR011", "Tabel", 'Did you mean "Table"?'),
        ("!GetAtt Tables.Arn", "!Ref Table", "BR011", "Tables", 'Did you mean "Table"?'),
        ("!If [IsLife, a, b]", "!Ref Table", "BR011", "IsLife", 'Did you mean "IsLive"?'),
        ("Condition: IsLife", "Condition: IsLive", "BR011", "IsLife", 'Did you mean "IsLive"?'),
        ("{ Fn::Equals: [!Ref Stag, live] }", "!Equals [!Ref Stage, live]", "BR011", "Stag", 'Did you mean "Stage"?'),
        ("Enviroment:", "Environment:", "BR012", "Enviroment", 'Did you mean "Environment"?'),
        (
            "Type: AWS::Serverless::HttpApis",
            "Type: AWS::Serverless::HttpApi",
            "BR012",
            "AWS::Serverless::HttpApis",
            'Did you mean "AWS::Serverless::HttpApi"?',
        ),
        ("Type: Httpapi", "Type: HttpApi", "BR012", "Httpapi", 'Did you mean "HttpApi"?'),
        ("CodeUri: functions/gatway", "CodeUri: functions/gateway", "BR014", "CodeUri: functions/gatway", "gateway"),
        (
            "Handler: api.handler",
            "Handler: app.handler",
            "BR014",
            "Handler: api.handler",
            'Did you mean "app.handler"?',
        ),
        ("Handler: app.handle", "Handler: app.handler", "BR014", "Handler: app.handle", 'Did you mean "handler"?'),
        ("Handler: handler", "Handler: app.handler", "BR014", "Handler: handler", "Correct the property."),
        ("ContentUri: rutes", "ContentUri: routes", "BR015", "ContentUri: rutes", 'Did you mean "routes"?'),
        ("Path: shop", "ApiId: !Ref Api", "BR016", "Path: shop", "Write /shop."),
        ("BRINE_TABEL:", "BRINE_TABLE:", "BR017", "BRINE_TABEL", 'Did you mean "BRINE_TABLE"?'),
    ],
)
def test_a_mistake_is_told_in_its_line_with_the_remedy(
    project: Path, wrong: str, right: str, code: str, given: str, remedy: str
) -> None:
    template = TEMPLATE.replace(right, wrong)
    (found,) = [one for one in check(project, template) if one.code == code]
    assert found.given == given
    assert remedy in found.remedy
    lines = template.splitlines()
    line = lines.index(next(one for one in lines if wrong in one)) + 1
    assert found.place is not None
    assert found.place.line == line


def test_all_mistakes_are_found_at_once(project: Path) -> None:
    template = TEMPLATE.replace("!Ref Table", "!Ref Tabel").replace("!Ref Api", "!Ref Apis").replace("app.h", "ap.h")
    write(project, {"routes/routes.toml": f"{ROUTES}ttl = 1\n"})
    assert [one.code for one in check(project, template)] == ["BR002", "BR014", "BR011", "BR011"]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: b: c\n", 1, "not valid YAML: mapping values are not allowed in this context."),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML: found a tab character that violates indentation."),
        ("Resources: [\n", 2, "not valid YAML: did not find expected node content."),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(project: Path, text: str, line: int, told: str) -> None:
    (found,) = check(project, text)
    assert (found.code, found.message) == ("BR001", told)
    assert found.place is not None
    assert found.place.line == line


def test_a_key_that_is_there_twice_is_told(project: Path) -> None:
    (found,) = check(project, f"{TEMPLATE}\n  Table:\n    Type: AWS::DynamoDB::Table\n")
    assert (found.code, found.given) == ("BR010", "Table")
    assert found.place is not None
    assert found.place.line == len(TEMPLATE.splitlines()) + 2


@pytest.mark.parametrize(
    ("line", "is_shown"),
    [
        ("PASSWORD: hush", False),
        ("ApiKey: 'hush'", False),
        ("""BRINE_OTHER: '{"1": "hush"}'""", False),
        ("URL: https://me:hush@x.test", False),
        ("NAME: hush", True),
        ("PASSWORD: !Ref hush", True),
    ],
)
def test_no_line_of_a_template_is_shown_that_may_have_a_secret(tmp_path: Path, line: str, is_shown: bool) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(f"Resources:\n  {line}\n  {line}\n")
    (found,) = YamlFile(file).findings
    assert found.place is not None
    assert ("hush" in found.shown) == is_shown


def test_a_template_without_resources_and_one_that_does_not_exist_are_told(project: Path) -> None:
    (found,) = check(project, "Parameters: {}\n")
    assert (found.code, found.message) == ("BR010", "has no Resources.")
    (found,) = check_project(project / "other.yaml", environment={}).findings
    assert (found.code, found.message) == ("BR001", "cannot be read: No such file or directory.")


def test_a_second_function_with_the_same_route_of_the_api_is_told(project: Path) -> None:
    copy = TEMPLATE[TEMPLATE.index("  Gateway:") :].replace("  Gateway:", "  Other:", 1)
    (found,) = check(project, TEMPLATE + copy)
    assert (found.code, found.given, found.message) == (
        "BR016",
        "$default",
        "Gateway has the same route of this API.",
    )


def test_the_parameters_of_a_nested_template_are_checked(project: Path) -> None:
    outer = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Brine:
    Type: AWS::Serverless::Application
    Properties:
      Location: template.yaml
      Parameters:
        Stge: live
"""
    write(project, {"outer.yaml": outer})
    found = check_project(project / "outer.yaml", environment={}, imported=()).findings
    assert [(one.code, one.given, one.message) for one in found] == [
        ("BR013", "Brine", 'the parameter "Origin" has no default, and gets no value.'),
        ("BR013", "Stge", "Brine has no parameter with this name."),
    ]


@pytest.mark.parametrize(
    "reference",
    ["!GetAtt Brine.Outputs.TabelName", "!Sub 'x-${Brine.Outputs.TabelName}'", "!GetAtt [Brine, Outputs.TabelName]"],
)
def test_an_output_that_a_nested_template_does_not_have_is_told(project: Path, reference: str) -> None:
    inner = f"{TEMPLATE}Outputs:\n  TableName:\n    Value: !Ref Table\n"
    outer = f"""\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Environment:
      Variables:
        TABLE: {reference}
        OTHER: !GetAtt Brine.Outputs.TableName
Resources:
  Brine:
    Type: AWS::Serverless::Application
    Properties:
      Location: template.yaml
      Parameters: {{ Origin: "https://a.test" }}
"""
    write(project, {"template.yaml": inner, "outer.yaml": outer})
    (found,) = check_project(project / "outer.yaml", environment={}, imported=()).findings
    assert (found.code, found.given) == ("BR011", "Brine.Outputs.TabelName")
    assert (found.message, found.remedy) == ("Brine has no output with this name.", 'Did you mean "TableName"?')
    assert found.place is not None
    assert found.place.line == 6


def test_a_missing_copy_of_brine_is_told_with_the_command(project: Path) -> None:
    text = "Resources:\n  Brine:\n    Type: AWS::Serverless::Application\n    Properties: { Location: .brine/t.yaml }\n"
    (found,) = check(project, text)
    assert found.remedy == "Run `brine vendor`, which makes it."


def test_names_that_sam_makes_and_names_of_aws_are_no_mistakes(project: Path) -> None:
    more = "\nOutputs:\n  A:\n    Value: !Sub ${AWS::Region} ${GatewayRole} ${ServerlessHttpApi} ${!x} ${Gateway.Arn}\n"
    assert check(project, TEMPLATE + more) == []


@pytest.mark.parametrize(
    ("line", "is_set"),
    [
        ("SHOP_ORIGIN: !Ref Origin", True),
        ("SHOP_ORIGIN: !GetAtt Api.ApiEndpoint", True),
        ("SHOP_ORIGIN: !ImportValue elsewhere", True),
        ('BRINE_VARIABLES: "A=b,SHOP_ORIGIN=https://a.test"', True),
        ("OTHER: !Ref Origin", False),
    ],
)
def test_a_variable_that_nothing_sets_is_told_with_the_three_places(project: Path, line: str, *, is_set: bool) -> None:
    found = check(project, TEMPLATE.replace("SHOP_ORIGIN: !Ref Origin", line))
    assert [one.code for one in found] == ([] if is_set else ["BR140"])
    for one in found:
        assert "template.yaml" in one.remedy
        assert "Variables=SHOP_ORIGIN=VALUE" in one.remedy
        assert "environment of the command" in one.remedy


def test_a_variable_of_the_environment_and_a_parameter_of_samconfig_are_known(project: Path) -> None:
    without = TEMPLATE.replace("SHOP_ORIGIN: !Ref Origin", "OTHER: x")
    write(project, {"template.yaml": without})
    environment = {"SHOP_ORIGIN": "https://a.test"}
    assert check_project(project / "template.yaml", environment=environment, imported=()).findings == []
    config = '[default.deploy.parameters]\nparameter_overrides = ["Origin=http://localhost:1"]\n'
    write(project, {"template.yaml": TEMPLATE, "samconfig.toml": config})
    assert check(project) == []
    write(project, {"samconfig.toml": config.replace("http://localhost:1", "nothing")})
    assert [one.message for one in check(project)] == [
        "not an http or https URL with a host, without blanks and backslashes."
    ]


def test_later_layers_add_files_of_routes(project: Path) -> None:
    more = """\
  More:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: more
"""
    template = TEMPLATE.replace("[!Ref Routes]", "[!Ref Routes, !Ref More]").replace("  Table:\n", f"{more}  Table:\n")
    write(project, {"more/routes.d/b.toml": ROUTES})
    found = check(project, template)
    assert [(one.file.name, one.given) for one in found] == [("b.toml", 'name = "a"'), ("b.toml", 'prefix = "/a"')]


def test_types_and_channels_are_checked_with_each_other(project: Path) -> None:
    template = TEMPLATE.replace(
        "BRINE_ROUTES: /opt/routes.toml",
        "BRINE_ROUTES: /opt/routes.toml\n          BRINE_TYPES: /opt/types.toml\n"
        "          BRINE_CHANNELS: /opt/channels.toml",
    )
    channel = '[[channel]]\nname = "c"\nqueue = "q"\nretry_queue = "r"\nkeys = "k"\nsenders = ["x"]\nreceivers = []\n'
    write(
        project,
        {
            "routes/types.toml": '[[type]]\nname = "shop.Order"\nversion = 1\nfields = { id = "strr" }\n',
            "routes/channels.toml": f'{channel}types = ["Order"]\n',
            "routes/routes.toml": f'{ROUTES}transcoding = {{ origin = "json", types = ["shop.Ordr"] }}\n',
        },
    )
    found = check(project, template)
    assert [(one.file.name, one.place and one.place.line, one.message) for one in found] == [
        ("channels.toml", 6, '"x" is not a principal.'),
        ("channels.toml", 8, 'types.toml does not declare "Order".'),
        ("routes.toml", 5, 'types.toml does not declare "shop.Ordr".'),
        ("types.toml", 4, '"strr" is not a type.'),
    ]


def test_a_function_on_another_api_covers_no_route_of_the_gateway(project: Path) -> None:
    function = """\
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/gateway
      Handler: app.handler
      Events:
        Any:
          Type: HttpApi
          Properties:
            ApiId: !Ref Api
            Path: /a/{proxy+}
            Method: ANY
"""
    assert [one.code for one in check(project, TEMPLATE + function)] == ["BR101"]
    other = "  OtherApi:\n    Type: AWS::Serverless::HttpApi\n"
    assert check(project, TEMPLATE + function.replace("!Ref Api", "!Ref OtherApi") + other) == []


def test_the_settings_are_those_of_the_page() -> None:
    of_page = {name for row in read_page(ROOT / "docs/settings.md").rows for name in codes(row[0])}
    assert {name for name in of_page if name.startswith("BRINE_")} <= SETTINGS


@pytest.mark.parametrize("template", ["template.yaml", "samples/template.yaml"])
def test_the_templates_of_this_repository_have_no_mistakes_and_no_warnings(template: str) -> None:
    checked = check_project(ROOT / template, environment={}, imported=())
    assert checked.findings == []
