"""W3C Trace Context: the origin of a request for the cache gets only a well-formed one."""

from __future__ import annotations

import pytest

from brine.domain.http.fields import Fields
from brine.domain.http.trace_context import with_valid_trace_context

MANY = [f"k{number}=" for number in range(33)]
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def passed(*lines: tuple[str, str]) -> list[str]:
    return [value for _, value in with_valid_trace_context(Fields(lines)).lines]


@pytest.mark.parametrize("parent", [PARENT, PARENT[:-2] + "00", "cc" + PARENT[2:]])
def test_a_traceparent_by_the_grammar_goes_along(parent: str) -> None:
    assert passed(("traceparent", parent)) == [parent]


@pytest.mark.parametrize(
    "parent",
    [
        *("", "x", PARENT + "-01", PARENT[:-1], PARENT + " ", PARENT.upper(), "ff" + PARENT[2:], PARENT + "\n"),
        *(
            "00-" + "0" * 32 + PARENT[35:],
            PARENT[:36] + "0" * 16 + "-01",
            '"><script>evil</script>',
            f"{PARENT}, {PARENT}",
        ),
    ],
)
def test_no_other_traceparent_does(parent: str) -> None:
    assert passed(("traceparent", parent), ("tracestate", "a=1")) == []


def test_two_are_none() -> None:
    assert passed(("traceparent", PARENT), ("traceparent", PARENT)) == []


@pytest.mark.parametrize(
    "state",
    [
        *(
            "a=1",
            "dd=s:2;o:rum;t.dm:-4;p:6b",
            "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
            "fw529a3039@dt=FfG,  a=b ,",
            "",
        ),
        *("a=" + "x" * 256, ",".join(f"{key}1" for key in MANY[:32]), "1a-_*/@b=a b~!#$%()+.:;?@[]^_{|}"),
    ],
)
def test_a_tracestate_by_the_grammar_goes_along(state: str) -> None:
    assert passed(("traceparent", PARENT), ("tracestate", state)) == [PARENT, state]


@pytest.mark.parametrize(
    "state",
    [
        *(
            "a",
            "=1",
            "a=",
            "A=1",
            "a =1",
            "a=1=2",
            'a="1"',
            "a=<b>",
            "a=b&c",
            "a='b'",
            "a=b\\",
            "a=`b`",
            "a=\xe9",
            "a=\t1",
        ),
        *(
            "a=" + "x" * 257,
            ",".join(f"k{number}=1" for number in range(33)),
            ",".join(f"k{n}=" + "x" * 60 for n in range(9)),
        ),
    ],
)
def test_no_other_tracestate_does(state: str) -> None:
    assert passed(("traceparent", PARENT), ("tracestate", state)) == [PARENT]


def test_lines_of_tracestate_are_counted_together() -> None:
    lines = [("tracestate", f"k{number}=" + "x" * 200) for number in range(3)]
    assert passed(("traceparent", PARENT), *lines) == [PARENT]
    assert passed(("traceparent", PARENT), *lines[:2]) == [PARENT, lines[0][1], lines[1][1]]
