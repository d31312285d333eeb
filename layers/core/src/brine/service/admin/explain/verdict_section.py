"""The verdict of an explanation: one sentence, and the way to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.caching.decision import Forward, Serve, ServeStale, Validate
from brine.domain.durations import duration_text
from brine.domain.explaining.decision_reasons import reasons_of
from brine.domain.explaining.reasons import Reason, failure_reason
from brine.errors import OriginBudgetSpent
from brine.service.admin.explain.explanation import Verdict
from brine.service.admin.explain.missing import missing_reasons
from brine.service.admin.explain.prospects import origin_outcomes
from brine.service.hooks import HookTable, hook_name
from brine.service.problems import TENANT_MISSING

if TYPE_CHECKING:
    from brine.domain.routing.route import Route
    from brine.service.admin.explain.explanation import Action, RouteChoice
    from brine.service.admin.explain.rehearsal import Rehearsed
    from brine.service.admin.explain.stored_section import StoredSlots
    from brine.service.diagnostics import Fault
    from brine.service.http_cache.answer import Answer, Result
    from brine.service.transaction import Transaction

MOST_PREFIXES: Final = 8
"""The most prefixes that the sentence of a path without a route names."""
_CAPPED: Final = "new-keys-capped"


def refused_verdict(answer: Answer | None, route: Route | None, choice: RouteChoice) -> Verdict:
    """Return the verdict about a request that ends with a problem before the cache is asked. `choice`: its route."""
    if answer is None:
        return Verdict(sentence="The request is not refused.", action="forward")
    detail = _detail(answer)
    hint, known = "", choice.known[:MOST_PREFIXES]
    if choice.near:
        hint = f" The nearest prefixes are {', '.join(choice.near)}."
    elif any(prefix not in (detail or "") for prefix in known):  # in the twin, the detail of the problem has them
        hint = f" The routes have the prefixes {', '.join(known)}."
    name = answer.problem or "problem"
    if route is not None and name == TENANT_MISSING.name:
        detail = f"the request has no tenant, which this route reads from {route.tenant}"
    return Verdict(
        sentence=f"The gateway answers {answer.response.status} ({name}){': ' + detail if detail else ''}.{hint}",
        action="problem",
        result="problem",
        possible=("problem",),
        status=answer.response.status,
        cache_status=answer.response.fields.get("cache-status"),
        problem=name,
        reasons=(Reason(name, detail or name),),
    )


def verdict_of(
    rehearsed: Rehearsed, transaction: Transaction, slots: StoredSlots, now: float, hooks: HookTable | None
) -> Verdict:
    """Return the verdict about a request that a route takes. `hooks`: those of all routes."""
    return _Verdicts(rehearsed, transaction, slots, now, hooks or HookTable()).verdict()


class _Verdicts:
    def __init__(
        self, rehearsed: Rehearsed, transaction: Transaction, slots: StoredSlots, now: float, hooks: HookTable
    ) -> None:
        self._rehearsed = rehearsed
        self._transaction = transaction
        self._slots = slots
        self._now = now
        self._hook_table = hooks
        self._reasons = (*self._of_decision(), *self._of_origin())

    def verdict(self) -> Verdict:
        rehearsed, answer = self._rehearsed, self._rehearsed.answer
        if answer is not None:
            return self._answered(answer)
        if rehearsed.fetched_by is not None:
            return self._waiting()
        return self._asked()

    def _answered(self, answer: Answer) -> Verdict:
        actions: dict[Result, Action] = {"hit": "serve", "stale": "serve-stale", "refused": "refuse"}
        return Verdict(
            sentence=self._answer_sentence(answer),
            action=actions.get(answer.result, "problem"),
            result=answer.result,
            possible=(answer.result,),
            status=answer.response.status,
            cache_status=answer.response.fields.get("cache-status"),
            problem=answer.problem,
            forwarded_because=None,
            reasons=self._reasons,
            unknown=self._hooks("after_answer", "what the hooks make of the answer"),
            notes=self._notes(),
        )

    def _answer_sentence(self, answer: Answer) -> str:
        last = self._reasons[-1].text if self._reasons else ""
        match answer.result:
            case "hit":
                fresh = next((one for one in self._reasons if one.code in {"fresh", "stale", "soft-purged"}), None)
                return f"A hit: {fresh.text if fresh else last}."
            case "stale":
                age = next((f"{one.text}, and " for one in self._reasons if one.code in _OF_AGE), "")
                return f"A stale answer from the store: {age}{last}."
            case "refused":
                return f"The gateway answers {answer.response.status}: {last}."
            case _:
                return f"The gateway answers {answer.response.status} ({answer.problem}): {last}."

    def _waiting(self) -> Verdict:
        where = "this process" if self._rehearsed.fetched_by == "process" else "another environment"
        return Verdict(
            sentence=f"The request waits: {where} is fetching the same response now, and this one shares it.",
            action="wait",
            result="collapsed",
            possible=("collapsed", "miss", "validated", "stale", "problem"),
            forwarded_because=_fwd(self._rehearsed),
            reasons=self._reasons,
            unknown=("whether the response that is being fetched may be shared: if not, the request fetches its own",),
            notes=self._notes(),
        )

    def _asked(self) -> Verdict:
        decision = self._rehearsed.decision
        if not isinstance(decision, Validate | Forward):
            raise TypeError(f"the origin is not asked by the decision {decision}")
        is_cached = self._transaction.request.may_use_cache
        is_capped = self._rehearsed.is_capped
        outcomes = origin_outcomes(
            decision,
            decision.stored or self._slots.main,
            self._transaction,
            self._now,
            may_store=not is_capped,
            storing_refused=_CAPPED if is_capped else None,
        )
        possible: tuple[Result, ...] = ("pass", "problem")
        if is_cached:
            found = dict.fromkeys(one.result for one in outcomes)
            possible = (*found, *(one for one in ("miss", "problem") if one not in found))
        return Verdict(
            sentence=self._asked_sentence(decision),
            action="validate" if isinstance(decision, Validate) else "forward",
            result=None if isinstance(decision, Validate) else "miss" if is_cached else "pass",
            possible=possible,
            forwarded_because=decision.reason,
            reasons=self._reasons,
            outcomes=outcomes,
            unknown=self._unknown(),
            notes=self._notes(),
        )

    def _asked_sentence(self, decision: Validate | Forward) -> str:
        because = self._main_reason()
        if isinstance(decision, Validate):
            return f"{because}, so the origin is asked whether it is still valid."
        then = "the function runs" if self._transaction.route.origin.is_function else "the origin is asked"
        if not self._transaction.request.may_use_cache:
            return f"{because}, so {then}."
        return f"A miss: {because[0].lower()}{because[1:]}, so {then}."

    def _main_reason(self) -> str:
        """Return the decisive reason with its section: the directives of the request, before the age."""
        of_request = [one for one in self._reasons if one.code.startswith("request-") or one.code in _DECISIVE]
        ages = [one for one in self._reasons if one.code in _OF_AGE]
        texts = [_with_section(one) for one in of_request[:1]]
        texts += [one.text if texts else _with_section(one) for one in ages]
        because = ", and ".join(texts) or self._reasons[0].text
        return because[0].upper() + because[1:]

    def _of_decision(self) -> tuple[Reason, ...]:
        transaction, lookup, decision = self._transaction, self._rehearsed.lookup, self._rehearsed.decision
        if lookup is None:
            return ()
        is_served = isinstance(decision, Serve | ServeStale)
        stored = decision.stored if isinstance(decision, Serve | ServeStale) else lookup.stored
        reasons = reasons_of(
            stored,
            transaction.request,
            transaction.route.policy,
            self._now,
            vary_mismatch=lookup.vary_mismatch,
            background_refresh=isinstance(decision, ServeStale),
        )
        if stored is None and transaction.request.may_use_cache and not is_served:
            reasons = tuple(missing_reasons(reasons, self._slots, self._now))
        if isinstance(decision, Validate | Forward) and transaction.request.may_use_cache:
            failure = failure_reason(decision.stored, transaction.request, transaction.route.policy, self._now)
            reasons = (*reasons, failure)
        return reasons

    def _of_origin(self) -> tuple[Reason, ...]:
        state = self._rehearsed.origin
        if state is None or state.refusal is None:
            return ()
        wait = duration_text(state.refusal.retry_after)
        if isinstance(state.refusal, OriginBudgetSpent):
            why = "the origin asked for a pause" if state.refusal.by_origin else "the budget of the origin is spent"
            return (Reason("origin-budget", f"{why}, so the origin gets no request for {wait}"),)
        return (Reason("origin-circuit", f"the circuit of the origin is open: it gets no request for {wait}"),)

    def _unknown(self) -> tuple[str, ...]:
        found = ["what the origin answers"]
        state = self._rehearsed.origin
        if self._transaction.route.origin.is_function:
            found = ["what the function returns, and which parts it fetches"]
        if state is not None and state.hooks:
            found.append(f"what the hooks change in the request: {', '.join(state.hooks)}")
        if state is not None and state.circuit == "half-open":
            found.append("whether the request is a probe of the origin, which had failed: if not, it is refused")
        decision = self._rehearsed.decision
        if isinstance(decision, Validate) and not isinstance(decision.stored.body, bytes):
            found.append("whether the body is still in the bucket: if not, it is fetched again")
        if self._transaction.route.credentials is not None:
            found.append("whether the gateway's credentials for the origin can be had")
        return (*found, *self._hooks("before_store", "whether the hooks let it be stored"))

    def _hooks(self, kind: Literal["after_answer", "before_store"], told: str) -> tuple[str, ...]:
        names = tuple(map(hook_name, self._hook_table.of(self._transaction.route.name, kind)))
        return (f"{told}: {', '.join(names)}",) if names else ()

    def _notes(self) -> tuple[str, ...]:
        rehearsed, found = self._rehearsed, []
        if rehearsed.trace is not None:
            found += [_fault_text(fault) for fault in rehearsed.trace.faults if fault.kind not in _IN_REASONS]
        if self._slots.problem is not None:
            found.append(self._slots.problem)
        if rehearsed.refresh == "requested":
            found.append("the refresher is asked for a new response")
        if rehearsed.refresh == "paused":
            found.append("a refresh of the response was requested a moment ago, so this request asks for none")
        if rehearsed.answer is not None and rehearsed.answer.result == "stale" and rehearsed.fetched_by is not None:
            found.append("another request is fetching a new response now")
        return tuple(found)


_OF_FAILURE: Final = frozenset(
    {"no-stale", "still-usable", "stale-if-error", "forbids-stale", "no-grace", "grace-over"}
)


_OF_AGE: Final = frozenset({"fresh", "stale", "soft-purged"})
_DECISIVE: Final = frozenset(
    {"bypass", "condition", "expired", "hit-for-miss", "method", "no-cache", "partial", "purged", "table", "unreadable"}
    | {"uri-miss", "vary-miss", "query-mutation", "query-not-json", "query-sealed", "query-size"}
)


def _with_section(reason: Reason) -> str:
    return reason.text if reason.rfc is None else f"{reason.text} ({reason.rfc})"


_IN_REASONS: Final = frozenset({"origin-circuit", "origin-budget"})


def _fault_text(fault: Fault) -> str:
    if fault.kind == "new-keys":
        return "the route has stored as many new keys in this minute as it may, so the response is not stored"
    return f"{fault} (docs/troubleshoot-a-miss.md)"


def _fwd(rehearsed: Rehearsed) -> str | None:
    decision = rehearsed.decision
    return decision.reason if isinstance(decision, Validate | Forward) else None


def _detail(answer: Answer) -> str | None:
    """Return the detail of a problem, without its full stop."""
    try:
        detail = json.loads(answer.response.body).get("detail")
    except (AttributeError, ValueError):
        return None
    return detail.rstrip(".") if isinstance(detail, str) else None
