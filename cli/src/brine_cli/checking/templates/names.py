"""Names in a template that are near known ones: properties of functions and events, and variables of Brine.

SAM and AWS may have more names than these. So only a name that is like a known one is a mistake.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import yaml

from brine_cli.checking.templates.yaml_file import child, entries, place_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from brine_cli.checking.finding import Finding
    from brine_cli.checking.templates.yaml_file import YamlFile

SETTINGS: Final = frozenset(
    {
        *("BRINE_AWS_CLIENT", "BRINE_BUCKET", "BRINE_CHANNELS", "BRINE_EMULATED_PRINCIPAL"),
        *("BRINE_FUNCTION_KEYS_SECRET", "BRINE_INLINE_LIMIT"),
        *("BRINE_L1_BYTES", "BRINE_L1_ENTRY_BYTES", "BRINE_MAX_RESPONSE_BODY", "BRINE_NAMESPACE", "BRINE_PURGE_DELTA"),
        *("BRINE_REFRESH_QUEUE", "BRINE_ROUTES", "BRINE_SIGNING_KEYS", "BRINE_SIGNING_KEYS_SECRET", "BRINE_TABLE"),
        *("BRINE_KEY_KEEP_DAYS", "BRINE_PLAY_ORIGIN", "BRINE_RECORD_ALIAS", "BRINE_RECORD_ORIGIN", "BRINE_TYPES"),
        "BRINE_VARIABLES",
    }
)
"""The variables that Brine reads."""
_FUNCTION: Final = (
    *("Architectures", "AssumeRolePolicyDocument", "AutoPublishAlias", "CodeSigningConfigArn", "CodeUri"),
    *("DeadLetterQueue", "DeploymentPreference", "Description", "Environment", "EphemeralStorage", "EventInvokeConfig"),
    *("Events", "FileSystemConfigs", "FunctionName", "FunctionUrlConfig", "Handler", "ImageConfig", "ImageUri"),
    *("InlineCode", "KmsKeyArn", "Layers", "LoggingConfig", "MemorySize", "PackageType", "PermissionsBoundary"),
    *("Policies", "PropagateTags", "ProvisionedConcurrencyConfig", "ReservedConcurrentExecutions", "Role", "Runtime"),
    *("RolePath", "RuntimeManagementConfig", "SnapStart", "SourceKMSKeyArn", "Tags", "Timeout", "Tracing"),
    *("VersionDescription", "VpcConfig", "RecursiveLoop", "AutoPublishAliasAllProperties", "AutoPublishCodeSha256"),
)
_EVENTS: Final = (
    *("AlexaSkill", "Api", "CloudWatchEvent", "CloudWatchLogs", "Cognito", "DocumentDB", "DynamoDB", "EventBridgeRule"),
    *("HttpApi", "IoTRule", "Kinesis", "MQ", "MSK", "S3", "SNS", "SQS", "Schedule", "ScheduleV2", "SelfManagedKafka"),
)
_OF_EVENTS: Final = {
    "HttpApi": ("ApiId", "Auth", "Method", "Path", "PayloadFormatVersion", "RouteSettings", "TimeoutInMillis"),
    "Api": ("Auth", "Method", "Path", "RequestModel", "RequestParameters", "ResponseTransferMode", "RestApiId"),
    "SQS": (
        *("BatchSize", "Enabled", "FilterCriteria", "FunctionResponseTypes", "KmsKeyArn", "Queue", "ScalingConfig"),
        *("MaximumBatchingWindowInSeconds", "MetricsConfig", "ProvisionedPollerConfig"),
    ),
}
_OF_SAM: Final = "AWS::Serverless::"
_RESOURCES: Final = (
    *("Api", "Application", "CapacityProvider", "Connector", "Function", "GraphQLApi", "HttpApi", "LayerVersion"),
    *("SimpleTable", "StateMachine", "WebSocketApi"),
)
_SECTIONS: Final = (
    *("AWSTemplateFormatVersion", "Conditions", "Description", "Globals", "Hooks", "Mappings", "Metadata", "Outputs"),
    *("Parameters", "Resources", "Rules", "Transform"),
)
_LIKE: Final = 0.8
_IN_TEMPLATES: Final = frozenset(SETTINGS) - {"BRINE_RECORD_ORIGIN", "BRINE_RECORD_ALIAS", "BRINE_PLAY_ORIGIN"}
"""The variables that a template may set. `brine dev` sets the others itself."""


def misspelt_names(file: YamlFile, used: Collection[str]) -> Iterator[Finding]:
    """Yield a finding for each name that is probably meant to be a known one. used: names of variables in routes."""
    yield from _keys(file, file.root, _SECTIONS, "section")
    defaults = child(file.root, "Globals", "Function")
    yield from _keys(file, defaults, _FUNCTION, "property of a function")
    yield from _variables(file, defaults, used)
    for _, resource in entries(child(file.root, "Resources")):
        yield from _type(file, child(resource, "Type"))
        if getattr(child(resource, "Type"), "value", None) != f"{_OF_SAM}Function":
            continue
        properties = child(resource, "Properties")
        yield from _keys(file, properties, _FUNCTION, "property of a function")
        yield from _variables(file, properties, used)
        for _, event in entries(child(properties, "Events")):
            yield from _event(file, event)


def _type(file: YamlFile, kind: yaml.Node | None) -> Iterator[Finding]:
    """Yield a finding for a type of SAM with a name that is like a known one. cfn-lint knows the types of AWS."""
    name = kind.value.removeprefix(_OF_SAM) if isinstance(kind, yaml.ScalarNode) else ""
    if kind is not None and kind.value != name:
        meant = _meant(name, _RESOURCES)
        if meant is not None:
            yield file.at(
                *("BR012", place_of(kind)),
                given=kind.value,
                message="not a type of a resource.",
                remedy=f'Did you mean "{_OF_SAM}{meant}"?',
            )


def _event(file: YamlFile, event: yaml.Node) -> Iterator[Finding]:
    kind = child(event, "Type")
    if not isinstance(kind, yaml.ScalarNode):
        return
    yield from _one(file, kind, _EVENTS, "type of an event")
    yield from _keys(
        file, child(event, "Properties"), _OF_EVENTS.get(kind.value, ()), f"property of an {kind.value} event"
    )


def _variables(file: YamlFile, function: yaml.Node | None, used: Collection[str]) -> Iterator[Finding]:
    for key, _ in entries(child(function, "Environment", "Variables")):
        if str(key.value).startswith("BRINE_") and key.value not in used:
            yield from _one(file, key, _IN_TEMPLATES, "variable that Brine reads", "BR017")


def _keys(file: YamlFile, node: yaml.Node | None, known: Collection[str], kind: str) -> Iterator[Finding]:
    for key, _ in entries(node):
        yield from _one(file, key, known, kind)


def _one(file: YamlFile, key: yaml.Node, known: Collection[str], kind: str, code: str = "BR012") -> Iterator[Finding]:
    name = str(key.value)
    meant = _meant(name, known)
    if meant is not None:
        yield file.at(code, place_of(key), given=name, message=f"not a {kind}.", remedy=f'Did you mean "{meant}"?')


def _meant(name: str, known: Collection[str]) -> str | None:
    """Return the known name that this one is like; None for a known one, and if none is like it."""
    if name in known:
        return None
    folded = {one.lower(): one for one in known}
    return folded.get(name.lower()) or next(iter(get_close_matches(name, known, 1, _LIKE)), None)
