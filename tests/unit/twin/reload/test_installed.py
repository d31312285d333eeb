"""A twin tells once that another version of Brine was installed while it runs."""

from __future__ import annotations

import brine_cli
from brine_cli.reload.installed import InstalledVersion, installed_version


def test_another_version_is_told_once() -> None:
    found = iter(["0.1.0", None, "0.2.0", "0.2.0", "0.1.0", "0.3.0"])
    installed = InstalledVersion(lambda: next(found), running="0.1.0")
    told = [installed.notice() for _ in range(6)]
    line = "brine-cli {} is installed now, and this twin runs 0.1.0. Start `brine dev` anew to use it. That also renews"
    assert [one and one.partition(" a copy")[0] for one in told] == [
        *(None, None, line.format("0.2.0"), None, None, line.format("0.3.0"))
    ]


def test_the_installed_version_is_the_one_that_runs() -> None:
    assert installed_version() == brine_cli.__version__
    assert InstalledVersion().notice() is None
