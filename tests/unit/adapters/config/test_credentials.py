"""The keys of a route about credentials: what they mean, and that no message shows a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from brine.adapters.config.routes import parse_routes
from brine.domain.credentials.description import AwsSignature, BasicAuth, OAuth2Client, SecretReference
from brine.domain.http.fields import Fields
from brine.domain.routing.origin import OriginAddress
from brine.errors import ConfigError

if TYPE_CHECKING:
    from brine.domain.credentials.description import OriginCredentials

HEAD = '[[route]]\nname = "a"\nprefix = "/"\norigin = "https://api.test"\n'
PLAIN = HEAD.replace("https", "http")
OAUTH2 = 'type = "oauth2", token_url = "https://login.test/token", client_id = "c", client_secret = "secret:s"'


def credentials_of(text: str, **environment: str) -> OriginCredentials:
    (route,) = parse_routes(text, environment)
    assert route.credentials is not None
    return route.credentials


def test_headers_have_plain_texts_secrets_and_members_of_secrets() -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-AbCdEf"
    table = '{ X-Api-Key = "secret:${KEY}#key", x-other = "parameter:/shop/key", x-client = "brine" }'
    found = credentials_of(f"{HEAD}origin_headers = {table}", KEY=arn)
    assert found.origin_headers == (
        ("x-api-key", SecretReference("secret", arn, "key")),
        ("x-other", SecretReference("parameter", "/shop/key")),
        ("x-client", "brine"),
    )
    assert found.names == {"x-api-key", "x-other", "x-client"}


def test_basic_oauth2_and_sigv4_are_read() -> None:
    basic = '{ type = "basic", user = "shop", password = "secret:login#password" }'
    oauth2 = OAUTH2.replace("/token", "/token?x=1") + ', client_auth = "post", scope = "a b", audience = "api"'
    sigv4 = '{ type = "sigv4", service = "s3", region = "${REGION}" }'
    assert credentials_of(f"{HEAD}origin_auth = {basic}").origin_auth == BasicAuth(
        user="shop", password=SecretReference("secret", "login", "password")
    )
    assert credentials_of(f"{HEAD}origin_auth = {{ {oauth2} }}").origin_auth == OAuth2Client(
        token_url=OriginAddress("https", "login.test", 443),
        token_target="/token?x=1",
        client_id="c",
        client_secret=SecretReference("secret", "s"),
        client_auth="post",
        scope="a b",
        audience="api",
    )
    found = credentials_of(f"{HEAD}origin_auth = {sigv4}", REGION="eu-central-1")
    assert found.origin_auth == AwsSignature(service="s3", region="eu-central-1")
    assert found.names == {"authorization"}


def test_a_client_cannot_send_what_the_gateway_writes_nor_fields_of_aws_on_a_signed_route() -> None:
    found = credentials_of(f'{HEAD}origin_auth = {{ type = "sigv4", service = "s3" }}')
    lines = [("authorization", "a"), ("x-amz-acl", "public-read"), ("accept", "b")]
    assert found.without_own(Fields(lines)).lines == (("accept", "b"),)


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("origin_headers = 3", "origin_headers", "not a table"),
        ("origin_headers = { x-key = 3 }", "origin_headers.x-key", "not a text"),
        ('origin_headers = { x-key = "secret:" }', "origin_headers.x-key", "not the name or ARN of a secret"),
        ('origin_headers = { x-key = "secret:${NONE}" }', "origin_headers.x-key", "variable NONE is not set"),
        ('origin_headers = { x_key = "a" }', "origin_headers", '"x_key" is not a header'),
        ('origin_headers = { Host = "a" }', "origin_headers", '"Host" is written by the gateway'),
        ('origin_headers = { content-type = "a" }', "origin_headers", '"content-type" is written by the gateway'),
        ('origin_headers = { a = "1", A = "2" }', "origin_headers", '"A" is there twice'),
        ('origin_headers = { x-key = "a\\r\\nb" }', "origin_headers.x-key", "not a text that a header can have"),
        ('origin_auth = "basic"', "origin_auth", "not a table"),
        ("origin_auth = {}", "origin_auth", 'no "type"'),
        ('origin_auth = { type = "digest" }', 'origin_auth.type = "digest"', "not one of the choices"),
        ('origin_auth = { type = "basic" }', "origin_auth", 'no "user"'),
        ('origin_auth = { type = "basic", user = "a:b", password = "secret:p" }', "origin_auth.user", "Leave it out"),
        ('origin_auth = { type = "sigv4", service = "s3", user = "a" }', "origin_auth", 'unknown key "user"'),
        ('origin_auth = { type = "sigv4", service = "sqs" }', 'service = "sqs"', "not one of the choices"),
        ('origin_auth = { type = "sigv4", service = "s3", region = "x" }', 'region = "x"', "not the name of a region"),
        (f'origin_auth = {{ {OAUTH2}, scope = "a  b" }}', 'scope = "a  b"', "not a list of scopes"),
        (f"origin_auth = {{ {OAUTH2.replace('https://', '')} }}", "origin_auth.token_url", "not an http or https URL"),
        (f"origin_auth = {{ {OAUTH2.replace('/token', '/#a')} }}", "origin_auth.token_url", "a user or a fragment"),
        (
            f'origin_headers = {{ authorization = "secret:s" }}\norigin_auth = {{ {OAUTH2} }}',
            'route "a"',
            'which "origin_auth" writes',
        ),
        (
            'origin_headers = { x-amz-acl = "a" }\norigin_auth = { type = "sigv4", service = "s3" }',
            'route "a"',
            'which "origin_auth" signs',
        ),
        ('key_headers = ["x-key"]\norigin_headers = { x-key = "a" }', 'route "a"', '"x-key" is in "forward_headers"'),
        ('forward_headers = ["x-key"]\norigin_headers = { x-key = "a" }', 'route "a"', '"x-key" is in'),
        (
            f"origin_auth = {{ {OAUTH2.replace('https', 'http')} }}",
            '"origin_auth.token_url" is http',
            "others on the way",
        ),
        ("credentials_over_http = 1", "credentials_over_http = 1", "not a boolean"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_a_remedy(text: str, where: str, why: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(why)) as raised:
        parse_routes(HEAD + text, {})
    assert 'routes.toml: route "a": ' in str(raised.value)
    assert where in str(raised.value)
    assert re.search(r"Write|Leave|Use|Set|keys:", str(raised.value))


@pytest.mark.parametrize(
    "text",
    [
        'origin_headers = { x-key = "hush\\u0001" }',
        'origin_headers = "hush"',
        'origin_headers = { x-key = "secret:hush hush" }',
        'origin_auth = "hush"',
        'origin_auth = { type = "basic", user = "u", password = "hush" }',
        'origin_auth = { type = "basic", user = "u:hush", password = "secret:p" }',
        'origin_auth = { type = "basic", user = "hush\\u0001", password = "secret:p" }',
        f"origin_auth = {{ {OAUTH2.replace('secret:s', 'hush')} }}",
    ],
)
def test_no_message_shows_a_text_that_may_be_a_secret(text: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_routes(HEAD + text, {})
    assert "hush" not in str(raised.value)
    assert raised.value.__context__ is None  # an error with the text in it would be in the log too


def test_no_repr_shows_a_text_of_the_file() -> None:
    basic = 'origin_auth = { type = "basic", user = "hush", password = "secret:p" }'
    (route,) = parse_routes(f'{HEAD}origin_headers = {{ x-key = "hush" }}\n{basic}', {})
    assert "hush" not in repr(route)


@pytest.mark.parametrize(
    "text",
    [
        'origin_headers = { x-key = "secret:s" }',
        f"origin_auth = {{ {OAUTH2} }}",
        'origin_headers = { authorization = "a" }',
    ],
)
def test_credentials_go_over_http_to_another_machine_only_if_the_route_permits_it(text: str) -> None:
    with pytest.raises(ConfigError, match='"origin" is http'):
        parse_routes(PLAIN + text, {})
    for host in ("127.0.0.1:8080", "localhost", "[::1]"):
        assert credentials_of(PLAIN.replace("api.test", host) + text).names
    assert credentials_of(f"{PLAIN}{text}\ncredentials_over_http = true").names


def test_a_plain_header_that_is_no_credential_may_go_over_http() -> None:
    assert credentials_of(PLAIN + 'origin_headers = { user-agent = "shop" }').names == {"user-agent"}


def test_a_route_without_credentials_has_none() -> None:
    (route,) = parse_routes(f"{HEAD}credentials_over_http = true", {})
    assert route.credentials is None
