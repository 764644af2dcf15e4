"""One task mapped over chunks by a crew: the window, the order, and who is to blame when a worker dies."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Generic

from xlmill.exceptions import WorkersFailedError
from xlmill.execution.attempt import attempt_in_parts
from xlmill.execution.channel import Message, Tag
from xlmill.execution.crew import Crew, Worker
from xlmill.execution.outcome import C, Cause, Fault, Outcome, R, pieces
from xlmill.execution.progress import WorkerLost, WorkersBusy
from xlmill.execution.transfer import name_of, pack, pack_function, unpack

# A second chunk waits in a worker's socket while chunks are shorter than this, so that the worker need not
# wait for the supervisor. Behind a longer chunk it would be held up while other workers may be idle.
QUEUED_BELOW_SECONDS = 0.05
# And several, while they are so short that handing them over takes as long.
SHORT_SECONDS = 0.002
MOST_HELD = 8
FEW_HELD = 3
# A consumer of results that takes longer may keep workers waiting, were they not heard meanwhile.
DEAF_SECONDS = 0.0005

# A chunk that has cost its worker is cut into so many parts, which go to all workers at once: the row to blame is
# alone after two rounds, where a thousand rows were held.
PARTS = 32
# Such a part has a small share of the rows of a chunk that was in time, as a rule, so it need not get all of the time
# that a single row may take. If it does hold a row that takes that long, its rows are given it one by one.
PART_TIME_SHARE = 0.25


class _Slot(Generic[C, R]):
    """A chunk between being read and being yielded.

    `attempts` are those of a single row; a chunk that is `suspect` is a part of one that has cost its worker.
    """

    def __init__(self, number: int, chunk: C, is_suspect: bool = False, attempts: int = 0) -> None:
        self.number = number
        self.chunk = chunk
        self.attempts = attempts
        self.is_suspect = is_suspect
        self.is_waiting = True
        self.outcome: Outcome[C, R] | None = None


class Supervision(Generic[C, R]):
    """One map over a crew, from its first chunk to its last.

    With `reuses_workers` a worker takes chunk after chunk; without, each chunk has a process of its own.
    """

    def __init__(self, crew: Crew, task: Callable[[C], R], chunks: Iterable[C], reuses_workers: bool) -> None:
        self._crew = crew
        self._task = task
        self._packed_task = Message(Tag.TASK, crew.next_task(), [pack_function(task)])
        self._source = iter(chunks)
        self._is_exhausted = False
        self._reuses_workers = reuses_workers
        self._slots: list[_Slot[C, R]] = []
        self._by_number: dict[int, _Slot[C, R]] = {}
        self._numbered = 0
        self._quarantined = 0
        self._mean_seconds = 0.0
        self._has_waiting = False
        self._heard = time.monotonic()
        self._busy = 0

    def outcomes(self) -> Iterator[Outcome[C, R]]:
        """Yield the outcomes in order."""
        with self._crew.occupied():
            yield from self._outcomes()

    def _outcomes(self) -> Iterator[Outcome[C, R]]:
        for worker in self._crew.workers:
            self._install(worker)
        try:
            while True:
                self._give_out()
                if not self._slots:
                    return
                self._hear(self._patience())
                self._give_out()
                while (place := self._next_done()) is not None:
                    slot = self._slots.pop(place)
                    del self._by_number[slot.number]
                    assert slot.outcome is not None  # it is done
                    yield slot.outcome
                    if time.monotonic() - self._heard > DEAF_SECONDS:
                        self._hear(0)
                        self._give_out()
        finally:
            for worker in [worker for worker in self._crew.workers if worker.held]:
                self._crew.dismiss(worker)

    def _next_done(self) -> int | None:
        """The place of the slot whose outcome is to be yielded next, if it is there."""
        if self._crew.settings.is_ordered:
            return 0 if self._slots and self._slots[0].outcome is not None else None
        return next((place for place, slot in enumerate(self._slots) if slot.outcome is not None), None)

    def _patience(self) -> float | None:
        """Seconds to wait for what may happen, None without end."""
        if self._next_done() is not None:
            return 0
        workers = self._crew.workers
        may_recall = any(not worker.held for worker in workers) and any(self._held_up(worker) for worker in workers)
        return QUEUED_BELOW_SECONDS if may_recall else None

    # Giving out

    def _give_out(self) -> None:
        """Give every worker that has room a chunk, hiring workers as long as there is work for more."""
        if not self._crew.is_hopeless:
            self._give_to_workers()
        elif self._next_done() is None and (slot := self._next_slot()) is not None:
            self._compute_here(slot)
        self._tell_busy()

    def _give_to_workers(self) -> None:
        crew, is_short = self._crew, self._has_short_chunks()
        for worker in crew.workers:
            # Short chunks go out by the handful, to those that are nearly done with what they have.
            worker.room = MOST_HELD if is_short and len(worker.held) < FEW_HELD else 2
        while True:
            able = self._free_worker()
            if able is None and not crew.may_hire:
                break
            slot = self._next_slot() or (None if able is None or able.held else self._recalled())
            if slot is None:
                break
            if slot.attempts:
                able = self._fresh_worker()
            elif able is None or (able.held and crew.may_hire):
                able = self._hired() or able
            if able is None:
                self._has_waiting = True
                break
            self._give(able, slot)
        for worker in crew.workers:
            if worker.channel.is_sending:
                self._flush(worker)

    def _has_short_chunks(self) -> bool:
        return 0 < self._mean_seconds < SHORT_SECONDS

    def _free_worker(self) -> Worker | None:
        """Whoever can take a chunk: best one that holds none and is ready, else one that holds few."""
        best = None
        for worker in self._crew.workers:
            if not worker.held:
                if worker.is_ready and (self._reuses_workers or not worker.has_worked):
                    return worker
                if (self._reuses_workers or not worker.has_worked) and (best is None or best.held):
                    best = worker
            elif (best is None or len(best.held) > len(worker.held)) and self._can_queue(worker):
                best = worker
        return best

    def _can_queue(self, worker: Worker) -> bool:
        """Whether a chunk may wait in a worker behind others."""
        return (
            len(worker.held) < worker.room
            and self._reuses_workers
            and worker.has_worked
            and self._mean_seconds < QUEUED_BELOW_SECONDS
            # Never behind a chunk on trial: whatever it does to its worker must be its own doing.
            and not self._is_on_trial(worker)
        )

    def _is_on_trial(self, worker: Worker) -> bool:
        first = self._by_number.get(worker.held[0])
        return first is not None and first.is_suspect

    def _fresh_worker(self) -> Worker | None:
        """One for a row on trial, that no earlier chunk can have harmed; room is made for it where there is none."""
        idle = [worker for worker in self._crew.workers if not worker.held]
        fresh = next((worker for worker in idle if not worker.has_worked), None)
        if fresh is not None:
            return fresh
        if idle and not self._crew.may_hire:
            self._crew.dismiss(idle[0])
        return self._hired()

    def _hired(self) -> Worker | None:
        """One more worker, if one may be hired and can be."""
        worker = self._crew.hire() if self._crew.may_hire else None
        if worker is not None:
            self._install(worker)
        return worker

    def _next_slot(self) -> _Slot[C, R] | None:
        """A chunk that waits for a worker, if there is none a new one, if the window allows."""
        if self._has_waiting:
            for slot in self._slots:
                if slot.is_waiting:
                    return slot
            self._has_waiting = False
        if self._is_exhausted or len(self._slots) >= self._window():
            return None
        for chunk in self._source:
            slot = self._new_slot(chunk)
            self._slots.append(slot)
            return slot
        self._is_exhausted = True
        return None

    def _recalled(self) -> _Slot[C, R] | None:
        """A chunk that stands behind one that takes long, for a worker that else had nothing to do.

        The slow worker will compute it too, for what was sent cannot be taken back; its answer will be passed over.
        """
        late = time.monotonic() - QUEUED_BELOW_SECONDS
        for worker in self._crew.workers:
            held_up = self._held_up(worker)
            if held_up and worker.since <= late:
                slot = held_up[0]
                again = self._new_slot(slot.chunk, slot.is_suspect, slot.attempts)
                self._replace(slot, [again])
                return again
        return None

    def _held_up(self, worker: Worker) -> list[_Slot[C, R]]:
        """The chunks that a worker has not begun, as far as it is known here, and another may compute instead."""
        if len(worker.held) < 2 or not self._crew.settings.is_idempotent:
            return []
        behind = itertools.islice(worker.held, 1, None)
        return [self._by_number[number] for number in behind if number in self._by_number]

    def _window(self) -> int:
        settings = self._crew.settings
        return settings.chunks_in_flight * (2 if settings.window is None and self._has_short_chunks() else 1)

    def _new_slot(self, chunk: C, is_suspect: bool = False, attempts: int = 0) -> _Slot[C, R]:
        slot: _Slot[C, R] = _Slot(self._numbered, chunk, is_suspect, attempts)
        self._by_number[slot.number] = slot
        self._numbered += 1
        return slot

    def _install(self, worker: Worker) -> None:
        worker.is_ready = False
        worker.since = time.monotonic()
        worker.channel.enqueue(self._packed_task)

    def _give(self, worker: Worker, slot: _Slot[C, R]) -> None:
        try:
            parts = pack(slot.chunk)
        except Exception as error:
            problem = f"the chunk cannot be sent to a worker: {type(error).__name__}: {error}"
            self._blame(slot, Fault(Cause.UNPICKLABLE, problem, exception=error), worker.number, 0.0, 0.0)
            return
        slot.is_waiting = False
        worker.held.append(slot.number)
        if len(worker.held) == 1:
            self._time(worker)
        worker.channel.enqueue(Message(Tag.CHUNK, slot.number, parts))

    def _time(self, worker: Worker) -> None:
        """Let the time of a worker count from now, for the first of the chunks it holds."""
        worker.since = time.monotonic()
        if worker.held:
            slot = self._by_number.get(worker.held[0])
            worker.allowed = self._crew.settings.task_timeout
            if worker.allowed is not None and slot is not None and slot.is_suspect and len(slot.chunk) > 1:
                worker.allowed *= PART_TIME_SHARE

    def _flush(self, worker: Worker) -> None:
        try:
            worker.channel.flush()
        except EOFError:
            return  # it is dead; that will be heard

    def _compute_here(self, slot: _Slot[C, R]) -> None:
        """Compute in this process, which a row that has killed workers must not enter."""
        if slot.attempts or slot.is_suspect:
            problem = "its worker died, and no other could be started"
            fault = Fault(Cause.KILLED, problem, attempts=slot.attempts)
            slot.outcome = Outcome(slot.chunk, None, fault)
            slot.is_waiting = False
            return
        outcomes = attempt_in_parts(self._task, slot.chunk, self._crew.settings.is_idempotent)
        parts = [self._new_slot(outcome.chunk) for outcome in outcomes]
        for part, outcome in zip(parts, outcomes, strict=True):
            part.is_waiting = False
            part.outcome = outcome
        self._replace(slot, parts)

    # Listening

    def _hear(self, timeout: float | None) -> None:
        if self._crew.is_hopeless:
            return
        for worker, happening in self._crew.listen(timeout):
            if isinstance(happening, Fault):
                self._mourn(worker, happening)
            elif happening.tag is Tag.READY:
                # A worker says so when it has started, and again when it has a task: this task is what
                # counts.
                if happening.number == self._packed_task.number:
                    self._crew.welcome(worker)
            elif happening.tag is Tag.REFUSED:
                raise WorkersFailedError(f"a worker cannot run {name_of(self._task)}:\n{unpack(happening.parts)}")
            else:
                self._take_answer(worker, happening)
        self._heard = time.monotonic()

    def _take_answer(self, worker: Worker, message: Message) -> None:
        slot = self._by_number.get(message.number)
        worker.held.popleft()
        self._time(worker)
        worker.has_worked = True
        if slot is None:
            return  # recalled, and another's to answer
        try:
            began, ended, result, fault = unpack(message.parts)
        except Exception as error:
            problem = f"the result cannot be read: {type(error).__name__}: {error}"
            self._blame(slot, Fault(Cause.UNPICKLABLE, problem, exception=error), worker.number, 0.0, 0.0)
        else:
            self._mean_seconds += (ended - began - self._mean_seconds) / 4
            if fault is not None:
                self._blame(slot, fault, worker.number, began, ended)
            else:
                slot.outcome = Outcome(slot.chunk, result, None, worker.number, began, ended)
        if not self._reuses_workers:
            self._crew.dismiss(worker)

    def _mourn(self, worker: Worker, fault: Fault) -> None:
        """A worker is dead: what it computed is to blame, what it had not begun goes to others."""
        held = [self._by_number[number] for number in worker.held if number in self._by_number]
        for slot in held:
            slot.is_waiting = self._has_waiting = True
        if not worker.is_ready:
            held = []
        self._crew.settings.tell(WorkerLost(worker.number, fault, sum(len(slot.chunk) for slot in held)))
        # What was recalled is computed by another, and judged there.
        if held and held[0].number == worker.held[0]:
            row = worker.mark.row(held[0].number)
            self._blame(held[0], fault, worker.number, worker.since, time.monotonic(), row)

    # Blame

    def _blame(
        self, slot: _Slot[C, R], fault: Fault, worker: int, began: float, ended: float, row: int | None = None
    ) -> None:
        """Split, try again, or give up, as the fault deserves; `row` of the chunk is to blame, if that is known."""
        may_retry = self._crew.settings.is_idempotent and fault.spares_parts
        if may_retry and len(slot.chunk) > 1:
            parts, guilty = self._parts(slot.chunk, fault, row)
            self._replace(slot, parts)
            if guilty is not None:
                self._blame(guilty, fault, worker, began, ended)
            return
        slot.attempts += 1
        slot.is_suspect = True
        if may_retry and slot.attempts < fault.cause.attempts:
            slot.is_waiting = self._has_waiting = True
            return
        slot.is_waiting = False
        slot.outcome = Outcome(slot.chunk, None, replace(fault, attempts=slot.attempts), worker, began, ended)
        if fault.cause is not Cause.EXCEPTION:
            self._quarantined += 1
            limit = self._crew.settings.quarantine_limit
            if self._quarantined > limit:
                raise WorkersFailedError(f"more than {limit} rows cost their workers; the last: {fault}")

    def _parts(self, chunk: C, fault: Fault, row: int | None) -> tuple[list[_Slot[C, R]], _Slot[C, R] | None]:
        """The slots of a chunk's parts, and the one that holds the row to blame alone, if that row is known."""
        if row is None:
            # A task that raised has cost no worker, so its rows need no trial.
            is_suspect = fault.cause is not Cause.EXCEPTION
            return [self._new_slot(part, is_suspect) for part in pieces(chunk, PARTS)], None
        before, alone, behind = [], chunk, []
        if row > 0:
            head, alone = alone.cut(row)
            before = [self._new_slot(head)]
        if len(alone) > 1:
            alone, tail = alone.cut(1)
            behind = [self._new_slot(tail)]
        guilty = self._new_slot(alone, is_suspect=True)
        return [*before, guilty, *behind], guilty

    def _replace(self, slot: _Slot[C, R], parts: list[_Slot[C, R]]) -> None:
        place = self._slots.index(slot)
        self._slots[place : place + 1] = parts
        self._has_waiting = True
        del self._by_number[slot.number]

    def _tell_busy(self) -> None:
        busy = sum(1 for worker in self._crew.workers if worker.held)
        if busy != self._busy:
            self._busy = busy
            self._crew.settings.tell(WorkersBusy(busy, len(self._crew.workers)))


def await_start(crew: Crew) -> None:
    """Hire all the workers wanted and wait until each is ready. Raises WorkersFailedError if one cannot."""
    while len(crew.workers) < crew.wanted or not all(worker.is_ready for worker in crew.workers):
        while crew.may_hire and crew.hire() is not None:
            pass
        for worker, happening in crew.listen(None):
            if isinstance(happening, Fault):
                continue  # another is hired in its place
            if happening.tag is Tag.REFUSED:
                raise WorkersFailedError(f"a worker cannot start:\n{unpack(happening.parts)}")
            crew.welcome(worker)
