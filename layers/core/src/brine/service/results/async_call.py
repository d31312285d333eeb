"""One call of the results cache from a coroutine. The event loop never waits for a store or for another caller.

The computation runs in the caller's own task, so it has the caller's context variables and cancellation. Only calls to
stores run in threads. A thread never waits for a computation, so a few threads serve any number of nested calls.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Never, assert_never

from brine.ports.caching import Lease
from brine.service.flights.succession import Pause, StoreCall, Wait
from brine.service.flights.turns import Alone, Follow, GiveUp, Lead
from brine.service.results.many import OneOfMany, look_up_many
from brine.service.transaction import Trace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Sequence
    from concurrent.futures import Executor, Future

    from brine.ports.caching import Held
    from brine.service.flights.in_flight import Flight
    from brine.service.flights.succession import Step
    from brine.service.flights.turns import Turn


async def in_thread[R](threads: Executor, work: Callable[[], R]) -> R:
    """Return the result of `work`, done in one of these threads with the context variables of this task."""
    return await asyncio.get_running_loop().run_in_executor(threads, copy_context().run, work)


def _no_computation() -> Never:
    raise NotImplementedError("this call computes in a coroutine")


@dataclass(slots=True, kw_only=True)
class AsyncCall[T](OneOfMany[T]):
    """A call that computes with a coroutine function, `compute_async`. The inherited `compute` is not used."""

    compute: Callable[[], T] = _no_computation
    compute_async: Callable[[], Awaitable[T]]
    threads: Executor

    async def result_async(self) -> T:
        """Return the result, stored or computed. Raises the exceptions of the computation."""
        self._trace = Trace(self.clock(), self.deadline)
        self._use(self.results.recall(self.place, self._trace, may_call=False), "memory")
        if self._fresh() is None:
            await self._in_thread(self._look_up)
        return await self.result_after_lookup_async()

    async def result_after_lookup_async(self) -> T:
        """Return the result as `result_async` does, without another lookup first."""
        if (found := self._fresh()) is not None:
            if self.refreshes is not None:
                await self._in_thread(partial(self._request_early_refresh, found))
            return self._served(found, "hit")
        if (found := self._usable()) is not None and self.refreshes is not None:  # noqa: SIM102 - it may change `found`
            if await self._in_thread(self._request_refresh):
                return self._served(found, "stale")
        taking = self.single_flight.taking(**self._turn_options())
        turn: Turn | None = None
        try:
            turn = await self._taken(taking.steps())
            return await self._in_turn(turn)
        finally:
            taking.end(turn)  # if this task was cancelled, a caller that waits takes over

    async def _in_turn(self, turn: Turn) -> T:
        match turn:
            case Follow():
                if turn.waited:
                    await self._in_thread(partial(self._look_up, consistent=True))
                if (found := self._usable()) is not None:
                    return self._served(found, "collapsed" if turn.waited else "stale")
                return await self._alone()
            case GiveUp(failure):
                return self._given_up(failure)
            case Lead():
                return await self._led(turn)
            case Alone():
                return await self._alone()
            case _:
                assert_never(turn)

    async def _led(self, lead: Lead) -> T:
        """Compute and store. A cancelled task gives its lease back, unless a thread is storing the result."""
        try:
            if lead.must_look_up(self._seen):
                await self._in_thread(partial(self._look_up, consistent=True))
                if (found := self._fresh()) is not None:
                    await self._in_thread(partial(self._give_back, lead, "settled"))
                    return self._served(found, "collapsed")
            began = self.clock()
            try:
                value = await self.compute_async()
            except Exception as error:  # noqa: BLE001 - raised again, unless a stale result is served
                step = partial(self._after_error, error, began, lead)
            else:
                step = partial(self._after_value, value, began, lead)
        except BaseException:
            self.threads.submit(self._give_back, lead)
            raise
        job = self.threads.submit(copy_context().run, self._settled, step, lead)
        return await asyncio.shield(asyncio.wrap_future(job))

    def _settled(self, step: Callable[[], T], lead: Lead) -> T:
        try:
            return step()
        finally:
            self._give_back(lead)

    async def _alone(self) -> T:
        """Compute without storing the result."""
        began = self.clock()
        try:
            value = await self.compute_async()
        except Exception as error:  # noqa: BLE001 - raised again, unless a stale result is served
            return self._after_error(error, began, None)
        return self._after_value(value, began, None)

    async def _taken(self, steps: Generator[Step, Lease | Held | None, Turn]) -> Turn:
        """Take the steps to a turn, as `taken` does in a thread."""
        result: Lease | Held | None = None
        try:
            while True:
                step, result = steps.send(result), None
                match step:
                    case Wait():
                        await _wait(step.flight, step.seconds)
                    case Pause():
                        await asyncio.sleep(step.seconds)
                    case StoreCall():
                        result = await self._called(step)
                    case _:
                        assert_never(step)
        except StopIteration as end:
            turn: Turn = end.value
            return turn

    async def _called(self, step: StoreCall) -> Lease | Held | None:
        """Make the call. If this task is cancelled meanwhile, give the lease back that the call takes."""
        job = self.threads.submit(copy_context().run, step.call)
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            job.add_done_callback(self._give_back_taken)
            raise

    def _give_back_taken(self, job: Future[Lease | Held | None]) -> None:
        if not job.cancelled() and job.exception() is None and isinstance(lease := job.result(), Lease):
            self._give_back(Lead(lease))

    async def _in_thread[R](self, work: Callable[[], R]) -> R:
        return await in_thread(self.threads, work)


async def results_of[T](calls: Sequence[AsyncCall[T]]) -> list[T]:
    """Return the results of all these calls after one lookup. If one raises, the other computations are cancelled."""
    if not calls:
        return []
    await in_thread(calls[0].threads, partial(look_up_many, calls))
    tasks = [asyncio.ensure_future(call.result_after_lookup_async()) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def _wait(flight: Flight, seconds: float) -> None:
    """Wait for another caller of this process, in whatever thread or event loop, for so long at most."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not over.done():
            over.set_result(None)

    def wake_from_any_thread() -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(wake)

    flight.when_over(wake_from_any_thread)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await over
    finally:
        flight.forget(wake_from_any_thread)
