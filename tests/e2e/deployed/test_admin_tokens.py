"""A stack whose admin API takes tokens: a token of the issuer opens it, if it has the scope, and nothing else does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.deployed.test_admin import SECONDS, status
from tests.support.emulators.aws import REGION
from tests.support.emulators.built import ROOT, build
from tests.support.emulators.deployment import STACK, deployed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.emulators.deployment import DeployedStack

pytestmark = [pytest.mark.deploy, pytest.mark.trial]

PASSWORD = "A-passw0rd-of-a-test"
OF_USERS = "aws.cognito.signin.user.admin"
"""The scope that Cognito gives to each token of a user."""
UNKNOWN = f"https://cognito-idp.{REGION}.amazonaws.com/{REGION}_later"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStack]:
    tokens = {"AdminJwtIssuer": UNKNOWN, "AdminJwtAudience": "later", "AdminJwtScope": OF_USERS}
    with deployed(build(ROOT / "template.yaml"), tmp_path_factory.mktemp("tokens"), tokens) as made:
        yield made


@pytest.fixture(scope="module")
def token(stack: DeployedStack) -> str:
    """The access token of a user of a pool, which the authorizer of the stack trusts from now on."""
    pools: Any = stack.client("cognito-idp")
    pool = pools.create_user_pool(PoolName="operators")["UserPool"]["Id"]
    flows = ["ADMIN_NO_SRP_AUTH"]
    client = pools.create_user_pool_client(UserPoolId=pool, ClientName="console", ExplicitAuthFlows=flows)
    client_id = client["UserPoolClient"]["ClientId"]
    pools.admin_create_user(UserPoolId=pool, Username="ana", TemporaryPassword=PASSWORD)
    pools.admin_set_user_password(UserPoolId=pool, Username="ana", Password=PASSWORD, Permanent=True)
    given = pools.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client_id,
        AuthFlow=flows[0],
        AuthParameters={"USERNAME": "ana", "PASSWORD": PASSWORD},
    )
    gateway, api = stack.client("apigatewayv2"), stack.resources["HttpApi"]
    (authorizer,) = gateway.get_authorizers(ApiId=api)["Items"]
    assert authorizer["JwtConfiguration"] == {"Issuer": UNKNOWN, "Audience": ["later"]}
    gateway.update_authorizer(
        ApiId=api,
        AuthorizerId=authorizer["AuthorizerId"],
        JwtConfiguration={"Issuer": UNKNOWN.replace(f"{REGION}_later", pool), "Audience": [client_id]},
    )
    found: str = given["AuthenticationResult"]["AccessToken"]
    return found


def test_a_token_with_the_scope_opens_the_api(stack: DeployedStack, token: str) -> None:
    version = f"{stack.url}/_brine/version"
    bearer = {"authorization": f"Bearer {token}"}
    assert status(urllib.request.Request(version)) == 401  # noqa: S310 - of the stack
    assert status(urllib.request.Request(version, headers={"authorization": "Bearer x"})) == 401  # noqa: S310 - the same
    assert status(urllib.request.Request(version, headers=bearer)) == 200  # noqa: S310 - the same
    api = stack.resources["HttpApi"]
    gateway = stack.client("apigatewayv2")
    (route,) = [one for one in gateway.get_routes(ApiId=api)["Items"] if one["RouteKey"] == "ANY /_brine/{proxy+}"]
    assert route["AuthorizationScopes"] == [OF_USERS]
    gateway.update_route(ApiId=api, RouteId=route["RouteId"], AuthorizationScopes=["brine/admin"])
    assert status(urllib.request.Request(version, headers=bearer)) == 403  # noqa: S310 - the same
    gateway.update_route(ApiId=api, RouteId=route["RouteId"], AuthorizationScopes=[OF_USERS])


def test_the_command_line_takes_a_token_from_a_variable(stack: DeployedStack, token: str, tmp_path: Path) -> None:
    def health(**variables: str) -> tuple[int, str]:
        place = ("--stack", STACK, "--endpoint-url", stack.endpoint_url, "--region", REGION)
        done = subprocess.run(
            [sys.executable, "-m", "brine_cli", "health", "--json", *place],
            cwd=tmp_path,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout or done.stderr

    code, text = health(BRINE_ADMIN_TOKEN=token)
    assert (code, json.loads(text)["status"]) == (0, "ok")
    code, text = health()
    assert code == 1
    assert text.startswith(f"brine: the admin API of the stack {STACK} takes tokens and no signatures. Put a token")
