"""Tasks over chunks of numbers, importable by any worker process."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from xlmill.execution import Items
from xlmill.execution.outcome import ChunkError

Numbers = Items[int]


def square(chunk: Numbers) -> list[int]:
    return [number * number for number in chunk.items]


def square_slowly(chunk: Numbers) -> list[int]:
    # The earlier in the input, the longer it takes: results must be put back in order.
    time.sleep(0.02 / (1 + chunk.first))
    return square(chunk)


def square_in_five_ms(chunk: Numbers) -> list[int]:
    time.sleep(0.005)
    return square(chunk)


def successor(number: int) -> int:
    return number + 1


def spin_20_ms(number: int) -> int:
    until = time.thread_time() + 0.02
    while time.thread_time() < until:
        pass
    return number


def slow_at_the_end(number: int) -> int:
    time.sleep(0.5 if number == 990 else 0.001)
    return number


def square_in_200_ms(number: int) -> int:
    time.sleep(0.2)
    return number * number


def raise_at_seven(chunk: Numbers) -> list[int]:
    if 7 in chunk.items:
        raise ValueError("seven is not welcome")
    return square(chunk)


def refuse_all(chunk: Numbers) -> list[int]:
    raise ChunkError("none of these")


def leave_at_seven(chunk: Numbers) -> list[int]:
    if 7 in chunk.items:
        sys.exit(5)
    return square(chunk)


def wait_a_little(chunk: Numbers) -> int:
    time.sleep(0.01)
    return len(chunk)


def sleep_long(chunk: Numbers) -> int:
    time.sleep(600)
    return len(chunk)


def own_pid(chunk: Numbers) -> int:
    return os.getpid()


class BadError(Exception):
    """Pickles, and then cannot be unpickled."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def read_null() -> None:
    ctypes.string_at(0)


def abort() -> None:
    os.abort()


def exit_at_once() -> None:
    os._exit(3)


def sleep_for_ever() -> None:
    time.sleep(600)


def sleep_one_second() -> None:
    time.sleep(1)


def spin_for_ever() -> None:
    while True:
        pass


def stop_for_ever() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def hoard() -> None:
    hoarded = []
    while True:
        hoarded.append(bytearray(10_000_000))


def hoard_beyond_rlimit() -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    hoarded = [bytearray(b"x" * 10_000_000) for _ in range(60)]
    time.sleep(600)
    hoarded.clear()


def raise_bad_error() -> None:
    raise BadError("one", "two")


def raise_memory_error() -> None:
    raise MemoryError


class At:
    """Squares numbers, and does `deed` when it meets one of `places`."""

    def __init__(self, deed: Callable[[], object], *places: int) -> None:
        self.deed = deed
        self.places = places

    def __call__(self, chunk: Numbers) -> list[int]:
        results = []
        for number in chunk.items:
            if number in self.places:
                self.deed()
            results.append(number * number)
        return results


class SquareOr:
    """Squares a number, and does `deed` when it is `place`."""

    def __init__(self, deed: Callable[[], object], place: int) -> None:
        self.deed = deed
        self.place = place

    def __call__(self, number: int) -> int:
        if number == self.place:
            self.deed()
        return number * number


class LockAt:
    """Squares numbers, and returns a lock, which no pickle can hold, for one of them."""

    def __init__(self, place: int) -> None:
        self.place = place

    def __call__(self, chunk: Numbers) -> list[object]:
        return [threading.Lock() if number == self.place else number * number for number in chunk.items]


class HalfMessageAt:
    """Squares numbers, and dies after `count` bytes of its answer when it meets one of `places`."""

    def __init__(self, count: int, place: int) -> None:
        self.count = count
        self.place = place

    def __call__(self, chunk: Numbers) -> list[int]:
        if self.place in chunk.items:
            from xlmill.execution.channel import Channel

            def send_half(channel: Channel) -> None:
                channel.socket.sendall(b"".join(channel._outgoing)[: self.count])
                os._exit(1)

            Channel.flush = send_half  # type: ignore[method-assign]
        return square(chunk)


class HalfReadAfter:
    """The lengths of texts; who computed the text `place` dies after `count` bytes of the chunk it is given next."""

    def __init__(self, count: int, place: int) -> None:
        self.count = count
        self.place = place

    def __call__(self, chunk: Items[str]) -> list[int]:
        if chunk.first == self.place:
            from xlmill.execution.channel import Channel

            def read_half(channel: Channel) -> None:
                left = self.count
                while left:
                    left -= len(channel.socket.recv(left))
                os._exit(1)

            Channel.get = read_half  # type: ignore[assignment, method-assign]
        return [len(text) for text in chunk.items]


class SlowlyAt(At):
    """The same, taking a while for each chunk, so that several run at the same time."""

    def __call__(self, chunk: Numbers) -> list[int]:
        time.sleep(0.05)
        return super().__call__(chunk)


class WaitsAt:
    """Squares numbers, leaving word of each in `folder`; at `place` only when there is a file `gate`."""

    def __init__(self, place: int, folder: Path) -> None:
        self.place = place
        self.folder = folder

    def __call__(self, chunk: Numbers) -> list[int]:
        deadline = time.monotonic() + 20
        while self.place in chunk.items and not (self.folder / "gate").exists():
            if time.monotonic() > deadline:
                raise TimeoutError("nobody opened the gate")
            time.sleep(0.002)
        with (self.folder / f"done-{chunk.first}").open("a") as done:
            done.write(".")
        return square(chunk)
