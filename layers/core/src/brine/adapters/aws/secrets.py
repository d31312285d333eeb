"""Reads secrets from Secrets Manager."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.json_api import JsonApi
from brine.adapters.aws.service import Service
from brine.errors import StoreUnavailable
from brine.ports.keys import CURRENT

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws

_MAX_ANSWER = 262_144  # a secret has at most 64 KB
# The gateway seals a response after the origin has answered. This is the time that is left then in the worst case.
_RETRY_POLICY = RetryPolicy(budget=1.2)


@dataclass(frozen=True, slots=True)
class SecretText:
    """A callable that fetches the current text of one secret, by its name or ARN."""

    aws: Aws
    secret_id: str

    def __call__(self) -> str:
        """Return the text, by one GetSecretValue. Raises StoreError, also for a secret without a text."""
        api = JsonApi(Service(self.aws, "secretsmanager", _RETRY_POLICY), "secretsmanager", "1.1", _MAX_ANSWER)
        # The label says which version is meant. Without it, moto returns the first one after a rotation.
        answer = api.call("GetSecretValue", {"SecretId": self.secret_id, "VersionStage": CURRENT})
        try:
            text = json.loads(answer)["SecretString"]
        except (ValueError, KeyError, TypeError):
            text = None
        if not isinstance(text, str):
            raise StoreUnavailable("GetSecretValue: the secret has no text")
        return text
