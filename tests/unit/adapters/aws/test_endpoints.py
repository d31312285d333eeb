from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import Session

from brine.adapters.aws.endpoints import Endpoints
from brine.errors import ConfigError

REGIONS = ("eu-central-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1")
SECRET_REGIONS = ("us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1")
SERVICES = ("cloudformation", "dynamodb", "monitoring", "s3", "secretsmanager", "sqs", "ssm")
OTHER_NAMES = {"monitoring": "CLOUDWATCH", "secretsmanager": "SECRETS_MANAGER"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "https://s3.eu-central-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": ""}, "https://s3.eu-central-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, "http://127.0.0.1:5000"),
        ({"AWS_ENDPOINT_URL": "http://LocalHost/"}, "http://localhost"),
        ({"AWS_ENDPOINT_URL": "https://host.docker.internal:4566"}, "https://host.docker.internal:4566"),
        ({"AWS_ENDPOINT_URL": "http://[::1]:80"}, "http://[::1]"),
        ({"AWS_ENDPOINT_URL": "HTTP://H:80/Path/of-it/"}, "http://h/Path/of-it"),
        ({"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "https://vpce-1.s3.test"}, "https://vpce-1.s3.test"),
        ({"AWS_ENDPOINT_URL_DYNAMODB": "https://vpce-1.test"}, "https://s3.eu-central-1.amazonaws.com"),
        (
            {"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "https://s3.eu-central-1.amazonaws.com",
        ),
    ],
)
def test_the_variables_of_the_sdks_name_endpoints(environment: dict[str, str], expected: str) -> None:
    assert str(Endpoints.from_environment(environment).endpoint("s3", "eu-central-1")) == expected


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_can_have_a_url_of_its_own(service: str) -> None:
    name = OTHER_NAMES.get(service, service.upper())
    endpoints = Endpoints.from_environment({f"AWS_ENDPOINT_URL_{name}": "https://own.test"})

    assert not endpoints.is_of_aws(service)
    assert str(endpoints.endpoint(service, "eu-central-1")) == "https://own.test"
    assert all(endpoints.is_of_aws(other) for other in SERVICES if other != service)


@pytest.fixture(scope="module")
def session() -> Session:
    found = Session()
    found.set_credentials("AKID", "secret")
    return found


def of_botocore(session: Session, service: str, region: str, *, fips: bool, ipv6: bool) -> str:
    """The endpoint that the SDK takes. For S3, that of a bucket."""
    config: Any = Config(use_fips_endpoint=fips, use_dualstack_endpoint=ipv6, s3={"addressing_style": "virtual"})
    name = "cloudwatch" if service == "monitoring" else service
    client: Any = session.create_client(name, region_name=region, config=config)
    if service != "s3":
        return str(client.meta.endpoint_url)
    url: str = client.generate_presigned_url("get_object", Params={"Bucket": "bodies", "Key": "k"})
    return url.partition("/k?")[0]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", SERVICES)
def test_endpoints_are_those_of_botocore(session: Session, service: str, region: str) -> None:
    bucket = "bodies" if service == "s3" else ""
    for fips, ipv6 in product((False, True), (False, True)):
        if fips and region.startswith("cn-"):
            continue  # see below
        endpoints = Endpoints(has_fips=fips, has_ipv6=ipv6)
        expected = of_botocore(session, service, region, fips=fips, ipv6=ipv6)
        assert str(endpoints.endpoint(service, region, bucket=bucket)) == expected, (fips, ipv6)


@pytest.mark.parametrize("region", SECRET_REGIONS)
@pytest.mark.parametrize("service", SERVICES)
def test_so_are_the_plain_ones_of_isolated_regions(session: Session, service: str, region: str) -> None:
    bucket = "bodies" if service == "s3" else ""
    expected = of_botocore(session, service, region, fips=False, ipv6=False)
    assert str(Endpoints().endpoint(service, region, bucket=bucket)) == expected


@pytest.mark.parametrize("region", [*SECRET_REGIONS, "cn-north-1"])
def test_a_region_without_validated_endpoints_says_so(region: str) -> None:
    with pytest.raises(ConfigError, match=rf"^AWS_USE_FIPS_ENDPOINT is true, but {region} has no such .* unset it$"):
        Endpoints(has_fips=True).endpoint("sqs", region)


def test_a_region_without_ipv6_says_so() -> None:
    with pytest.raises(ConfigError, match=r"^AWS_USE_DUALSTACK_ENDPOINT is true, but us-iso-east-1 has no such"):
        Endpoints(has_ipv6=True).endpoint("sqs", "us-iso-east-1")


@pytest.mark.parametrize("name", ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
def test_switches_are_true_or_false(name: str) -> None:
    assert Endpoints.from_environment({name: "False"}) == Endpoints()
    assert Endpoints.from_environment({name: "TRUE"}) != Endpoints()
    with pytest.raises(ConfigError, match=rf"^{name} is 'yes': write true or false$"):
        Endpoints.from_environment({name: "yes"})


@pytest.mark.parametrize("region", ["", "eu-central-1/", "EU.evil.test"])
def test_an_invalid_region_is_a_settings_error(region: str) -> None:
    with pytest.raises(ConfigError, match=r"^not the name of a region"):
        Endpoints().endpoint("s3", region)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h",
        "http://",
        "http://h//",
        "http://h/a b",
        "http://h/a?b",
        "http://u@h",
        "http://h:",
        "h:80",
        "http://a b",
    ],
)
def test_an_invalid_url_is_a_settings_error(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^an endpoint is a scheme"):
        Endpoints(url=url).endpoint("s3", "eu-central-1")
