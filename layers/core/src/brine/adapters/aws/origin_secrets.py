"""The secrets of origins: in Secrets Manager, or as parameters of Systems Manager (SSM)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import Service
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.credentials.description import SecretKind
    from brine.ports.deadline import Deadline

_MAX_ANSWER: Final = 262_144  # bytes: a secret has at most 64 KB
_RETRY_POLICY: Final = RetryPolicy(budget=3.0)  # a request cannot go to the origin without


class AwsSecrets:
    """The SecretStore port on AWS. A SecureString parameter is decrypted."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def read(self, kind: SecretKind, name: str, *, deadline: Deadline | None = None) -> str:
        """Return the present text, by one GetSecretValue or GetParameter. Raises StoreError."""
        if kind == "secret":
            document = self._document(
                "secretsmanager", "secretsmanager", "GetSecretValue", {"SecretId": name}, deadline
            )
            return _text(document.get("SecretString"), "GetSecretValue")
        parameters = {"Name": name, "WithDecryption": True}
        parameter = self._document("ssm", "AmazonSSM", "GetParameter", parameters, deadline).get("Parameter")
        return _text(parameter.get("Value") if isinstance(parameter, dict) else None, "GetParameter")

    def _document(
        self, service: str, target: str, operation: str, parameters: dict[str, object], deadline: Deadline | None
    ) -> dict[str, object]:
        api = JsonApi(Service(self._aws, service, _RETRY_POLICY), target, "1.1", _MAX_ANSWER)
        answer = api.call(operation, parameters, deadline)
        try:
            document = json.loads(answer)
        except ValueError:
            document = None  # the error has the text, so it must not be the context of the next one
        return document if isinstance(document, dict) else {}


def _text(value: object, operation: str) -> str:
    if not isinstance(value, str):
        raise StoreUnavailable(f"{operation}: the secret has no text")
    return value
