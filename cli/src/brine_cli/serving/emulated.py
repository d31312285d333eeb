"""The emulators of a twin: of AWS, with the resources of the template, and httpbin. Each starts when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_cli.emulators.run import run_emulator
from brine_cli.template.published import Published
from brine_cli.template.ssm import ssm_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import ExitStack

    from brine.domain.credentials.description import SecretReference
    from brine_cli.emulators.resources import ResourceAttributes
    from brine_cli.emulators.secret_file import SecretTextByPlace
    from brine_cli.serving.description import Draft
    from brine_cli.template.document import Node


class Emulated:
    """The emulators. They end with `stack`.

    endpoint: the address of the AWS emulator. A given one is used instead of moto. httpbin: its URL once it runs.
    """

    def __init__(
        self, stack: ExitStack, endpoint: str | None, *, hosts: Sequence[str] = (), origins: Sequence[str] = ()
    ) -> None:
        self._stack = stack
        self._hosts = hosts
        self._origins = origins
        self.endpoint = endpoint
        self.httpbin: str | None = None
        self.names: dict[str, str] = {}

    def start_httpbin(self) -> str:
        """Return the URL of httpbin, which starts if it does not run yet."""
        if self.httpbin is None:
            self.httpbin = self._stack.enter_context(run_emulator("httpbin"))
        return self.httpbin

    def provide(self, resources: Mapping[str, Node]) -> ResourceAttributes:
        """Create those resources that do not exist, and return the attributes of all. Raises CommandError."""
        if self.endpoint is None:
            moto = run_emulator("moto", hosts=self._hosts, origins=self._origins, on_demand=not resources)
            self.endpoint = self._stack.enter_context(moto)
        if not resources:
            return {}
        from brine_cli.emulators.resources import create_resources  # noqa: PLC0415  (boto3 loads while moto starts)

        attributes = create_resources(resources, self.endpoint)
        self.names = {name: attributes[name, "Ref"] for name in resources}
        return attributes

    def provide_values(self, read: Draft, attributes: ResourceAttributes, secrets: SecretTextByPlace) -> Published:
        """Create the secrets of the user and the SSM parameters. Return the texts of the secrets that a template reads.

        secrets: those of the user's file. Raises EmulatorFailed.
        """
        stacks = read.stacks(attributes)
        parameters = [one for stack in stacks for one in ssm_parameters(stack.template, stack.resolver)]
        has_readers = read.template.reads_secrets
        arns = [value for (_, key), value in attributes.items() if key == "Id"] if has_readers else []
        if not (secrets or parameters or arns):
            return Published()
        from brine_cli.emulators.ssm_values import put_parameters, secret_texts  # noqa: PLC0415  (boto3, see above)

        assert self.endpoint is not None  # noqa: S101  (after `provide`)
        self.put_secrets(secrets)
        put_parameters(parameters, self.endpoint)
        return Published(secrets=secret_texts(arns, self.endpoint))

    def put_secrets(self, secrets: SecretTextByPlace) -> None:
        """Create these secrets, or give them their texts. Raises EmulatorFailed."""
        from brine_cli.emulators.secret_file import put_secrets  # noqa: PLC0415  (boto3, see above)

        assert self.endpoint is not None  # noqa: S101  (after `provide`)
        put_secrets(secrets, self.endpoint)

    def missing_secrets(self, references: Iterable[SecretReference]) -> list[SecretReference]:
        """Return the references to secrets that do not exist. Raises EmulatorFailed."""
        from brine_cli.emulators.secret_file import missing  # noqa: PLC0415  (boto3, see above)

        assert self.endpoint is not None  # noqa: S101  (after `provide`)
        return list(missing(references, self.endpoint))
