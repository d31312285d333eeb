"""The emulators of a twin: of AWS, with the resources of the template, and httpbin. Each starts when it is needed."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Lock
from typing import TYPE_CHECKING, Self

from brine_cli.emulators.addresses import EmulatorAddresses
from brine_cli.emulators.run import run_emulator
from brine_cli.template.published import Published

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from brine.domain.credentials.description import SecretReference
    from brine_cli.emulators.addresses import Emulator
    from brine_cli.emulators.api import EmulatorApi
    from brine_cli.emulators.resources import ResourceAttributes
    from brine_cli.emulators.secret_file import SecretTextByPlace
    from brine_cli.serving.description import Draft
    from brine_cli.template.document import Node
    from brine_cli.template.ssm import SsmParameter


class Emulated:
    """The emulators, within their context.

    endpoint: the address of the AWS emulator. A given one is used instead of moto. httpbin: its URL once it runs.
    addresses: those that the emulators get. notices: lines for the user about them.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        hosts: Sequence[str] = (),
        origins: Sequence[str] = (),
        addresses: EmulatorAddresses | None = None,
    ) -> None:
        self._stack = ExitStack()
        self._hosts = hosts
        self._origins = origins
        self._addresses = addresses or EmulatorAddresses.new()
        self._api: EmulatorApi | None = None
        self._resources: Mapping[str, Node] = {}
        self._attributes: ResourceAttributes = {}
        self._values: tuple[SecretTextByPlace, list[SsmParameter]] = {}, []
        self._completing = Lock()
        self._completed_resources: Mapping[str, Node] = {}
        self._completed_values = self._values
        self.endpoint = endpoint
        self.httpbin: str | None = None
        self.names: dict[str, str] = {}
        self.notices: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start_aws(self, *, on_demand: bool = False) -> str:
        """Return the address of the AWS emulator, which starts if it does not run yet. on_demand: at the first call."""
        if self.endpoint is None:
            self.endpoint = self._start("moto", on_demand=on_demand)
        return self.endpoint

    def start_httpbin(self) -> str:
        """Return the URL of httpbin, which starts if it does not run yet."""
        if self.httpbin is None:
            self.httpbin = self._start("httpbin")
        return self.httpbin

    def api(self) -> EmulatorApi:
        """Return the client of the AWS emulator, which starts if it does not run yet."""
        if self._api is None:
            from brine_cli.emulators.api import EmulatorApi  # noqa: PLC0415  (loads while moto starts)

            self._api = EmulatorApi(self.start_aws())
            self._stack.callback(self._api.close)
        return self._api

    def provide(self, resources: Mapping[str, Node]) -> ResourceAttributes:
        """Create those resources that do not exist, and return the attributes of all. Raises CommandError."""
        self.start_aws(on_demand=not resources)
        if resources and resources != self._resources:
            from brine_cli.emulators.resources import create_resources  # noqa: PLC0415  (loads while moto starts)

            self._attributes = create_resources(resources, self.api())
        self._resources = resources
        self.names = {name: self._attributes[name, "Ref"] for name in resources}
        return self._attributes if resources else {}

    def provide_values(self, read: Draft, attributes: ResourceAttributes, secrets: SecretTextByPlace) -> Published:
        """Take the secrets of the user's file, and return the texts of the secrets that a template reads.

        Raises EmulatorFailed.
        """
        self._values = secrets, read.parameters(attributes)
        if not read.template.reads_secrets:
            return Published()
        from brine_cli.emulators.ssm_values import secret_texts  # noqa: PLC0415  (few templates read any)

        arns = [value for (_, key), value in attributes.items() if key == "Id"]
        return Published(secrets=secret_texts(arns, self.api()))

    def complete(self) -> None:
        """Create what no attribute depends on: buckets, the secrets of the user, SSM parameters. Raises EmulatorFailed.

        A function may need them at its first request, but not to start.
        """
        with self._completing:
            if self._resources != self._completed_resources:
                from brine_cli.emulators.resources import complete_resources  # noqa: PLC0415  (see above)

                complete_resources(self._resources, self.api(), self._attributes)
                self._completed_resources = self._resources
            if self._values != self._completed_values:
                from brine_cli.emulators.secret_file import put_secrets  # noqa: PLC0415  (see above)
                from brine_cli.emulators.ssm_values import put_parameters  # noqa: PLC0415  (see above)

                secrets, parameters = self._values
                put_secrets(secrets, self.api())
                put_parameters(parameters, self.api())
                self._completed_values = self._values

    def missing_secrets(self, references: Iterable[SecretReference]) -> list[SecretReference]:
        """Return the references to secrets that do not exist. Raises EmulatorFailed."""
        self.complete()
        from brine_cli.emulators.secret_file import missing  # noqa: PLC0415  (few templates have them)

        return list(missing(references, self.api()))

    def _start(self, name: Emulator, *, on_demand: bool = False) -> str:
        listener, notice = self._addresses.listen(name, "127.0.0.1")
        if notice:
            self.notices.append(notice)
        secret = self._addresses.secret if name == "moto" else ""
        emulator = run_emulator(
            name, listener=listener, secret=secret, on_demand=on_demand, hosts=self._hosts, origins=self._origins
        )
        return self._stack.enter_context(emulator)
