"""The emulators of a template have the same addresses in each run of a user."""

from __future__ import annotations

import stat
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING

import pytest

from brine_cli.emulators.addresses import EmulatorAddresses
from brine_cli.errors import PortTaken
from brine_cli.http.listener import listen
from brine_cli.serving.emulated import Emulated
from tests.unit.twin.wire import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HOST = "127.0.0.1"


def addresses(folder: Path, template: str = "template.yaml") -> EmulatorAddresses:
    return EmulatorAddresses.of(folder / template, {"XDG_STATE_HOME": str(folder / "state")})


def taken(stack: ExitStack, ports: Iterable[int]) -> None:
    """Listen on these ports, unless another program does."""
    for port in ports:
        with suppress(PortTaken):
            stack.enter_context(closing(listen(HOST, port)))


def test_each_run_has_the_same_addresses_and_another_template_has_others(tmp_path: Path) -> None:
    first, again, other = addresses(tmp_path), addresses(tmp_path), addresses(tmp_path, "other.yaml")

    assert first == again
    assert first.secret != other.secret
    assert first.ports["moto"] != other.ports["moto"]
    assert first.ports["moto"][0] != first.ports["httpbin"][0]
    assert all(20_000 <= port < 30_000 for ports in first.ports.values() for port in ports)


def test_another_user_has_other_addresses(tmp_path: Path) -> None:
    mine, theirs = (EmulatorAddresses.of(tmp_path / "t.yaml", {"XDG_STATE_HOME": str(tmp_path / who)}) for who in "ab")

    assert mine.secret != theirs.secret
    assert mine.ports["moto"] != theirs.ports["moto"]


def test_only_the_user_can_read_the_secret(tmp_path: Path) -> None:
    addresses(tmp_path)

    (file,) = (tmp_path / "state/brine").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "text", ["", "short", "00", "g" * 32], ids=["empty", "no digits", "too short", "other letters"]
)
def test_a_damaged_file_gets_a_new_secret(tmp_path: Path, text: str) -> None:
    first = addresses(tmp_path)
    (file,) = (tmp_path / "state/brine").iterdir()
    file.write_text(text)

    assert len(addresses(tmp_path).secret) == 32
    assert addresses(tmp_path).secret not in {text, first.secret}


def test_without_a_state_folder_each_run_has_a_new_secret(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the place of the folder")

    assert addresses(tmp_path).secret != addresses(tmp_path).secret
    assert addresses(tmp_path).ports == addresses(tmp_path).ports


def test_a_taken_port_has_a_substitute_and_the_user_is_told(tmp_path: Path) -> None:
    known = addresses(tmp_path)
    usual, *substitutes = known.ports["moto"]
    with ExitStack() as stack:
        taken(stack, [usual])
        listener, line = known.listen("moto", HOST)
        stack.enter_context(listener)

        port = listener.getsockname()[1]
        assert port in substitutes
        assert line == f"the AWS emulator has the port {port} this time, since the port {usual} is taken"


def test_if_all_usual_ports_are_taken_any_free_one_is_used(tmp_path: Path) -> None:
    known = addresses(tmp_path)
    with ExitStack() as stack:
        taken(stack, known.ports["httpbin"])
        listener, line = known.listen("httpbin", HOST)
        stack.enter_context(listener)

        port = listener.getsockname()[1]
        assert port not in known.ports["httpbin"]
        assert line == f"httpbin has the port {port} this time, since its usual ports are taken"


@pytest.mark.slow
def test_an_emulator_comes_back_at_its_address(tmp_path: Path) -> None:
    urls = []
    for _ in range(2):
        with Emulated(addresses=addresses(tmp_path)) as emulated:
            url = emulated.start_httpbin()
            assert fetch(f"{url}/status/204")[0] == 204
            urls.append((url, emulated.start_aws(on_demand=True)))
            assert emulated.notices == []
    assert urls[0] == urls[1]
