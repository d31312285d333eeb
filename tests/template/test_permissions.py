"""A function has only the permissions that it needs, and each permission states its purpose."""

from __future__ import annotations

import re
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from brine.domain.channels.single_use import single_use_key
from brine.domain.purging.stamps import key_stamp
from tests.template.policies import (
    LEADING_KEYS,
    TableRights,
    actions,
    leading_keys,
    overlap,
    resources,
    statements,
)
from tests.template.stack import ROOT, references

if TYPE_CHECKING:
    from tests.template.stack import Stack

READS = ("dynamodb:GetItem", "dynamodb:BatchGetItem")
WRITES = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
OPERATORS = "AdminFunction"
"""The function that reads all that is cached, and purges it (test_admin.py)."""


def test_every_function_has_a_role_of_its_own(any_whole: Stack) -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in any_whole.functions.values()]
    assert sorted(roles) == sorted(any_whole.of_type("AWS::IAM::Role"))
    for function in any_whole.functions.values():
        assert "Policies" not in function  # SAM would ignore them


def test_a_role_is_for_lambda_only_and_borrows_only_the_stack_s_policies_with_a_tag_that_confines_them(
    any_whole: Stack,
) -> None:
    for name, role in any_whole.of_type("AWS::IAM::Role").items():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}, name
        managed = role.get("ManagedPolicyArns", ())
        borrowed = {policy["Ref"] for policy in managed} if isinstance(managed, list) else set()
        assert borrowed <= {"CachePolicy", "PurgeTagsPolicy"}, name
        functions = [one for one in with_namespace(any_whole) if role_of(any_whole, one) == name]
        assert bool(functions) == ("CachePolicy" in borrowed), name
        for function in functions:
            tag = {"Key": "BrineNamespace", "Value": any_whole.environment(function)["BRINE_NAMESPACE"]}
            assert role["Tags"] == [tag], name


def test_a_role_without_a_tag_gets_no_part_of_the_cache(stack: Stack) -> None:
    """IAM replaces no variable without a value, so a pattern with it matches no key."""
    policy = stack.of_type("AWS::IAM::ManagedPolicy")["CachePolicy"]
    parts = [pattern for one in statements({"Policies": [policy]}) for pattern in leading_keys(one)]
    assert {re.sub(r"^(\w#\w*:?)\$\{aws:PrincipalTag/BrineNamespace\}#\*$", r"\1", part) for part in parts} == {
        *("r#", "c#", "t#key:", "t#result:"),
        *("b#*", "o#*", "t#everything", "t#route:*", "t#tenant:*", "t#tag*"),
    }


def test_no_permission_has_a_wildcard(any_whole: Stack) -> None:
    for name, role in any_whole.of_type("AWS::IAM::Role").items():
        for statement in statements(role):
            assert statement["Effect"] == "Allow", name
            assert not [action for action in actions(statement) if "*" in action], (name, statement["Sid"])
            for resource in resources(statement):
                if actions(statement) == ["cloudwatch:GetMetricData"]:
                    continue  # which IAM can limit to no resource
                # A reference to one resource of this whole, or a prefix inside it.
                assert isinstance(resource, dict), (name, statement["Sid"])
                assert not resource.get("Fn::Sub", "").startswith("*"), (name, statement["Sid"])


def test_every_permission_says_what_it_is_for(any_whole: Stack) -> None:
    for name, role in any_whole.of_type("AWS::IAM::Role").items():
        reasons = [statement["Sid"] for statement in statements(role)]
        assert len(reasons) == len(set(reasons)), name


def role_of(whole: Stack, function: str) -> str:
    """The logical id of a function's role."""
    name: str = whole.functions[function]["Role"]["Fn::GetAtt"][0]
    return name


def domain_of(whole: Stack, function: str) -> tuple[str, str]:
    """The secret and the namespace. Functions that share both trust each other with all that they keep."""
    return secret_of(whole, function), whole.environment(function).get("BRINE_NAMESPACE", "")


def secret_of(whole: Stack, function: str) -> str:
    """The secret with the keyring of a function."""
    return whole.environment(function)["BRINE_SIGNING_KEYS_SECRET"]


def granted(whole: Stack, role: str, service: str) -> set[tuple[str, str]]:
    """The actions of a service that a role allows, each with its resource."""
    return {
        (action, str(resource))
        for statement in statements(whole.of_type("AWS::IAM::Role")[role])
        for action in actions(statement)
        for resource in resources(statement)
        if action.startswith(f"{service}:")
    }


def arn(resource: str) -> str:
    return str({"Fn::GetAtt": [resource, "Arn"]})


def below(prefix: str) -> str:
    return str({"Fn::Sub": f"${{Bodies.Arn}}/{prefix}/*"})


def test_every_statement_about_the_table_is_limited_to_keys_in_the_request(any_whole: Stack) -> None:
    """ForAllValues holds for a request without any keys, a Scan for one, so Null must ask for them (AWS says so)."""
    confined = 0
    for name, role in any_whole.of_type("AWS::IAM::Role").items():
        for statement in statements(role):
            if (name, actions(statement)) == ("AdminRole", ["dynamodb:Scan"]):
                continue  # of no keys
            if any(action.startswith("dynamodb:") for action in actions(statement)):
                assert all(action in READS + WRITES for action in actions(statement)), (name, statement["Sid"])
                assert resources(statement) == [{"Fn::GetAtt": ["Table", "Arn"]}], (name, statement["Sid"])
                assert statement["Condition"] == {
                    "ForAllValues:StringLike": {LEADING_KEYS: leading_keys(statement)},
                    "Null": {LEADING_KEYS: "false"},
                }, (name, statement["Sid"])
                for pattern in leading_keys(statement):
                    assert re.fullmatch(r"[a-z]#[a-z0-9:#@-]*\*?", pattern), (name, pattern)
                confined += 1
    assert confined >= len(any_whole.functions)


def test_the_gateway_the_exchange_and_the_functions_of_users_have_different_secrets(any_whole: Stack) -> None:
    readers: dict[str, set[str]] = {}
    for function in any_whole.sealing:
        readers.setdefault(secret_of(any_whole, function), set()).add(function)
    assert readers == {
        "ResponseKeys": {"GatewayFunction", "RefresherFunction", OPERATORS},
        "ExchangeKeys": {"ExchangeFunction"},
        "FunctionKeys": set(with_namespace(any_whole)),
    }


def test_a_function_reads_its_secret_and_those_of_its_channels_alone(whole: Stack) -> None:
    for function in whole.sealing:
        read = {
            name
            for statement in statements(whole.of_type("AWS::IAM::Role")[role_of(whole, function)])
            if "secretsmanager:GetSecretValue" in actions(statement)
            for name in references(statement["Resource"])
        }
        others = {"ExchangeFunction": {"OrdersKeys"}, OPERATORS: {"FunctionKeys"}}.get(function, set())
        assert read == {secret_of(whole, function)} | others, function


OF_ORIGINS = {"o#*", "b#*"}
"""Circuits and budgets of origins. Every function that asks origins opens, closes and counts for all."""
ALL_RESPONSES = {"r#*", "t#key:*"}
"""Of the gateway. They cover the responses of functions too, which the gateway has no keys to open."""
PURGES = ("t#everything", "t#route:x", "t#tenant:x", "t#tag:x", "t#tag@x:y", "t#tag@all:y")
PURGES_TAGS = {"ShopFunction"}


def test_functions_of_different_trust_share_no_keys_that_one_writes(any_whole: Stack) -> None:
    for one, other in permutations(set(any_whole.sealing) - {OPERATORS}, 2):
        if domain_of(any_whole, one) != domain_of(any_whole, other):
            written = TableRights.of(any_whole, role_of(any_whole, one)).patterns(*WRITES) - ALL_RESPONSES - OF_ORIGINS
            touched = TableRights.of(any_whole, role_of(any_whole, other)).patterns(*READS, *WRITES) - ALL_RESPONSES
            shared = {a for a in written for b in touched if overlap(a, b)}
            assert shared == ({"t#tag*"} if one in PURGES_TAGS and "t#tag*" in touched else set()), (one, other)
            folders = [
                {
                    place
                    for action, place in granted(any_whole, role_of(any_whole, function), "s3")
                    if "Object" in action
                }
                for function in (one, other)
            ]
            assert not folders[0] & folders[1], (one, other)


def test_objects_lie_below_a_folder_and_no_folder_within_another(any_whole: Stack) -> None:
    """But the gateway's, which has a folder for each function within. It cannot open the responses there."""
    places = {place for role in any_whole.of_type("AWS::IAM::Role") for _, place in granted(any_whole, role, "s3")}
    folders = [place for place in places if place != arn("Bodies")]
    names = [re.search(r"\$\{Bodies\.Arn\}/([a-z/-]+/)\*", place) for place in folders]
    assert all(names)
    pairs = permutations([found[1] for found in names if found], 2)
    within = {(outer, inner) for outer, inner in pairs if inner.startswith(outer)}
    namespaces = [any_whole.environment(name)["BRINE_NAMESPACE"] for name in with_namespace(any_whole)]
    assert within == {("bodies/", f"bodies/{namespace}/") for namespace in namespaces}


def with_namespace(whole: Stack) -> list[str]:
    """The functions that have a part of the table and of the bucket."""
    found = [name for name in whole.functions if "BRINE_NAMESPACE" in whole.environment(name)]
    assert len(found) >= 2
    assert len({whole.environment(name)["BRINE_NAMESPACE"] for name in found}) == len(found)
    return found


def test_a_function_with_a_namespace_may_use_its_namespace_and_read_the_purges(any_whole: Stack) -> None:
    for function in with_namespace(any_whole):
        namespace = any_whole.environment(function)["BRINE_NAMESPACE"]
        rights = TableRights.of(any_whole, role_of(any_whole, function))
        key = f"{namespace}#{'0' * 64}"  # as resource_of makes it
        for item, own in ((f"r#{key}", f"t#{key_stamp(key)}"), (f"c#{key}", f"t#result:{key}")):
            for action in (*READS, "dynamodb:PutItem", "dynamodb:UpdateItem"):
                assert rights.allow(action, [item]), action
            assert not rights.allow("dynamodb:DeleteItem", [item])
            assert rights.allow("dynamodb:UpdateItem", [own])
            assert rights.allow("dynamodb:BatchGetItem", [item, own, *PURGES])
        for action in ("dynamodb:GetItem", *WRITES):
            assert rights.allow(action, ["o#x"]), action
            assert rights.allow(action, ["b#x"]) is (action == "dynamodb:UpdateItem"), action
        folders = [below(f"{folder}/{namespace}") for folder in ("bodies", "results")]
        assert granted(any_whole, role_of(any_whole, function), "s3") == {
            *((f"s3:{action}Object", folder) for action in ("Get", "Put") for folder in folders),
            ("s3:ListBucket", arn("Bodies")),
        }


def test_a_function_with_a_namespace_reaches_no_responses_of_the_gateway_or_of_another_function(
    any_whole: Stack,
) -> None:
    for function in with_namespace(any_whole):
        namespace = any_whole.environment(function)["BRINE_NAMESPACE"]
        rights = TableRights.of(any_whole, role_of(any_whole, function))
        for foreign in ("0" * 64, f"{namespace}-2#{'0' * 64}"):
            for pk in (
                f"r#{foreign}",
                f"c#{foreign}",
                f"t#{key_stamp(foreign)}",
                f"t#result:{foreign}",
                "u#channel#x",
                "u#route#x",
            ):
                assert not any(rights.allow(action, [pk]) for action in READS + WRITES), pk
                assert not any(rights.allow(action, [f"r#{namespace}#x", pk]) for action in READS + WRITES), pk


def test_only_functions_that_purge_may_write_purges_and_only_those_of_tags(any_whole: Stack) -> None:
    for function in any_whole.functions.keys() - {OPERATORS}:
        rights = TableRights.of(any_whole, role_of(any_whole, function))
        written = [pk for pk in PURGES if any(rights.allow(action, [pk]) for action in WRITES)]
        assert written == ([pk for pk in PURGES if "tag" in pk] if function in PURGES_TAGS else []), function
        assert not any(rights.allow(action, ["t#tag:x"]) for action in ("dynamodb:PutItem", "dynamodb:DeleteItem"))


@pytest.mark.parametrize("role", ["GatewayRole", "RefresherRole"])
def test_the_gateway_and_the_refresher_may_keep_responses(whole: Stack, role: str) -> None:
    rights = TableRights.of(whole, role)
    pk = f"r#{'0' * 64}"
    for action in (*READS, "dynamodb:PutItem", "dynamodb:UpdateItem"):
        assert rights.allow(action, [pk]), action
    stamps = ["t#everything", "t#route:x", "t#key:x", "t#tenant:x", "t#tag:x", "t#tag@x:y", "t#tag@all:y"]
    assert rights.allow("dynamodb:BatchGetItem", [pk, *stamps])
    assert [stamp for stamp in stamps if rights.allow("dynamodb:UpdateItem", [stamp])] == ["t#key:x"]
    assert not any(rights.allow("dynamodb:DeleteItem", [key]) for key in (pk, *stamps))
    for action in ("dynamodb:GetItem", *WRITES):
        assert rights.allow(action, ["o#x"]), action
        assert rights.allow(action, ["b#x"]) is (action == "dynamodb:UpdateItem"), action
    assert rights.allow("dynamodb:UpdateItem", ["u#route#x"]) is (role == "GatewayRole")
    for key in ("c#quotes#x", "t#result:quotes#x", "u#channel#x", ""):
        assert not any(rights.allow(action, [key]) for action in READS + WRITES), key
    objects = below("bodies")
    assert granted(whole, role, "s3") == {
        ("s3:GetObject", objects),
        ("s3:PutObject", objects),
        ("s3:ListBucket", arn("Bodies")),
    }


def test_every_function_writes_its_own_log(any_whole: Stack) -> None:
    for name, function in any_whole.functions.items():
        log = arn(function["LoggingConfig"]["LogGroup"]["Ref"])
        assert granted(any_whole, role_of(any_whole, name), "logs") == {
            ("logs:CreateLogStream", log),
            ("logs:PutLogEvents", log),
        }


def test_each_queue_is_for_those_who_use_it(whole: Stack) -> None:
    used = {name: granted(whole, role_of(whole, name), "sqs") for name in whole.functions}
    assert {name: actions for name, actions in used.items() if actions} == {
        "GatewayFunction": {("sqs:SendMessage", arn("RefreshQueue"))},
        "RefresherFunction": {
            (f"sqs:{action}", arn("RefreshQueue"))
            for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
        },
        "ExchangeFunction": {
            *((f"sqs:{action}Message", arn("OrdersQueue")) for action in ("Send", "Receive", "Delete")),
            *((f"sqs:{action}Message", arn("OrdersRetries")) for action in ("Receive", "Delete")),
            *(("sqs:ChangeMessageVisibility", arn(queue)) for queue in ("OrdersQueue", "OrdersRetries")),
        },
        **{function: own_queue(function) for function in ("ReportFunction", "ShopFunction")},
    }


def own_queue(function: str) -> set[tuple[str, str]]:
    """The permissions of a function with a namespace for its queue of refreshes."""
    queue = arn(f"{function.removesuffix('Function')}Refreshes")
    actions = ("SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    return {(f"sqs:{action}", queue) for action in actions}


def test_a_function_with_a_namespace_uses_its_own_queue_and_no_other(any_whole: Stack) -> None:
    for function in with_namespace(any_whole):
        queue = {"Ref": f"{function.removesuffix('Function')}Refreshes"}
        assert any_whole.functions[function]["Environment"]["Variables"]["BRINE_REFRESH_QUEUE"] == queue
        assert granted(any_whole, role_of(any_whole, function), "sqs") == own_queue(function)


def test_the_exchange_may_mark_what_was_sent_and_keep_claims(whole: Stack) -> None:
    rights = TableRights.of(whole, "ExchangeRole")
    assert rights.grants == ((frozenset({"dynamodb:GetItem", "dynamodb:UpdateItem"}), ("u#channel#*",)),)
    assert rights.allow("dynamodb:UpdateItem", [single_use_key("channel", "orders", "0" * 32)])
    assert not rights.allow("dynamodb:UpdateItem", [single_use_key("route", "orders", "0" * 32)])
    claims = below("claims")
    assert granted(whole, "ExchangeRole", "s3") == {
        *((f"s3:{action}Object", claims) for action in ("Get", "Put", "Delete")),
        ("s3:ListBucket", arn("Bodies")),
    }


def test_only_the_gateway_reads_the_keys_of_routes_and_only_those_that_are_named(whole: Stack) -> None:
    policies = whole.of_type("AWS::IAM::Policy")
    assert {name: policy["Roles"] for name, policy in policies.items()} == {
        "RouteKeysPolicy": [{"Ref": "GatewayRole"}],
        "OriginSecretsPolicy": [{"Ref": "GatewayRole"}, {"Ref": "RefresherRole"}],
        "OriginParametersPolicy": [{"Ref": "GatewayRole"}, {"Ref": "RefresherRole"}],
        "ChannelsPolicy": [{"Ref": "ExchangeRole"}],
        "KmsKeyPolicy": [
            {"Ref": f"{name}Role"} for name in ("Gateway", "Refresher", "Exchange", "Admin", "Smoke", "Rotator")
        ],
    }
    (statement,) = policies["RouteKeysPolicy"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Sid"]) == ("Allow", "ReadTheKeysOfRoutes")
    assert actions(statement) == ["secretsmanager:GetSecretValue"]
    assert resources(statement) == [{"Ref": "RouteKeys"}]


@pytest.mark.parametrize(
    ("parameter", "action"),
    [("OriginSecrets", "secretsmanager:GetSecretValue"), ("OriginParameters", "ssm:GetParameter")],
)
def test_the_gateway_and_the_refresher_read_only_the_secrets_of_origins_that_are_named(
    whole: Stack, parameter: str, action: str
) -> None:
    policy = whole.template["Resources"][f"{parameter}Policy"]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (policy["Condition"], statement["Effect"]) == (f"Has{parameter}", "Allow")
    assert (actions(statement), resources(statement)) == ([action], [{"Ref": parameter}])
    assert whole.parameters[parameter]["Default"] == ""


def test_only_the_gateway_and_the_refresher_get_the_policies_for_origins(whole: Stack) -> None:
    roles = whole.of_type("AWS::IAM::Role").items()
    assert {name for name, role in roles if "OriginPolicies" in str(role.get("ManagedPolicyArns"))} == {
        "GatewayRole",
        "RefresherRole",
    }


def test_without_route_keys_there_is_no_policy_for_them(whole: Stack) -> None:
    assert whole.template["Resources"]["RouteKeysPolicy"]["Condition"] == "HasRouteKeys"
    one_secret = {"Ref": "RouteKeys"}
    assert whole.template["Conditions"]["HasRouteKeys"] == {
        "Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", one_secret]}, ""]}]
    }
    assert whole.parameters["RouteKeys"]["Default"] == ""


def test_the_exchange_uses_the_queues_and_keys_that_the_deployer_names_and_none_without_them(stack: Stack) -> None:
    policy = stack.template["Resources"]["ChannelsPolicy"]
    assert policy["Condition"] == "HasChannels"
    assert stack.template["Conditions"]["HasChannels"] == {
        "Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", {"Ref": "ChannelQueues"}]}, ""]}]
    }
    granted_there = {
        (action, resource["Ref"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in actions(statement)
        for resource in resources(statement)
    }
    taken = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")
    assert granted_there == {
        ("sqs:SendMessage", "ChannelQueues"),
        *((action, "ChannelQueues") for action in taken),
        *((action, "ChannelRetryQueues") for action in taken),
        ("secretsmanager:GetSecretValue", "ChannelKeys"),
    }
    assert granted(stack, "ExchangeRole", "sqs") == set()


@pytest.mark.parametrize("parameter", ["ChannelQueues", "ChannelRetryQueues"])
@pytest.mark.parametrize(
    ("value", "is_allowed"),
    [
        ("", True),
        ("arn:aws:sqs:eu-central-1:123456789012:orders", True),
        ("arn:aws:sqs:eu-central-1:123456789012:*", False),
        ("https://sqs.eu-central-1.amazonaws.com/123456789012/orders", False),
    ],
)
def test_queues_of_channels_are_arns_without_wildcards(
    stack: Stack, parameter: str, value: str, *, is_allowed: bool
) -> None:
    assert bool(re.search(stack.parameters[parameter]["AllowedPattern"], value)) == is_allowed


@pytest.mark.parametrize("parameter", ["RouteKeys", "ChannelKeys", "OriginSecrets"])
@pytest.mark.parametrize(
    ("value", "is_allowed"),
    [
        ("", True),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf", True),
        ("arn:aws:dynamodb:eu-central-1:123456789012:table/brine", False),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:*", False),
        ("*", False),
        ("shop", False),
    ],
)
def test_keys_of_routes_and_channels_are_arns_of_secrets(
    stack: Stack, parameter: str, value: str, *, is_allowed: bool
) -> None:
    assert bool(re.search(stack.parameters[parameter]["AllowedPattern"], value)) == is_allowed


def test_the_table_may_be_asked_for_all_that_the_adapters_ask_and_nothing_else(whole: Stack) -> None:
    sources = (ROOT / "layers/core/src/brine/bootstrap/gateway.py").read_text()
    operations = set()
    for module in re.findall(r"from brine\.adapters\.dynamodb\.(\w+) import", sources):
        text = (ROOT / f"layers/core/src/brine/adapters/dynamodb/{module}.py").read_text()
        operations |= set(re.findall(r'"((?:Get|BatchGet|Put|Update|Delete|TransactWrite)Items?|Query|Scan)"', text))
    assert "TransactWriteItems" in operations  # it needs the actions of its writes, which the role has anyway
    asked = {f"dynamodb:{operation}" for operation in operations - {"TransactWriteItems"}}
    for role in ("GatewayRole", "RefresherRole", "ReportRole", "ShopRole"):
        assert {action for action, _ in granted(whole, role, "dynamodb")} == asked, role


@pytest.mark.parametrize(
    ("value", "is_allowed"),
    [
        ("", True),
        ("arn:aws:ssm:eu-central-1:123456789012:parameter/shop/key", True),
        ("arn:aws:ssm:eu-central-1:123456789012:parameter/*", False),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf", False),
        ("/shop/key", False),
    ],
)
def test_parameters_of_origins_are_arns_without_wildcards(stack: Stack, value: str, *, is_allowed: bool) -> None:
    assert bool(re.search(stack.parameters["OriginParameters"]["AllowedPattern"], value)) == is_allowed
