from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.adapters.aws.errors import AwsError
from brine.adapters.aws.secret_versions import AwsSecretVersions
from brine.adapters.memory.secret_versions import MemorySecretVersions
from tests.contract.secret_versions import FIRST, SecretVersionsContract

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from tests.support.emulators.aws import Emulator


class TestMemorySecretVersions(SecretVersionsContract):
    @pytest.fixture
    def versions(self) -> MemorySecretVersions:
        return MemorySecretVersions(FIRST)


class TestAwsSecretVersions(SecretVersionsContract):
    @pytest.fixture
    def versions(self, emulator: Emulator, aws: Aws) -> AwsSecretVersions:
        return AwsSecretVersions(aws, emulator.create_secret(f"versions-{uuid4().hex}", FIRST))

    def test_a_version_without_a_text_has_none(self, emulator: Emulator, aws: Aws) -> None:
        secret = emulator.secrets.create_secret(Name=f"versions-{uuid4().hex}", SecretBinary=b"hush")
        assert AwsSecretVersions(aws, secret["ARN"]).read(secret["VersionId"]) is None

    def test_a_missing_secret_is_an_error(self, aws: Aws) -> None:
        versions = AwsSecretVersions(aws, "versions-none")
        with pytest.raises(AwsError, match="DescribeSecret: ResourceNotFoundException"):
            versions.labels()
        with pytest.raises(AwsError, match="PutSecretValue: ResourceNotFoundException"):
            versions.add_pending(str(uuid4()), "text")
        with pytest.raises(AwsError, match="UpdateSecretVersionStage: ResourceNotFoundException"):
            versions.release(str(uuid4()))
