"""The authorizer of a route of the HTTP API, by the rules of SAM.

(https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-httpapiauth.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from brine_cli.errors import NotEmulated, TemplateError

if TYPE_CHECKING:
    from brine_cli.template.document import Node

type Authorizer = Literal["NONE", "AWS_IAM"]


def authorizer_of(where: str, event: Node, api: Node) -> Authorizer:
    """Return the authorizer of the route of an HttpApi event. Both arguments are resolved `Properties`.

    Raises NotEmulated for another authorizer, and TemplateError if SAM would refuse the template.
    """
    of_api = api.get("Auth") or {}
    default = of_api.get("DefaultAuthorizer")
    own = (event.get("Auth") or {}).get("Authorizer")
    name = own or default or "NONE"
    if name == "NONE":
        if own and not default:
            raise TemplateError(f"{where}: Authorizer NONE needs a DefaultAuthorizer in the API's Auth")
        return "NONE"
    if name != "AWS_IAM":
        raise NotEmulated(f"{where}: the local twin does not support the authorizer {name}, only AWS_IAM and NONE")
    if of_api.get("EnableIamAuthorizer") is not True:
        raise TemplateError(f"{where}: AWS_IAM needs EnableIamAuthorizer: true in the API's Auth")
    # SAM leaves OPTIONS without an authorizer, because a preflight request cannot be signed.
    return "AWS_IAM" if own or str(event.get("Method")).upper() != "OPTIONS" else "NONE"
