"""Messages between a worker and its supervisor, over one socket of their own.

A message is a header, the lengths of its buffers, a body and the buffers. Whatever ends in the middle of a
message is a death, told as EOFError. The supervisor's end never blocks: it can neither be held up by a worker
that stopped reading, nor by one that stopped in the middle of a message.
"""

from __future__ import annotations

import contextlib
import enum
import socket
import struct
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from xlmill.execution.transfer import Part

HEADER = struct.Struct("!BQQI")  # tag, number, bytes in the body, buffers after it

# Below this, copying a message together costs less than another system call.
JOINED_BYTES = 1 << 16


class Tag(enum.IntEnum):
    """What a message is about."""

    TASK = 1  # to the worker: the function to run from now on
    CHUNK = 2  # to the worker: a chunk for it
    READY = 3  # from the worker: it has started, or taken the task
    ANSWER = 4  # from the worker: what became of a chunk
    REFUSED = 5  # from the worker: it cannot start, or cannot load the task, and why


@dataclass(frozen=True, slots=True)
class Message:
    """A message; `number` says which chunk it is about, `parts` is what `transfer.pack` gave."""

    tag: Tag
    number: int = 0
    parts: Sequence[Part] = (b"",)


class Channel:
    """One end of the socket between a worker and its supervisor.

    `is_receiving` says that a part of a message has come and not all of it.
    """

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self.is_receiving = False
        self._outgoing: deque[memoryview] = deque()
        self._incoming = self._read()
        self._is_between = True  # messages: nothing of the next has been taken
        self._room = memoryview(bytearray(JOINED_BYTES))
        self._received = self._room[:0]  # what was read and belongs to messages not yet given

    @property
    def is_sending(self) -> bool:
        """Whether something of what was put has not been sent."""
        return bool(self._outgoing)

    def put(self, message: Message) -> None:
        """Send `message`, or as much of it as the other end takes now; `flush` sends the rest."""
        self.enqueue(message)
        self.flush()

    def enqueue(self, message: Message) -> None:
        """Let `message` be sent by the next `flush`."""
        if len(message.parts) == 1 and len(body := message.parts[0]) < JOINED_BYTES:
            self._outgoing.append(memoryview(HEADER.pack(message.tag, message.number, len(body), 0) + body))
            return
        body, *buffers = message.parts
        sizes = [memoryview(buffer).nbytes for buffer in buffers]
        size = memoryview(body).nbytes
        head = HEADER.pack(message.tag, message.number, size, len(buffers))
        head += struct.pack(f"!{len(sizes)}Q", *sizes)
        if size < JOINED_BYTES:
            self._outgoing.append(memoryview(head + body))
        else:
            self._outgoing += (memoryview(head), memoryview(body))
        self._outgoing += (memoryview(buffer) for buffer, size in zip(buffers, sizes, strict=True) if size)

    def flush(self) -> None:
        """Send what is left to send; raises EOFError if nobody will read it."""
        while self._outgoing:
            rest = self._next_to_send()
            try:
                sent = self.socket.send(rest)
            except BlockingIOError:
                return
            except OSError as error:
                self._outgoing.clear()
                raise EOFError from error
            if sent == rest.nbytes:
                self._outgoing.popleft()
            else:
                self._outgoing[0] = rest[sent:]

    def _next_to_send(self) -> memoryview:
        """The first of what is to be sent, short messages made one."""
        joined: list[memoryview] = []
        size = 0
        while self._outgoing and size + self._outgoing[0].nbytes < JOINED_BYTES:
            joined.append(self._outgoing.popleft())
            size += joined[-1].nbytes
        if joined:
            self._outgoing.appendleft(joined[0] if len(joined) == 1 else memoryview(b"".join(joined)))
        return self._outgoing[0]

    def get(self) -> Message | None:
        """The next message, or None if it is not all here yet; raises EOFError at the end."""
        message = self._at_hand() if self._is_between else None
        if message is None:
            message = next(self._incoming)
            self._is_between = message is not None
        return message

    def _at_hand(self) -> Message | None:
        """The next message, if all of it has been read with the one before it: the quick way for short ones."""
        received = self._received
        if received.nbytes < HEADER.size:
            return None
        tag, number, size, count = HEADER.unpack_from(received)
        end = HEADER.size + size
        if count or received.nbytes < end:
            return None
        self._received = received[end:]
        self.is_receiving = bool(self._received)
        return Message(Tag(tag), number, (bytes(received[HEADER.size : end]),))

    def close(self) -> None:
        """End the conversation."""
        hang_up(self.socket)

    def _read(self) -> Generator[Message | None, None, None]:
        while True:
            header = yield from self._exactly(HEADER.size)
            tag, number, size, count = HEADER.unpack(header)
            lengths = (yield from self._exactly(8 * count)) if count else b""
            parts: list[Part] = [(yield from self._exactly(size))]
            for length in struct.unpack(f"!{count}Q", lengths):
                parts.append((yield from self._exactly(length)))  # noqa: PERF401 (no yield in comprehensions)
            self.is_receiving = bool(self._received)
            yield Message(Tag(tag), number, parts)

    def _exactly(self, size: int) -> Generator[None, None, bytearray]:
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            if self._received:
                count = min(rest.nbytes, self._received.nbytes)
                rest[:count] = self._received[:count]
                self._received = self._received[count:]
            elif rest.nbytes < JOINED_BYTES:
                # What follows is read with it, if it is there already.
                count = yield from self._receive(self._room)
                self._received = self._room[:count]
                continue
            else:
                count = yield from self._receive(rest)
            rest = rest[count:]
        return data

    def _receive(self, room: memoryview) -> Generator[None, None, int]:
        was_reset = False
        while True:
            try:
                count = self.socket.recv_into(room)
            except BlockingIOError:
                yield None
                continue
            except ConnectionResetError as error:
                # Told once, when the other end died with messages unread; what it had sent is still to be
                # read.
                if was_reset:
                    raise EOFError from error
                was_reset = True
                continue
            except OSError as error:
                raise EOFError from error
            if count == 0:
                raise EOFError("the other end closed the channel")
            self.is_receiving = True
            return count


def hang_up(end: socket.socket) -> None:
    """Close a socket, and let the other end know it even if a forked process holds a copy of this one."""
    with contextlib.suppress(OSError):  # the other end may be gone already
        end.shutdown(socket.SHUT_RDWR)
    end.close()
