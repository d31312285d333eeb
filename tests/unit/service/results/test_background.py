"""Refreshes of results in the background: through the queue, by a schedule, and by hand."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.text_queue import MemoryTextQueue
from brine.errors import RefreshFailed, StoreThrottled
from brine.service.refresh_pauses import PAUSE
from brine.service.results.decorators.cached import cached
from tests.unit.service.results.refreshed import Deployment, altered, batch

if TYPE_CHECKING:
    from brine.ports.deadline import Deadline


def stale(**settings: Any) -> Deployment:
    """A deployment with a stale result for tea."""
    deployment = Deployment()
    assert deployment.process(**settings).price("tea") == "tea EUR 1"
    deployment.world.now += 61
    return deployment


def last_faults(deployment: Deployment) -> list[str]:
    return [fault.for_log for fault in deployment.world.told[-1].faults]


def test_the_first_caller_after_expiry_gets_the_stale_result_and_sends_a_refresh_request() -> None:
    deployment = stale()
    process = deployment.process()
    assert process.price("tea") == "tea EUR 1"
    assert (deployment.world.told[-1].outcome, deployment.world.told[-1].refresh_requested) == ("stale", True)
    assert len(deployment.calls.made) == 1
    assert process.deliver(deployment.taken()) == []
    assert deployment.calls.made == [("tea", "EUR")] * 2
    assert deployment.world.outcomes == ["miss", "stale", "refreshed"]
    assert deployment.process().price(product="tea") == "tea EUR 2"
    assert deployment.world.told[-1].outcome == "hit"


def test_one_request_per_key_and_pause() -> None:
    deployment = stale()
    process = deployment.process()
    for _ in range(3):
        process.price("tea")
    assert len(deployment.taken()) == 1
    deployment.world.now += PAUSE
    process.price("tea")
    assert len(deployment.taken()) == 1


def test_arguments_by_name_reach_the_function_again() -> None:
    deployment = Deployment()
    process = deployment.process()
    process.price("tea", currency="CHF")
    deployment.world.now += 61
    process.price("tea", currency="CHF")
    assert process.deliver(deployment.taken()) == []
    assert deployment.calls.made == [("tea", "CHF")] * 2


def test_without_a_queue_the_caller_computes() -> None:
    deployment = stale()
    deployment.world.queue = None
    assert deployment.process().price("tea") == "tea EUR 2"


def test_beyond_grace_the_caller_computes() -> None:
    deployment = stale()
    deployment.world.now += 301
    assert deployment.process().price("tea") == "tea EUR 2"
    assert deployment.taken() == []


def test_a_soft_purge_is_refreshed_in_the_background_too() -> None:
    deployment = Deployment()
    process = deployment.process()
    process.price("tea")
    process.cache.purge(process.price.key("tea"), soft=True)
    deployment.world.now += 3
    assert process.price("tea") == "tea EUR 1"
    assert process.deliver(deployment.taken()) == []
    assert process.price("tea") == "tea EUR 2"


def test_a_message_too_large_for_the_queue_makes_the_caller_compute() -> None:
    deployment = Deployment()
    process = deployment.process()
    product = base64.b64encode(bytes(range(256)) * 400).decode() + "".join(map(chr, range(20_000, 50_000)))
    process.price(product)
    deployment.world.now += 61
    assert process.price(product).endswith("2")
    assert deployment.taken() == []
    assert deployment.world.outcomes == ["miss", "miss"]


def test_an_argument_that_cannot_be_sealed_makes_the_caller_compute() -> None:
    deployment = Deployment()
    process = deployment.process(key=lambda product, _connection: product)
    process.price("tea", threading.Lock())
    deployment.world.now += 61
    assert process.price("tea", threading.Lock()).startswith("tea")
    assert len(deployment.calls.made) == 2
    assert deployment.taken() == []


def test_duplicate_and_late_messages_compute_nothing() -> None:
    deployment = stale()
    process = deployment.process()
    process.price("tea")
    texts = deployment.taken()
    assert process.deliver([*texts, *texts]) == []
    assert deployment.process().deliver(texts) == []
    assert len(deployment.calls.made) == 2
    deployment.world.now += 1_000
    assert deployment.process().deliver(texts) == []
    assert len(deployment.calls.made) == 2, "beyond grace"
    assert deployment.world.outcomes[2:] == ["refreshed", "not-needed", "not-needed", "not-needed"]


def test_a_purged_result_is_not_brought_back() -> None:
    deployment = stale()
    process = deployment.process()
    process.price("tea")
    process.price.purge("tea")
    deployment.world.now += 5
    assert deployment.process().deliver(deployment.taken()) == []
    assert len(deployment.calls.made) == 1
    assert deployment.world.told[-1].outcome == "not-needed"


def test_a_purge_during_the_refresh_wins() -> None:
    deployment = stale()
    process = deployment.process()
    process.price("tea")
    deployment.calls.during = lambda: process.price.purge("tea")
    assert process.deliver(deployment.taken()) == []
    assert deployment.world.told[-1].outcome == "refresh-refused"
    assert not deployment.world.told[-1].stored


def test_refreshes_of_one_key_in_several_processes_compute_once() -> None:
    deployment = stale()
    deployment.process().price("tea")
    texts = deployment.taken()
    processes = [deployment.process() for _ in range(4)]
    others = threading.Event()
    left = threading.Semaphore(0)

    def run(number: int) -> list[str]:
        try:
            return processes[number].deliver(texts)
        finally:
            left.release()

    def during() -> None:
        for _ in range(3):
            assert left.acquire(timeout=30)
        others.set()

    deployment.calls.during = during
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(run, range(4))) == [[]] * 4
    assert others.is_set()
    assert len(deployment.calls.made) == 2
    assert sorted(deployment.world.outcomes[2:]) == ["not-needed"] * 3 + ["refreshed"]


def test_a_failing_function_is_told_and_its_message_is_delivered_again() -> None:
    deployment = stale()
    process = deployment.process()
    process.price("tea")
    texts = deployment.taken()
    deployment.calls.error = ValueError("secret value")
    assert process.deliver(texts) == ["0"]
    event = deployment.world.told[-1]
    assert (event.outcome, event.function) == ("refresh-failed", "tests.unit.service.results.refreshed:price")
    (fault,) = last_faults(deployment)
    assert fault.startswith("refresh-failed: ValueError at ")
    assert "refreshed.py" in fault
    assert "secret" not in fault
    assert process.price("tea") == "tea EUR 1", "the stale result is still there"
    deployment.calls.error = None
    assert process.deliver(texts) == []
    assert process.price("tea") == "tea EUR 3"


def test_only_the_failed_messages_of_a_batch_are_delivered_again() -> None:
    deployment = stale()
    process = deployment.process()
    process.price("coffee")
    deployment.world.now += 61
    process.price("tea")
    process.price("coffee")
    tea, coffee = deployment.taken()
    deployment.calls.during = lambda: setattr(
        deployment.calls, "error", ValueError() if deployment.calls.made[-1][0] == "tea" else None
    )
    assert process.deliver([tea, coffee]) == ["0"]


def test_an_exception_that_is_a_result_replaces_the_stale_one() -> None:
    deployment = stale()
    process = deployment.process(negative={KeyError: 30})
    process.price("tea")
    deployment.calls.error = KeyError("tea")
    assert process.deliver(deployment.taken()) == []
    deployment.calls.error = None
    with pytest.raises(KeyError):
        deployment.process(negative={KeyError: 30}).price("tea")
    assert deployment.world.outcomes[-2:] == ["refreshed", "hit"]


class Throttled(MemoryTextQueue):
    def send(self, text: str, *, deadline: Deadline | None = None) -> None:
        raise StoreThrottled("SendMessage")


def test_a_failing_queue_costs_no_answer_and_is_told() -> None:
    deployment = stale()
    deployment.world.queue = Throttled()
    process = deployment.process()
    assert process.price("tea") == "tea EUR 1"
    assert last_faults(deployment) == ["queue-throttled: StoreThrottled"]
    assert not deployment.world.told[-1].refresh_requested


@pytest.mark.parametrize(
    ("members", "outcome", "fault"),
    [
        ({"version": 2}, "refresh-malformed", "refresh-malformed"),
        ({"sealed": "!"}, "refresh-malformed", "refresh-malformed"),
        ({"sealed": "AAAA"}, "refresh-malformed", "envelope-malformed"),
        ({"key": "tests#0"}, "refresh-malformed", "envelope-tampered"),
        ({"function": "os:system"}, "refresh-malformed", "envelope-tampered"),
    ],
)
def test_a_message_that_does_not_verify_is_dropped_and_told(
    members: dict[str, object], outcome: str, fault: str
) -> None:
    deployment = stale()
    process = deployment.process()
    process.price("tea")
    (text,) = deployment.taken()
    assert process.deliver([altered(text, **members)]) == []
    assert deployment.world.told[-1].outcome == outcome
    assert last_faults(deployment) == [fault]
    assert len(deployment.calls.made) == 1


def test_every_altered_byte_of_the_sealed_call_is_found_before_anything_is_unpickled() -> None:
    deployment = stale()
    process = deployment.process()
    process.price("tea")
    (text,) = deployment.taken()
    sealed = base64.b64decode(json.loads(text)["sealed"])
    for place in range(len(sealed)):
        wrong = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        assert process.deliver([altered(text, sealed=base64.b64encode(wrong).decode())]) == []
        assert deployment.world.told[-1].outcome == "refresh-malformed"
    assert len(deployment.calls.made) == 1


def test_a_message_for_a_function_that_this_process_lacks_is_delivered_again() -> None:
    deployment = stale()
    deployment.process().price("tea")
    process = deployment.process()
    process.cache.functions._by_name.clear()
    assert process.deliver(deployment.taken()) == ["0"]
    assert last_faults(deployment) == ["refresh-unknown-function"]
    assert deployment.world.told[-1].function == "tests.unit.service.results.refreshed:price"


def test_a_message_of_another_cache_is_delivered_again_unless_the_handler_has_that_cache() -> None:
    deployment = Deployment()
    quotes, orders = deployment.process(), deployment.process("orders")
    orders.price("tea")
    deployment.world.now += 61
    orders.price("tea")
    texts = deployment.taken()
    assert quotes.deliver(texts) == ["0"]
    assert last_faults(deployment) == ["refresh-unknown-cache"]
    quotes.handler = quotes.cache.handler(lambda *_: None, orders.cache)
    assert quotes.deliver(texts) == []
    assert len(deployment.calls.made) == 2


def test_a_function_with_other_parameters_by_now_is_not_called() -> None:
    deployment = stale()
    deployment.process().price("tea")
    process = deployment.process(key=lambda *_: "a new key")
    assert process.deliver(deployment.taken()) == []
    assert deployment.world.told[-1].outcome == "not-needed"


def test_tenants_of_one_function_are_told_apart() -> None:
    deployment = Deployment()
    process = deployment.process()
    acme = process.of(process.cache.for_tenant("acme"))
    process.price("tea")
    acme("tea")
    deployment.world.now += 61
    acme("tea")
    assert process.deliver(deployment.taken()) == []
    assert acme("tea") == "tea EUR 3"
    assert process.price("tea") == "tea EUR 1"


def test_a_function_inside_another_one_is_not_refreshed_in_the_background() -> None:
    deployment = Deployment()
    process = deployment.process()

    @cached(process.cache, freshness_lifetime=60, grace=60, key=lambda: "key")
    def inner() -> int:
        return len(deployment.world.told)

    inner()
    deployment.world.now += 61
    assert inner() == 1
    assert deployment.taken() == []
    assert deployment.world.outcomes == ["miss", "miss"]


@pytest.mark.parametrize(
    "event",
    [
        {"version": "2.0", "rawPath": "/"},
        {"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": "mine"}]},
        {"Records": [{"eventSource": "aws:s3"}]},
        {"Records": []},
        {"source": "aws.events", "detail-type": "Scheduled Event"},
        {"brine": "other"},
        "text",
    ],
)
def test_every_other_event_reaches_the_handler(event: Any) -> None:
    process = Deployment().process()
    assert process.handler(event, 7) == ("other", event, 7)


def test_a_batch_with_other_messages_is_shared_with_the_handler() -> None:
    deployment = stale()
    process = deployment.process()
    process.price("tea")
    event = batch(["mine", *deployment.taken(), "mine too"])
    seen: list[list[str]] = []

    def handler(event: dict[str, Any], _context: object) -> dict[str, object] | None:
        seen.append([record["body"] for record in event["Records"]])
        return {"batchItemFailures": [{"itemIdentifier": "2"}]}

    deployment.calls.error = ValueError()
    assert process.cache.handler(handler)(event, None) == {
        "batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]
    }
    assert seen == [["mine", "mine too"]]
    deployment.calls.error = None
    assert process.cache.handler(lambda *_: None)(event, None) == {"batchItemFailures": []}


class Context:
    def __init__(self, milliseconds: int) -> None:
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


def test_without_time_a_message_is_left_for_the_next_invocation() -> None:
    deployment = stale()
    process = deployment.process()
    process.price("tea")
    texts = deployment.taken()
    assert process.deliver(texts, context=Context(1_000)) == ["0"]
    assert last_faults(deployment) == ["refresh-no-time"]
    assert process.deliver(texts, context=Context(20_000)) == []
    assert deployment.world.told[-1].outcome == "refreshed"


SCHEDULES: list[dict[str, object]] = [
    {"brine": "refresh"},
    {"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
]


@pytest.mark.parametrize("event", SCHEDULES)
def test_a_schedule_refreshes_the_listed_calls_even_before_anything_is_stored(event: dict[str, object]) -> None:
    deployment = Deployment()
    process = deployment.process(scheduled=[("tea",), ("coffee", "CHF")])
    assert process.handler(event, None) == {"refreshed": 2}
    assert process.handler(event, None) == {"refreshed": 2}
    assert deployment.calls.made == [("tea", "EUR"), ("coffee", "CHF")] * 2
    assert deployment.process().price("coffee", "CHF") == "coffee CHF 4"


def test_a_failed_scheduled_refresh_fails_the_invocation_and_not_the_other_calls() -> None:
    deployment = Deployment()
    process = deployment.process(scheduled=[("tea",), ("coffee",)])
    deployment.calls.during = lambda: setattr(
        deployment.calls, "error", ValueError() if deployment.calls.made[-1][0] == "tea" else None
    )
    with pytest.raises(RefreshFailed, match="1 of 2"):
        process.handler({"brine": "refresh"}, None)
    assert deployment.world.outcomes == ["refresh-failed", "refreshed"]


@pytest.mark.parametrize("scheduled", [["tea"], [("tea", "EUR", 3)], [()]])
def test_scheduled_arguments_that_do_not_fit_are_refused_at_once(scheduled: Any) -> None:
    with pytest.raises(TypeError):
        Deployment().process(scheduled=scheduled)


def test_a_refresh_by_hand_computes_a_fresh_result_anew() -> None:
    deployment = Deployment()
    process = deployment.process()
    process.price("tea")
    event = process.price.refresh("tea")
    assert (event.outcome, event.stored, event.cache) == ("refreshed", True, "quotes")
    assert process.price("tea") == "tea EUR 2"
    deployment.calls.error = ValueError()
    assert process.price.refresh("tea").outcome == "refresh-failed"
    assert process.price("tea") == "tea EUR 2"


def test_an_early_refresh_is_requested_by_the_hits_that_chance_picks() -> None:
    deployment = Deployment()
    deployment.calls.took = 2.0
    process = deployment.process(early_refresh=1.0)
    process.price("tea")
    deployment.world.now += 56  # 2 s before it is stale: e ** (-2 / 2) = 0.37
    deployment.world.drawn = 0.5
    process.price("tea")
    assert deployment.taken() == []
    deployment.world.drawn = 0.3
    assert process.price("tea") == "tea EUR 1"
    assert (deployment.world.told[-1].outcome, deployment.world.told[-1].refresh_requested) == ("hit", True)
    texts = deployment.taken()
    assert process.deliver(texts * 2) == []
    assert deployment.world.outcomes[-2:] == ["refreshed", "not-needed"]
    assert process.price("tea") == "tea EUR 2"


def test_without_early_refresh_no_hit_requests_one() -> None:
    deployment = Deployment()
    deployment.calls.took = 2.0
    deployment.world.drawn = 0.0
    process = deployment.process()
    process.price("tea")
    process.price("tea")
    assert deployment.taken() == []


def test_the_body_of_a_message_names_cache_function_and_key_only() -> None:
    deployment = stale()
    process = deployment.process()
    process.price("tea")
    (text,) = deployment.taken()
    message = json.loads(text)
    assert message.keys() == {"brine", "version", "cache", "function", "key", "sealed"}
    assert (message["brine"], message["version"], message["cache"]) == ("refresh", 1, "quotes")
    assert message["key"] == process.cache.hashed_key(process.price.key("tea"))
    assert process.handler(batch([text]), None) == {"batchItemFailures": []}
