"""Signatures of requests: AWS Signature Version 4 by botocore, which is imported at the first signature.

Every Lambda runtime has botocore; elsewhere `brine-codec[iam]` installs it.
"""

from __future__ import annotations

import re
from os import environ

from brine_client.errors import ClientError

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from brine_client.request import ClientRequest

SERVICE = "execute-api"
_NO_BOTOCORE = "signing needs botocore: install brine-codec[iam]"
_REGION = re.compile(r"\.execute-api\.([a-z0-9-]+)\.amazonaws\.")


class Credentials:
    """An access key, with a session token if it is temporary. Not even `repr` shows the secret key and the token."""

    __slots__ = ("access_key", "secret_key", "token")

    def __init__(self, access_key: str, secret_key: str, token: str | None = None) -> None:
        self.access_key = access_key
        self.secret_key = secret_key
        self.token = token

    def __repr__(self) -> str:
        return f"Credentials({self.access_key!r})"


class BotocoreSigner:
    """Signs requests to one gateway, by default with the credentials that botocore finds in the environment."""

    def __init__(self, url: str, credentials: Credentials | None, region: str | None) -> None:
        self._given = credentials
        self._region = region or _region_in(url)
        self._session: Any = None

    def sign(self, request: ClientRequest) -> ClientRequest:
        """Return the request with its signature. Raises ClientError if there are no credentials or no region."""
        SigV4Auth, AWSRequest, read_only = _botocore()  # noqa: N806 - SigV4Auth and AWSRequest are classes
        credentials = read_only(*self._keys())
        unsigned = AWSRequest(method=request.method, url=request.url, headers=request.fields, data=request.body or b"")
        SigV4Auth(credentials, SERVICE, self._region or self._session_region()).add_auth(unsigned)
        return request.with_fields(dict(unsigned.headers.items()))

    def principal(self) -> str:
        """Ask STS for the owner of the credentials, and return its name in channels. Raises ClientError."""
        access_key, secret_key, token = self._keys()
        sts = self._session_of_botocore().create_client(
            "sts",
            region_name=self._region or self._session_region(),
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=token,
        )
        try:
            arn = sts.get_caller_identity()["Arn"]
        except Exception as error:  # botocore raises many types without a common base class
            raise ClientError(f"STS does not say who owns the credentials: {type(error).__name__}") from error
        return principal_of(arn)

    def _keys(self) -> tuple[str, str, str | None]:
        if self._given is not None:
            return self._given.access_key, self._given.secret_key, self._given.token
        session = self._session_of_botocore()
        try:
            found = session.get_credentials()
            frozen = None if found is None else found.get_frozen_credentials()
        except Exception as error:  # botocore raises many types without a common base class
            raise ClientError(f"the AWS credentials for signing cannot be loaded: {type(error).__name__}") from error
        if frozen is None:
            raise ClientError("no AWS credentials for signing: pass credentials=, or set AWS_ACCESS_KEY_ID")
        return frozen.access_key, frozen.secret_key, frozen.token

    def _session_of_botocore(self) -> Any:
        if self._session is None:
            try:
                from botocore.session import get_session  # noqa: PLC0415 - only to look for credentials
            except ImportError as error:
                raise ClientError(_NO_BOTOCORE) from error
            self._session = get_session()
        return self._session

    def _session_region(self) -> str:
        region = region_from_environment() or self._session_of_botocore().get_config_variable("region")
        if not region:
            raise ClientError("no AWS region to sign for: pass region=, or set AWS_REGION")
        return str(region)


def principal_of(arn: str) -> str:
    """Return the name in channels of the owner of an ARN: `user/NAME`, or `role/NAME` for an assumed role.

    A gateway in another account puts the account of the owner and a colon in front.
    """
    resource = arn.split(":", 5)[-1]
    kind, _, name = resource.partition("/")
    if kind == "assumed-role":
        return f"role/{name.partition('/')[0]}"
    return f"{kind}/{name.rpartition('/')[2]}" if name else kind


def region_from_environment() -> str | None:
    """Return AWS_REGION, which Lambda sets, or None. botocore itself reads only AWS_DEFAULT_REGION."""
    return environ.get("AWS_REGION") or None


def _region_in(url: str) -> str | None:
    found = _REGION.search(url)
    return found[1] if found else None


def _botocore() -> tuple[Any, Any, Callable[..., Any]]:
    try:
        from botocore.auth import SigV4Auth  # noqa: PLC0415 - see the docstring of the module
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - see above
        from botocore.credentials import ReadOnlyCredentials  # noqa: PLC0415 - see above
    except ImportError as error:
        raise ClientError(_NO_BOTOCORE) from error
    return SigV4Auth, AWSRequest, ReadOnlyCredentials
