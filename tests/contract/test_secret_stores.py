from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.adapters.aws.origin_secrets import AwsSecrets
from brine.adapters.memory.secrets import MemorySecrets
from brine.errors import StoreUnavailable
from tests.contract.secret_store import SecretStoreContract
from tests.support.emulators.aws import sdk

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.credentials.description import SecretKind
    from brine.ports.credentials import SecretStore
    from brine.ports.deadline import Deadline
    from tests.contract.secret_store import Put
    from tests.support.emulators.aws import Emulator


class TestMemorySecrets(SecretStoreContract):
    @pytest.fixture
    def secrets(self) -> MemorySecrets:
        return MemorySecrets()

    @pytest.fixture
    def put(self, secrets: MemorySecrets) -> Put:
        def put(kind: SecretKind, name: str, text: str) -> None:
            secrets.texts[f"{kind}:{name}"] = text

        return put

    def test_an_error_in_place_of_a_text_is_raised(self) -> None:
        with pytest.raises(StoreUnavailable, match="down"):
            MemorySecrets({"secret:a": StoreUnavailable("down")}).read("secret", "a")


class _Prefixed:
    """AwsSecrets with a prefix to the names, because the tests share one emulator."""

    def __init__(self, aws: Aws, prefix: str) -> None:
        self.inner = AwsSecrets(aws)
        self.prefix = prefix

    def read(self, kind: SecretKind, name: str, *, deadline: Deadline | None = None) -> str:
        return self.inner.read(kind, self.prefix + name, deadline=deadline)


class TestAwsSecrets(SecretStoreContract):
    @pytest.fixture
    def prefix(self) -> str:
        return f"/{uuid4().hex[:8]}/"

    @pytest.fixture
    def secrets(self, aws: Aws, prefix: str) -> SecretStore:
        return _Prefixed(aws, prefix)

    @pytest.fixture
    def put(self, emulator: Emulator, prefix: str) -> Put:
        ssm = sdk().client("ssm", endpoint_url=emulator.endpoint_url or None)

        def put(kind: SecretKind, name: str, text: str) -> None:
            if kind == "parameter":
                ssm.put_parameter(Name=prefix + name, Value=text, Type="SecureString", Overwrite=True)
                return
            try:
                emulator.secrets.put_secret_value(SecretId=prefix + name, SecretString=text)
            except emulator.secrets.exceptions.ResourceNotFoundException:
                emulator.secrets.create_secret(Name=prefix + name, SecretString=text)

        return put

    def test_a_secret_without_a_text_is_an_error(self, emulator: Emulator, aws: Aws, prefix: str) -> None:
        emulator.secrets.create_secret(Name=f"{prefix}bytes", SecretBinary=b"hush")
        with pytest.raises(StoreUnavailable, match="no text"):
            AwsSecrets(aws).read("secret", f"{prefix}bytes")
