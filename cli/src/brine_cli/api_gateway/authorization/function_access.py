"""The decision of a Lambda authorizer about a request."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from brine_cli.api_gateway.authorization.authorizer_events import authorizer_event, route_arn
from brine_cli.api_gateway.authorization.identity import identity_value
from brine_cli.api_gateway.authorization.policies import InvalidDecision, allows, has_condition
from brine_cli.api_gateway.authorization.refused import AccessRefused
from brine_cli.lambda_runtime.environment import InvocationFailed
from brine_cli.lambda_runtime.environments import IntegrationTimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.api_gateway.events import Event
    from brine_cli.lambda_runtime.environments import Invoker
    from brine_cli.template.authorizers.kinds import LambdaAuthorizer
    from brine_cli.template.event_sources import ApiRoute

_SECONDS: Final = 10.0  # API Gateway's wait for a Lambda authorizer
_UNAUTHORIZED: Final = ": Unauthorized"

type _Key = tuple[str, str, tuple[str, ...]]


@dataclass(slots=True, kw_only=True)
class FunctionAccess:
    """Decides about requests to routes with a Lambda authorizer.

    environments: run the functions of the template, by logical id.
    claims: the context for authorizers whose function is not in the template. clock: in seconds, for cached answers.
    report: gets a line for each authorizer whose policies have a Condition.
    """

    environments: Mapping[str, Invoker]
    claims: Mapping[str, Any] | None = None
    clock: Callable[[], float] = time.monotonic
    report: Callable[[str], None] = lambda _: None
    _with_condition: set[str] = field(default_factory=set, init=False)
    _answers: dict[_Key, tuple[float, Any]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __call__(self, authorizer: LambdaAuthorizer, route: ApiRoute, event: Event) -> Event:
        """Return the value of `requestContext.authorizer`. Raises AccessRefused."""
        identity = [identity_value(source, event) for source in authorizer.identity_sources]
        present = [value for value in identity if value is not None]
        if len(present) < len(identity):
            missing = [source for source, value in zip(authorizer.identity_sources, identity, strict=True) if not value]
            raise AccessRefused(f"the authorizer {authorizer.name} wants {', '.join(missing)}", HTTPStatus.UNAUTHORIZED)
        if authorizer.function not in self.environments:
            return self._of_elsewhere(authorizer)
        answer = self._answer(authorizer, route, event, tuple(present))
        try:
            is_allowed, context = _decision(authorizer, answer, event)
            self._tell_conditions(authorizer, answer, event)
        except InvalidDecision as mistake:
            raise _failed(authorizer, f"its answer is not one that API Gateway takes: {mistake}") from None
        if not is_allowed:
            raise AccessRefused(f"the authorizer {authorizer.name} refuses it", HTTPStatus.FORBIDDEN)
        return {"lambda": context}

    def _tell_conditions(self, authorizer: LambdaAuthorizer, answer: Any, event: Event) -> None:
        """Report once that the twin looks at no Condition, if it matters. Raises InvalidDecision."""
        if authorizer.has_simple_responses or authorizer.name in self._with_condition:
            return
        if has_condition(answer["policyDocument"], route_arn(event)):
            self._with_condition.add(authorizer.name)
            self.report(
                f"the policy of the authorizer {authorizer.name} has a Condition, which counts as met here. "
                "AWS checks it"
            )

    def _of_elsewhere(self, authorizer: LambdaAuthorizer) -> Event:
        if self.claims is None:
            raise _failed(
                authorizer,
                f"its function {authorizer.function or '(unknown)'} does not run here. Give the template of its stack "
                "with --beside, or a context for it with --claims NAME=VALUE",
            )
        return {"lambda": dict(self.claims)}

    def _answer(self, authorizer: LambdaAuthorizer, route: ApiRoute, event: Event, identity: tuple[str, ...]) -> Any:
        """Return the cached answer for this identity, or invoke the function. Failures are not cached."""
        key = authorizer.name, authorizer.function, identity
        now = self.clock()
        with self._lock:
            self._answers = {one: kept for one, kept in self._answers.items() if kept[0] > now}
            if key in self._answers:
                return self._answers[key][1]
        packed = json.dumps(authorizer_event(authorizer.version, event, route, identity), ensure_ascii=False).encode()
        try:
            answer = json.loads(self.environments[authorizer.function].invoke(packed, timeout=_SECONDS))
        except IntegrationTimedOut:
            raise _failed(authorizer, f"no answer within {_SECONDS:g} s") from None
        except InvocationFailed as failure:
            if str(failure).endswith(_UNAUTHORIZED):
                raise AccessRefused(
                    f"the authorizer {authorizer.name} raised Unauthorized", HTTPStatus.UNAUTHORIZED
                ) from None
            raise _failed(authorizer, str(failure)) from None
        if authorizer.cached_for > 0:
            with self._lock:
                self._answers[key] = now + authorizer.cached_for, answer
        return answer


def _decision(authorizer: LambdaAuthorizer, answer: Any, event: Event) -> tuple[bool, Any]:
    """Return whether an answer allows the request, and the context in it. Raises InvalidDecision."""
    if not isinstance(answer, dict):
        raise InvalidDecision(f"{json.dumps(answer)[:100]} is not an object")
    context = answer.get("context")
    if context is not None and not isinstance(context, dict):
        raise InvalidDecision("its context is not an object")
    if authorizer.has_simple_responses:
        if not isinstance(answer.get("isAuthorized"), bool):
            raise InvalidDecision("EnableSimpleResponses wants isAuthorized: true or false")
        return answer["isAuthorized"], context
    if "policyDocument" not in answer:
        raise InvalidDecision(
            "it has no policyDocument. For isAuthorized, the authorizer needs EnableSimpleResponses: true"
        )
    return allows(answer["policyDocument"], route_arn(event)), context


def _failed(authorizer: LambdaAuthorizer, reason: str) -> AccessRefused:
    return AccessRefused(f"the authorizer {authorizer.name}: {reason}", HTTPStatus.INTERNAL_SERVER_ERROR)
