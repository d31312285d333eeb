"""Principals: from the names that IAM uses to the names in channels and envelopes."""

from __future__ import annotations

import pytest

from brine.domain.routing.principal import is_covered, is_principal, principal_name

OWN = "123456789012"


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::123456789012:user/producer", "user/producer"),
        ("arn:aws:iam::123456789012:user/division/team/producer", "user/producer"),
        ("arn:aws:sts::123456789012:assumed-role/producer/run-7", "role/producer"),
        ("arn:aws:sts::123456789012:assumed-role/producer/a@b/c", "role/producer"),
        ("arn:aws:sts::123456789012:federated-user/guest", "federated-user/guest"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("arn:aws-us-gov:iam::123456789012:user/x", "user/x"),
        ("arn:aws:iam::999999999999:user/producer", "999999999999:user/producer"),
        ("arn:aws:sts::999999999999:assumed-role/r/s", "999999999999:role/r"),
        ("arn:aws:iam::999999999999:root", "999999999999:root"),
    ],
)
def test_names(arn: str, name: str) -> None:
    assert principal_name(arn, OWN) == name
    assert is_principal(name)


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "producer",
        "user/producer",
        "arn:aws:iam::123456789012:role/producer",  # a role does not call: its sessions do
        "arn:aws:iam::123456789012:group/producers",
        "arn:aws:iam::12345678901:user/producer",
        "arn:aws:iam::123456789012:user/",
        "arn:aws:iam::123456789012:user/a/",
        "arn:aws:iam::123456789012:user/a*",
        "arn:aws:iam::123456789012:user/a b",
        "arn:aws:iam::123456789012:rootless",
        "arn:aws:s3::123456789012:user/producer",
        "arn:aws:iam::123456789012:user/producer\n",
    ],
)
def test_an_unknown_arn_has_no_principal(arn: str) -> None:
    assert principal_name(arn, OWN) is None


@pytest.mark.parametrize(
    ("pattern", "covered", "not_covered"),
    [
        ("role/producer", ["role/producer"], ["role/producer2", "user/producer", "999999999999:role/producer"]),
        ("role/*", ["role/a", "role/a-b"], ["user/a", "999999999999:role/a"]),
        ("role/batch-*", ["role/batch-", "role/batch-7"], ["role/batch", "role/xbatch-7"]),
        ("role/*-prod", ["role/a-prod"], ["role/a-prod-2"]),
        ("role/a.b", ["role/a.b"], ["role/axb"]),
        ("999999999999:role/*", ["999999999999:role/x"], ["role/x", "999999999998:role/x"]),
        ("*", ["role/a", "root", "999999999999:user/x"], []),
    ],
)
def test_patterns(pattern: str, covered: list[str], not_covered: list[str]) -> None:
    assert all(is_covered(name, [pattern]) for name in covered)
    assert not any(is_covered(name, [pattern]) for name in not_covered)


def test_no_pattern_covers_nobody() -> None:
    assert not is_covered("role/a", [])
