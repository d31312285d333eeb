"""Warnings about durations of one route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.checking.warnings.warning import DAY, Warned, shown_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.checking.configuration.readers import ReadRoute
    from brine_cli.checking.warnings.warning import RouteRule, Surroundings

_YEAR: Final = 366 * DAY
_HOUR: Final = 3600.0
_LONGEST_ERROR: Final = 600.0
_LONGEST: Final = {"freshness_lifetime": _YEAR, "grace": _YEAR, "keep": _YEAR, "timeout": 900.0}
_LONGEST_OF_CIRCUITS: Final = {"window": _HOUR, "open_for": _HOUR}


def _without_lifetime(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    policy = one.route.policy
    lifetimes = (policy.freshness_lifetime or 0, *policy.negative_lifetimes.values())
    if any(lifetimes):
        return
    for key, value in (("jitter", policy.jitter), ("early_refresh", policy.early_refresh)):
        if value:
            yield Warned(
                *("BR110", one, (key,), "it changes only lifetimes that the route gives, and this route gives none."),
                "Write a freshness_lifetime, or leave the key out.",
            )


def _absurd(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    for key, most in _LONGEST.items():
        value = getattr(one.route.policy, key, None) if key != "timeout" else one.route.timeout
        if key in one.table and value is not None and value > most:
            yield _too_long(one, (key,), value, most)
    breaker = one.route.circuit_breaker
    for key, most in _LONGEST_OF_CIRCUITS.items() if breaker is not None else ():
        if (value := getattr(breaker, key)) > most:
            yield _too_long(one, ("circuit_breaker", key), value, most)


def _too_long(one: ReadRoute, keys: tuple[str, ...], value: float, most: float) -> Warned:
    written = one.table[keys[0]] if len(keys) == 1 else one.table[keys[0]][keys[1]]
    unit = f' A number counts seconds: for milliseconds, write "{value:g}ms".' if not isinstance(written, str) else ""
    return Warned(
        *("BR111", one, keys, f"{shown_duration(value)} is unusually long."),
        f"Write at most {shown_duration(most)}.{unit}",
    )


def _timeout(one: ReadRoute, around: Surroundings) -> Iterator[Warned]:
    most = around.function_timeout
    if most is not None and "timeout" in one.table and most <= one.route.timeout <= _LONGEST["timeout"]:
        yield Warned(
            *("BR112", one, ("timeout",), f"the function itself ends after {shown_duration(most)}."),
            f"Write less than {shown_duration(most)}, so that the client gets a stale response or a problem.",
        )


def _deleted_bodies(one: ReadRoute, around: Surroundings) -> Iterator[Warned]:
    policy, days = one.route.policy, around.body_days
    if days is None:
        return
    kept = (policy.freshness_lifetime or 0) + policy.grace + policy.keep
    if kept > days * DAY:
        lifetimes = {key: getattr(policy, key) or 0 for key in ("keep", "grace", "freshness_lifetime")}
        longest = max((key for key in lifetimes if key in one.table), key=lambda key: lifetimes[key], default="")
        if longest and kept <= _YEAR:
            yield Warned(
                *("BR113", one, (longest,), f"the bucket deletes bodies after {days:g} days (BodyKeepDays)."),
                "Write a shorter time, or set the parameter BodyKeepDays to more days.",
            )


def _errors(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    lifetimes = one.route.policy.negative_lifetimes
    for status, lifetime in lifetimes.items():
        keys = ("negative_lifetimes", str(status))
        if status == 304:
            yield Warned(
                *("BR114", one, keys, "a 304 is never stored: it renews the stored response."), "Leave the status out."
            )
        elif status >= 500 and lifetime > _LONGEST_ERROR:
            yield Warned(
                *("BR115", one, keys, f"clients get this error for {shown_duration(lifetime)} after the origin works."),
                f"Write a few seconds, at most {shown_duration(_LONGEST_ERROR)}.",
            )


def _zero(one: ReadRoute, _: Surroundings) -> Iterator[Warned]:
    if one.route.policy.freshness_lifetime == 0:
        yield Warned(
            *("BR116", one, ("freshness_lifetime",), "0 does not prevent storing: the lifetimes of the origin count."),
            "Leave the key out. To store no response, let the origin send Cache-Control: no-store.",
        )


RULES: Final[tuple[RouteRule, ...]] = (
    _without_lifetime,
    _absurd,
    _timeout,
    _deleted_bodies,
    _errors,
    _zero,
)
