"""The versions of a secret in Secrets Manager."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.errors import AwsError
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import Service
from brine.errors import StoreUnavailable
from brine.ports.keys import CURRENT, PENDING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.aws.service import Aws

_MAX_ANSWER: Final = 262_144  # bytes: a secret has at most 64 KB
_RETRY_POLICY: Final = RetryPolicy(budget=10.0, connect_timeout=2.0, read_timeout=4.0)
_NOT_THERE: Final = "ResourceNotFoundException"
_HAS_A_TEXT: Final = "ResourceExistsException"
_OTHER_LABELS: Final = frozenset({"InvalidParameterException", "InvalidRequestException"})


class AwsSecretVersions:
    """The SecretVersions port for one secret, by its name or ARN."""

    def __init__(self, aws: Aws, secret_id: str) -> None:
        self._api = JsonApi(
            Service(aws, "secretsmanager", _RETRY_POLICY), "secretsmanager", "1.1", max_answer=_MAX_ANSWER
        )
        self._secret_id = secret_id

    def labels(self) -> Mapping[str, frozenset[str]]:
        """Return the labels of each version, by one DescribeSecret."""
        document = self._call("DescribeSecret")
        versions = document.get("VersionIdsToStages")
        if not isinstance(versions, dict):
            raise StoreUnavailable("DescribeSecret: the secret has no versions")
        return {version: frozenset(labels) for version, labels in versions.items()}

    def read(self, version: str) -> str | None:
        """Return the text of a version, by one GetSecretValue."""
        try:
            text = self._call("GetSecretValue", VersionId=version).get("SecretString")
        except AwsError as error:
            if error.code == _NOT_THERE:
                return None
            raise
        return text if isinstance(text, str) else None

    def add_pending(self, version: str, text: str) -> None:
        """Add a version, by one PutSecretValue. AWS refuses another text for an id that has one."""
        try:
            self._call("PutSecretValue", ClientRequestToken=version, SecretString=text, VersionStages=[PENDING])
        except AwsError as error:
            if error.code != _HAS_A_TEXT:
                raise

    def promote(self, version: str, *, instead_of: str) -> bool:
        """Move the label CURRENT, by one UpdateSecretVersionStage. The label AWSPREVIOUS follows it."""
        return self._moved(CURRENT, MoveToVersionId=version, RemoveFromVersionId=instead_of)

    def release(self, version: str) -> None:
        """Take the label PENDING from a version, by one UpdateSecretVersionStage."""
        self._moved(PENDING, RemoveFromVersionId=version)

    def _moved(self, label: str, **versions: str) -> bool:
        try:
            self._call("UpdateSecretVersionStage", VersionStage=label, **versions)
        except AwsError as error:
            if error.code in _OTHER_LABELS:
                return False
            raise
        return True

    def _call(self, operation: str, **parameters: object) -> dict[str, Any]:
        answer = self._api.call(operation, {"SecretId": self._secret_id, **parameters})
        try:
            document = json.loads(answer)
        except ValueError:
            document = None  # the error has the text, so it must not be the context of the next one
        return document if isinstance(document, dict) else {}
