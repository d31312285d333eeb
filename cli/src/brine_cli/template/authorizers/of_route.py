"""The authorizer of a route of the HTTP API, by the rules of SAM.

(https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-httpapiauth.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_cli.errors import TemplateError
from brine_cli.template.authorizers.declared import read_authorizer

if TYPE_CHECKING:
    from brine_cli.template.authorizers.kinds import Authorizer
    from brine_cli.template.document import Node


def authorizer_of(where: str, event: Node, api: Node) -> tuple[Authorizer, tuple[str, ...]]:
    """Return the authorizer of the route of an HttpApi event, and the scopes of which a token must have one.

    event, api: resolved `Properties`. Raises TemplateError if SAM would refuse the template.
    """
    of_api, of_event = api.get("Auth") or {}, event.get("Auth") or {}
    default, own = of_api.get("DefaultAuthorizer"), of_event.get("Authorizer")
    name = own or default or "NONE"
    if name == "NONE":
        if own and not default:
            raise TemplateError(f"{where}: Authorizer NONE needs a DefaultAuthorizer in the API's Auth")
        if of_event and not own:
            raise TemplateError(f"{where}: Auth needs an Authorizer, or a DefaultAuthorizer in the API's Auth")
        return "NONE", ()
    authorizer, scopes = _named(where, name, of_api)
    if not of_event and str(event.get("Method")).upper() == "OPTIONS":
        # SAM gives no default authorizer to OPTIONS, because a preflight request has no credentials.
        return "NONE", ()
    return authorizer, tuple(map(str, of_event.get("AuthorizationScopes") or scopes))


def _named(where: str, name: str, of_api: Node) -> tuple[Authorizer, tuple[str, ...]]:
    if name == "AWS_IAM" and of_api.get("EnableIamAuthorizer") is True:
        return "AWS_IAM", ()
    declared = of_api.get("Authorizers") or {}
    if declared.get(name):
        return read_authorizer(f"{where}: {name}", name, declared[name])
    if name == "AWS_IAM":
        raise TemplateError(f"{where}: AWS_IAM needs EnableIamAuthorizer: true in the API's Auth")
    names = ", ".join(declared) or "none"
    raise TemplateError(f"{where}: the API's Auth has no authorizer {name}. Its Authorizers: {names}")
