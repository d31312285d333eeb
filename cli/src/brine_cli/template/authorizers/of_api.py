"""The HTTP APIs of a stack, with the settings that they get from Globals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine_cli.template.authorizers.known_to_aws import without_unknown_issuers
from brine_cli.template.document import properties_of
from brine_cli.template.functions import merge
from brine_cli.template.intrinsics import ignore

if TYPE_CHECKING:
    from brine_cli.template.document import Node
    from brine_cli.template.intrinsics import Note
    from brine_cli.template.stacks import Stack

_API: Final = "AWS::Serverless::HttpApi"
_DEFINITIONS: Final = frozenset({"DefinitionBody", "DefinitionUri"})
_FUNCTION_ARN: Final = re.compile(r"\$\{(\w+)\.Arn\}")


class HttpApis:
    """The APIs. note: gets a line for each value that the local twin cannot know. Raises TemplateError.

    with_definition: the names of those with an OpenAPI definition of paths that the twin does not serve.
    administrators: the functions behind paths below /_brine/, where the twin answers itself.
    lines: about the issuers that only AWS knows.
    """

    def __init__(self, stack: Stack, note: Note = ignore) -> None:
        self._stack = stack
        self.lines: list[str] = []
        self.with_definition: list[str] = []
        self.administrators: list[str] = []
        declared_of_all = stack.template.globals.get("HttpApi") or {}
        of_all = self._known(declared_of_all, stack.resolver.known(declared_of_all, "Globals.HttpApi", note))
        self._of_all = of_all
        self._apis: dict[str, Node] = {}
        for name, declared in stack.template.resources.items():
            if declared["Type"] == _API and (api := stack.resolver.resource(name, {"Auth"}, note)) is not None:
                self._apis[name] = merge(of_all, self._known(properties_of(declared), properties_of(api)))
                administrators = _administrators(properties_of(declared))
                self.administrators += administrators or []
                if administrators is None:
                    self.with_definition.append(name)

    def of(self, event: Node) -> Node:
        """Return the properties of the API of an HttpApi event. event: its resolved properties."""
        # An event without an ApiId uses the API that SAM makes from Globals.
        return self._apis.get(event["ApiId"], {}) if "ApiId" in event else self._of_all

    def _known(self, declared: Node, resolved: Node) -> Node:
        """Return the resolved properties of an API, without the issuers that only AWS knows."""
        if not resolved.get("Auth"):
            return resolved
        resources = self._stack.template.resources
        auth, lines = without_unknown_issuers(resolved["Auth"], declared.get("Auth") or {}, resources)
        self.lines += lines
        return {**resolved, "Auth": auth}


def _administrators(api: Node) -> list[str] | None:
    """Return the functions in the OpenAPI definition of an API; None if it has paths outside of /_brine/."""
    if not _DEFINITIONS & api.keys():
        return []
    paths = (api.get("DefinitionBody") or {}).get("paths")
    if not paths or not all(str(path).startswith("/_brine/") for path in paths):
        return None
    return _FUNCTION_ARN.findall(str(paths))
