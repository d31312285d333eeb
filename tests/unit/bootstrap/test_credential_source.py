"""Where the lean client gets its credentials."""

from __future__ import annotations

import pytest

from brine.adapters.aws.signing.container_credentials import ContainerCredentials
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.bootstrap.common import credential_source
from brine.errors import ConfigError


def test_an_access_key_comes_before_the_address_of_credentials() -> None:
    address = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9001/credentials"}
    key = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}

    assert credential_source(address | key)() == AwsCredentials("a", "b")
    assert isinstance(credential_source(address), ContainerCredentials)
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID"):
        credential_source({})
