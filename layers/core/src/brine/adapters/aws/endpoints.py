"""Endpoints of AWS services, by the variables that the SDKs of AWS read too."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.routing.origin import DEFAULT_PORTS, OriginAddress
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

_URL = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[a-z0-9._~-]+)*)/?",
    re.ASCII | re.IGNORECASE,
)
_REGION = re.compile(r"[a-z0-9-]+")
_VARIABLES: Final = {
    "cloudformation": "AWS_ENDPOINT_URL_CLOUDFORMATION",
    "dynamodb": "AWS_ENDPOINT_URL_DYNAMODB",
    "monitoring": "AWS_ENDPOINT_URL_CLOUDWATCH",
    "s3": "AWS_ENDPOINT_URL_S3",
    "secretsmanager": "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "sqs": "AWS_ENDPOINT_URL_SQS",
    "ssm": "AWS_ENDPOINT_URL_SSM",
}
"""The variable of each service, named as the SDKs name it."""
_PARTITIONS: Final = (
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", False),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu", True),
    ("us-isob-", "sc2s.sgov.gov", None, False),
    ("us-isof-", "csp.hci.ic.gov", None, False),
    ("us-iso-", "c2s.ic.gov", None, False),
    ("eu-isoe-", "cloud.adc-e.uk", None, False),
    ("", "amazonaws.com", "api.aws", True),
)
"""What the regions of a partition begin with, how their hosts end, how hosts with IPv6 end, and whether FIPS has hosts.

A test compares them with botocore.
"""
_VALIDATED_BY_DEFAULT: Final = ("cloudformation", "monitoring", "sqs", "ssm")
"""In GovCloud, the plain names of these services are those with validated cryptography."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a service, and the path in front of the paths of its requests, which is "" on AWS."""

    address: OriginAddress
    path: str = ""

    def __str__(self) -> str:
        return f"{self.address}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where the services are. Without a URL, a service is at its address of AWS.

    url: the URL for all services. urls: those of single services, which come first. has_fips: take the endpoints with
    validated cryptography. has_ipv6: take the endpoints with IPv4 and IPv6.
    """

    url: str | None = None
    urls: Mapping[str, str] = field(default_factory=dict)
    has_fips: bool = False
    has_ipv6: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Endpoints:
        """Return the endpoints by the variables of the SDKs. Raises ConfigError for a switch that is no true or false.

        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS hides every URL, as it does for the SDKs.
        """
        has_fips = _switch(environment, "AWS_USE_FIPS_ENDPOINT")
        has_ipv6 = _switch(environment, "AWS_USE_DUALSTACK_ENDPOINT")
        if _switch(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
            return cls(has_fips=has_fips, has_ipv6=has_ipv6)
        found = ((name, environment.get(variable)) for name, variable in _VARIABLES.items())
        urls = {name: url for name, url in found if url}
        return cls(url=environment.get("AWS_ENDPOINT_URL") or None, urls=urls, has_fips=has_fips, has_ipv6=has_ipv6)

    def is_of_aws(self, service: str) -> bool:
        """Return whether a service is at its address of AWS."""
        return self._url(service) is None

    def endpoint(self, service: str, region: str, *, bucket: str = "") -> Endpoint:
        """Return the endpoint of a service. Raises ConfigError. `bucket` comes before the name of S3 on AWS."""
        url = self._url(service)
        if url is not None:
            return _parse(url)
        if _REGION.fullmatch(region) is None:
            raise ConfigError(f"not the name of a region: {region!r}")
        return Endpoint(OriginAddress(scheme="https", host=self._host(service, region, bucket), port=443))

    def _host(self, service: str, region: str, bucket: str) -> str:
        _, suffix, suffix_with_ipv6, knows_fips = next(one for one in _PARTITIONS if region.startswith(one[0]))
        if self.has_fips and not knows_fips:
            raise ConfigError(f"AWS_USE_FIPS_ENDPOINT is true, but {region} has no such endpoints: unset it")
        if self.has_ipv6 and suffix_with_ipv6 is None:
            raise ConfigError(f"AWS_USE_DUALSTACK_ENDPOINT is true, but {region} has no such endpoints: unset it")
        plain = service in _VALIDATED_BY_DEFAULT and region.startswith("us-gov-") and not self.has_ipv6
        name = f"{service}-fips" if self.has_fips and not plain else service
        if self.has_ipv6 and service == "s3":
            name += ".dualstack"
        elif self.has_ipv6:
            suffix = suffix_with_ipv6 or suffix
        return ".".join((*([bucket] if bucket else []), name, region, suffix))

    def _url(self, service: str) -> str | None:
        return self.urls.get(service, self.url)


def _switch(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name) or "false"
    if text.lower() not in ("true", "false"):
        raise ConfigError(f"{name} is {text!r}: write true or false")
    return text.lower() == "true"


def _parse(url: str) -> Endpoint:
    match = _URL.fullmatch(url)
    if match is None:
        raise ConfigError(f"an endpoint is a scheme, a host and perhaps a port and a path, not {url!r}")
    scheme: Literal["http", "https"] = "https" if match["scheme"].lower() == "https" else "http"
    port = int(match["port"]) if match["port"] else DEFAULT_PORTS[scheme]
    host = (match["ipv6"] or match["name"]).lower()
    return Endpoint(OriginAddress(scheme=scheme, host=host, port=port), match["path"])
