"""The resources of a deployed stack that ministack's CloudFormation leaves out, added through the services' APIs.

Every addition is read from the deployed template (docs/decisions/0075-deployed-to-ministack.md).
"""

from __future__ import annotations

import io
import json
import re
import urllib.request
import zipfile
from typing import TYPE_CHECKING, Any, Final

from samcli.yamlhelper import yaml_dump, yaml_parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    type Clients = Callable[[str], Any]  # a client of the SDK for a service

_FUNCTION: Final = re.compile(r"functions/\$\{(\w+)(?:\.Arn)?\}")
"""The function or the alias of an integration. An alias is a reference, and its value is an ARN."""


UNSUPPORTED: Final = ("AWS::Logs::QueryDefinition", "AWS::SecretsManager::RotationSchedule")
"""Types that its CloudFormation refuses, as it does alarms over several metrics. No other resource needs them."""


def supported(template: Path) -> Path:
    """Write the template without such resources beside it, its nested templates likewise, and return the new file."""
    document = yaml_parse(template.read_text(encoding="utf-8"))
    resources = document["Resources"]
    for name in [name for name, resource in resources.items() if _is_refused(resource)]:
        del resources[name]
    for resource in resources.values():
        place = {"AWS::Serverless::Application": "Location", "AWS::CloudFormation::Stack": "TemplateURL"}.get(
            resource["Type"]
        )
        if place is not None:
            nested = template.parent / resource["Properties"][place]
            resource["Properties"][place] = str(supported(nested).relative_to(template.parent))
    written = template.with_name(f"{template.stem}-supported{template.suffix}")
    written.write_text(yaml_dump(document), encoding="utf-8")
    return written


def _is_refused(resource: Mapping[str, Any]) -> bool:
    is_math = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
    return is_math or resource["Type"] in UNSUPPORTED


def fill(client: Clients, apis: Iterable[tuple[str, str]], resources: Mapping[str, str], opt: Path) -> None:
    """Fill all gaps of a deployment. `apis`: each API as its stack and its logical id.

    `resources` are physical names by logical id; the folder `opt` takes the layers.
    """
    for stack, api in apis:
        add_routes(client, stack, api, resources)
    lay_out_layers(client, opt)
    follow_the_newest(client)
    make_concurrency_a_number(client)
    name_secrets_by_arn(client)
    let_in_without_tls(client, resources["Bodies"])


def add_routes(client: Clients, stack: str, api_id: str, resources: Mapping[str, str]) -> None:
    """Make the routes that SAM wrote into the API's OpenAPI body, which ministack's CloudFormation does not read."""
    body = _definition(client, stack, api_id)
    gateway, functions, api = client("apigatewayv2"), client("lambda"), resources[api_id]
    authorizers = {name: _authorizer(gateway, api, name, scheme) for name, scheme in _token_schemes(body)}
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            integration = operation["x-amazon-apigateway-integration"]
            found = _FUNCTION.search(integration["uri"]["Fn::Sub"])
            assert found is not None
            name = resources[found[1]]
            is_alias = name.startswith("arn:")
            made = gateway.create_integration(
                ApiId=api,
                IntegrationType="AWS_PROXY",
                IntegrationUri=name
                if is_alias
                else functions.get_function_configuration(FunctionName=name)["FunctionArn"],
                PayloadFormatVersion=integration["payloadFormatVersion"],
                TimeoutInMillis=integration.get("timeoutInMillis", 30_000),
            )
            is_any = method == "x-amazon-apigateway-any-method"
            demanded = {name: scopes for one in operation.get("security", ()) for name, scopes in one.items()}
            (authorizer,) = demanded or ("NONE",)
            of_tokens = (
                {"AuthorizerId": authorizers[authorizer], "AuthorizationScopes": demanded[authorizer]}
                if authorizer in authorizers
                else {}
            )
            gateway.create_route(
                ApiId=api,
                RouteKey=path if path == "$default" else f"{'ANY' if is_any else method.upper()} {path}",
                Target=f"integrations/{made['IntegrationId']}",
                AuthorizationType="JWT" if of_tokens else authorizer,
                **of_tokens,
            )


def _definition(client: Clients, stack: str, api_id: str) -> dict[str, Any]:
    """Return the OpenAPI body of an API, as CloudFormation has it with the parameters of the stack."""
    cloudformation = client("cloudformation")
    template = cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    values = {one["ParameterKey"]: one["ParameterValue"] for one in described.get("Parameters", ())}

    def decided(part: Any) -> Any:
        match part:
            case {"Fn::If": [name, first, second]}:
                return decided(first if _holds(template["Conditions"][name], values) else second)
            case {"Ref": "AWS::NoValue"}:
                return None
            case {"Ref": str(name)} if name in values:
                is_list = template["Parameters"][name]["Type"] == "CommaDelimitedList"
                return values[name].split(",") if is_list else values[name]
            case dict():
                return {key: decided(one) for key, one in part.items()}
            case list():
                return [decided(one) for one in part]
        return part

    body: dict[str, Any] = decided(template["Resources"][api_id]["Properties"]["Body"])
    return body


def _holds(condition: Any, values: Mapping[str, str]) -> bool:
    match condition:
        case {"Fn::Not": [one]}:
            return not _holds(one, values)
        case {"Fn::Equals": [{"Ref": name}, text]}:
            return bool(values.get(name, "") == text)
    raise AssertionError(f"not a condition of an API: {condition}")


def _token_schemes(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the authorizers of tokens by their names."""
    for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
        if scheme is not None and "x-amazon-apigateway-authorizer" in scheme:
            yield name, scheme["x-amazon-apigateway-authorizer"]


def _authorizer(gateway: Any, api: str, name: str, scheme: Mapping[str, Any]) -> str:
    """Make an authorizer of tokens, and return its id."""
    made = gateway.create_authorizer(
        ApiId=api,
        AuthorizerType="JWT",
        Name=name,
        IdentitySource=[scheme["identitySource"]],
        JwtConfiguration={key.capitalize(): value for key, value in scheme["jwtConfiguration"].items()},
    )
    authorizer_id: str = made["AuthorizerId"]
    return authorizer_id


def lay_out_layers(client: Clients, opt: Path) -> None:
    """Unpack the layers for functions that look into /opt, and give them the path: ministack unpacks none there."""
    functions = client("lambda")
    for function in functions.list_functions()["Functions"]:
        variables = function.get("Environment", {}).get("Variables", {})
        in_opt = {name: value for name, value in variables.items() if value.startswith("/opt/")}
        if not in_opt:
            continue
        for layer in function["Layers"]:
            content = functions.get_layer_version_by_arn(Arn=layer["Arn"])["Content"]["Location"]
            with urllib.request.urlopen(content) as archive:  # noqa: S310 - of ministack
                zipfile.ZipFile(io.BytesIO(archive.read())).extractall(opt / function["FunctionName"])
        here = {name: value.replace("/opt", str(opt / function["FunctionName"]), 1) for name, value in in_opt.items()}
        functions.update_function_configuration(
            FunctionName=function["FunctionName"], Environment={"Variables": variables | here}
        )


def follow_the_newest(client: Clients) -> None:
    """Let each alias lead to the function as it is: what fills the gaps comes after the version was published."""
    functions = client("lambda")
    for function in functions.list_functions()["Functions"]:
        name = function["FunctionName"]
        for alias in functions.list_aliases(FunctionName=name)["Aliases"]:
            functions.update_alias(FunctionName=name, Name=alias["Name"], FunctionVersion="$LATEST")


def make_concurrency_a_number(client: Clients) -> None:
    """Turn parameters into numbers as CloudFormation does: ministack's poller fails on text."""
    functions = client("lambda")
    for source in functions.list_event_source_mappings()["EventSourceMappings"]:
        if scaling := source.get("ScalingConfig"):
            functions.update_event_source_mapping(
                UUID=source["UUID"], ScalingConfig={"MaximumConcurrency": int(scaling["MaximumConcurrency"])}
            )


def let_in_without_tls(client: Clients, bucket: str) -> None:
    """Remove the bucket policy's rule that refuses requests without TLS: in these tests, no request uses TLS."""
    s3 = client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    kept = [statement for statement in policy["Statement"] if statement["Sid"] != "OnlyOverTls"]
    assert len(kept) == len(policy["Statement"]) - 1
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({**policy, "Statement": kept}))


def name_secrets_by_arn(client: Clients) -> None:
    """Make `!Ref` of a secret its ARN, as on AWS; in ministack it is the name, and no policy permits a name."""
    secrets = client("secretsmanager").list_secrets()["SecretList"]
    iam = client("iam")

    def by_arn(document: Any) -> str:
        text = json.dumps(document)
        for secret in secrets:
            text = text.replace(json.dumps(secret["Name"]), json.dumps(secret["ARN"]))
        return text

    for role in iam.list_roles()["Roles"]:
        for policy in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            given = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=policy)["PolicyDocument"]
            iam.put_role_policy(RoleName=role["RoleName"], PolicyName=policy, PolicyDocument=by_arn(given))
    for managed in iam.list_policies(Scope="Local")["Policies"]:
        where = {"PolicyArn": managed["Arn"]}
        given = iam.get_policy_version(**where, VersionId=managed["DefaultVersionId"])["PolicyVersion"]["Document"]
        iam.create_policy_version(**where, PolicyDocument=by_arn(given), SetAsDefault=True)
