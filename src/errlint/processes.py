"""Files that have to be checked, shared out among processes.

Reading, gate and screens stay here; they are quick, and most files end there. What rules have to be asked about goes to other processes in
packets of neighbours, which tend to ask about the same modules. An answer depends on the files alone, so it is the same from everywhere,
and answers are taken in the order of their files.

The processes are copies of this one where the system copies processes safely; they have the plan, and all that was loaded for it. On macOS
and Windows everything is checked here: a new process would have to load all that first, and a copy of this one may not go on there.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import field, replace
from typing import TYPE_CHECKING, TypeVar

from errlint.lean import dataclass
from errlint.plan import Answer, Plan, Task

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

T = TypeVar("T")

PAYS = 1_500_000
"""Bytes of code that have to be checked, about a second of work, from which on other processes pay."""
PACKET = 200_000
"""Bytes of code that go to a process at a time."""
AHEAD = 40
"""Packets that are out at a time; more would only take up memory."""

_plan: Plan | None = None
"""Of a process that is a copy: the plan of the one that it was copied from."""


@dataclass
class _Packet:
    """Neighbouring files, and what comes back for them."""

    tasks: list[Task] = field(default_factory=list)
    size: int = 0
    future: Future[list[Answer]] | None = None

    def is_ready(self) -> bool:
        return self.future is not None and self.future.done()

    def answer(self, at: int, plan: Plan) -> Answer:
        """The answer for one of the files; asked for here, if it was not asked for elsewhere, or if a process died over it."""
        if self.future is None:
            return plan.answer(self.tasks[at])
        from concurrent.futures.process import BrokenProcessPool

        try:
            return self.future.result()[at]
        except BrokenProcessPool:
            self.future = None
            return plan.answer(self.tasks[at])


@dataclass
class _Slot:
    """The place of a file's answer among all others."""

    packet: _Packet
    at: int


def shared_out(begun: Iterable[T | Task], plan: Plan, jobs: int) -> Iterator[T | tuple[Task, Answer]]:
    """What was begun, in its order; tasks come with their answers.

    :param begun: tasks, and what needs no further work; :param jobs: how many processes may be used.
    """
    out = _Out(plan, jobs)
    waiting: deque[T | _Slot] = deque()
    try:
        for one in begun:
            waiting.append(out.take(one) if isinstance(one, Task) else one)
            while waiting and out.has_answered(waiting[0]):
                yield out.given(waiting.popleft())
        out.send()
        while waiting:
            yield out.given(waiting.popleft())
    finally:
        out.close()


class _Out:
    """Packets on their way.

    Before it is known whether other processes pay, packets are only put together.
    """

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._plan = plan
        self._jobs = jobs
        self._packets = [_Packet()]
        self._seen = 0
        self._pool: ProcessPoolExecutor | None = None
        self._away: deque[_Packet] = deque()

    def take(self, task: Task) -> _Slot:
        """Put a file into a packet."""
        packet = self._packets[-1]
        packet.tasks.append(task)
        packet.size += len(task.raw)
        self._seen += len(task.raw)
        slot = _Slot(packet, len(packet.tasks) - 1)
        if packet.size >= PACKET:
            if self._pool is not None or self._seen >= PAYS:
                self._pool = self._pool or _copies(self._plan, self._jobs)
                self.send()
            self._packets.append(_Packet())
        return slot

    def send(self) -> None:
        """Send off all packets, if there is anybody to send them to."""
        if self._pool is not None:
            for packet in self._packets:
                packet.future = self._pool.submit(_answers, packet.tasks)
                self._away.append(packet)
            self._packets.clear()

    def has_answered(self, one: object) -> bool:
        """Whether something can be given without waiting, or has to be waited for since too much is away."""
        return not isinstance(one, _Slot) or one.packet.is_ready() or (one.packet.future is not None and self._is_too_much_away())

    def _is_too_much_away(self) -> bool:
        while self._away and self._away[0].is_ready():
            self._away.popleft()
        return len(self._away) > AHEAD

    def given(self, one: T | _Slot) -> T | tuple[Task, Answer]:
        """What was begun, or the task with its answer."""
        return (one.packet.tasks[one.at], one.packet.answer(one.at, self._plan)) if isinstance(one, _Slot) else one

    def close(self) -> None:
        """Nobody waits for answers any more."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _copies(plan: Plan, jobs: int) -> ProcessPoolExecutor:
    """Processes that know what this one does."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # what rules need is loaded once, before there are copies
    from errlint import bare, source  # noqa: F401
    from errlint.semantics.project import modules  # noqa: F401

    global _plan  # noqa: PLW0603 -- copies cannot be handed anything: a plan is no data
    _plan = plan
    return ProcessPoolExecutor(jobs, get_context("fork"), _begin)


def _begin() -> None:
    """A copy ends when it is interrupted, and with the process that it was copied from, without a word about either."""
    import threading
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def _answers(tasks: list[Task]) -> list[Answer]:
    assert _plan is not None, "only copies are asked"
    return [replace(_plan.answer(task), news=_plan.news_of(task)) for task in tasks]
