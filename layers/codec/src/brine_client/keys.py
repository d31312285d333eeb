"""A channel's keys, from where they are kept."""

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
    """The keyring in a secret of Secrets Manager, by its name or ARN; loaded when first needed, and kept fresh.

    Region, credentials and endpoint are botocore's, from the environment, unless given. What needs a key that cannot
    be loaded raises brine_codec.KeyringUnavailable.
    """

    def load() -> str:
        try:
            from botocore.session import get_session  # noqa: PLC0415 - only who loads keys from AWS needs it
        except ImportError as error:
            raise ClientError("Secrets Manager takes botocore: install brine-codec[iam]") from error
        keys: dict[str, Any] = {}
        if credentials is not None:
            keys = {
                "aws_access_key_id": credentials.access_key,
                "aws_secret_access_key": credentials.secret_key,
                "aws_session_token": credentials.token,
            }
        keys |= {"region_name": region or region_from_environment(), "endpoint_url": endpoint_url}
        secrets: Any = get_session().create_client("secretsmanager", **keys)
        return str(secrets.get_secret_value(SecretId=secret_id)["SecretString"])

    return KeyringSource(load)
