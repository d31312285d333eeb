"""Each reader of live records has its own queue: a slow one loses records, is told how many, and delays nobody."""

from __future__ import annotations

import threading

from brine_cli.live.hub import Hub, Lost, Mailbox


def test_a_reader_gets_what_is_published_after_it_subscribed() -> None:
    hub: Hub[int] = Hub()
    hub.publish(1)
    with hub.subscribed() as mailbox:
        hub.publish(2)
        assert (mailbox.get(0), mailbox.get(0)) == (2, None)


def test_a_late_reader_may_have_the_last_records() -> None:
    hub: Hub[int] = Hub(recent=3)
    for number in range(5):
        hub.publish(number)
    with hub.subscribed(recent=2) as two, hub.subscribed(recent=99) as all_kept, hub.subscribed(recent=0) as none:
        assert [two.get(0), two.get(0), two.get(0)] == [3, 4, None]
        assert [all_kept.get(0) for _ in range(4)] == [2, 3, 4, None]
        assert none.get(0) is None


def test_a_slow_reader_is_told_how_many_it_lost_and_where() -> None:
    mailbox: Mailbox[str] = Mailbox(limit=2)
    assert [mailbox.put(item) for item in "abcd"] == [True, True, False, False]
    assert mailbox.get(0) == "a"
    assert mailbox.put("e") is True
    assert [mailbox.get(0) for _ in range(4)] == ["b", Lost(2), "e", None]


def test_a_loss_is_told_even_if_nothing_comes_after_it() -> None:
    mailbox: Mailbox[str] = Mailbox(limit=1)
    mailbox.put("a")
    mailbox.put("b")
    assert [mailbox.get(0) for _ in range(3)] == ["a", Lost(1), None]


def test_a_closed_hub_ends_its_readers_after_their_last_record() -> None:
    hub: Hub[int] = Hub()
    with hub.subscribed() as mailbox:
        hub.publish(1)
        hub.close()
        assert (mailbox.get(), mailbox.get(), mailbox.is_closed) == (1, None, True)
    with hub.subscribed() as late:
        assert late.get() is None


def test_a_writer_that_may_wait_gets_room_from_the_reader() -> None:
    mailbox: Mailbox[int] = Mailbox(limit=1)
    mailbox.put(1)
    added: list[bool] = []
    writer = threading.Thread(target=lambda: added.append(mailbox.put(2, timeout=30)))
    writer.start()
    assert mailbox.get(30) == 1
    assert mailbox.get(30) == 2
    writer.join()
    assert added == [True]


def test_every_record_of_many_threads_is_read_or_counted_as_lost_by_every_reader_in_the_same_order() -> None:
    hub: Hub[tuple[int, int]] = Hub()
    readers: list[list[tuple[int, int] | Lost]] = [[], [], []]
    begun = threading.Barrier(len(readers) + 1)

    def read(into: list[tuple[int, int] | Lost], limit: int) -> None:
        with hub.subscribed(limit=limit) as mailbox:
            begun.wait()
            while (item := mailbox.get()) is not None:
                into.append(item)

    reading = [
        threading.Thread(target=read, args=(into, limit))
        for into, limit in zip(readers, (10_000, 10_000, 7), strict=True)
    ]
    for thread in reading:
        thread.start()
    begun.wait()

    def write(writer: int) -> None:
        for number in range(500):
            hub.publish((writer, number))

    writing = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in writing:
        thread.start()
    for thread in writing:
        thread.join()
    hub.close()
    for thread in reading:
        thread.join()
    fast, other, slow = readers
    assert fast == other
    assert len(fast) == 4_000
    got = [item for item in slow if not isinstance(item, Lost)]
    assert len(got) + sum(item.count for item in slow if isinstance(item, Lost)) == 4_000
    assert got == [item for item in fast if item in set(got)]
