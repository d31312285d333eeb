"""The keys of a channel, from AWS Secrets Manager."""

from __future__ import annotations

from brine_client.credentials import region_from_environment
from brine_client.errors import ClientError
from brine_codec import KeyringSource

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from typing import Any

    from brine_client.credentials import Credentials


def secret_keyring(
    secret_id: str,
    *,
    region: str | None = None,
    credentials: Credentials | None = None,
    endpoint_url: str | None = None,
) -> KeyringSource:
    """Return the keyring in a secret of Secrets Manager. It is loaded at its first use and kept fresh.

    secret_id: the name or ARN of the secret.
    region, credentials, endpoint_url: by default those that botocore finds in the environment.

    An operation that needs keys raises brine_codec.KeyringUnavailable if they cannot be loaded.
    """

    def load() -> str:
        try:
            from botocore.session import get_session  # noqa: PLC0415 - needed only to load keys from AWS
        except ImportError as error:
            raise ClientError("Secrets Manager needs botocore: install brine-codec[iam]") from error
        keys: dict[str, Any] = {}
        if credentials is not None:
            keys = {
                "aws_access_key_id": credentials.access_key,
                "aws_secret_access_key": credentials.secret_key,
                "aws_session_token": credentials.token,
            }
        keys |= {"region_name": region or region_from_environment(), "endpoint_url": endpoint_url}
        secrets: Any = get_session().create_client("secretsmanager", **keys)
        return str(secrets.get_secret_value(SecretId=secret_id, VersionStage="AWSCURRENT")["SecretString"])

    return KeyringSource(load)
