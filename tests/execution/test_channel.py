"""Messages over a socket, whole or not at all."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlmill.execution.channel import Channel, Message, Tag


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    yield Channel(ours), Channel(theirs)
    ours.close()
    theirs.close()


def pump(sender: Channel, receiver: Channel) -> Message:
    while (message := receiver.get()) is None:
        sender.flush()
    return message


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(st.integers(0, 2**64 - 1), st.lists(st.binary(max_size=1000), min_size=1, max_size=6))
def test_a_message_arrives_as_it_was_sent(ends: tuple[Channel, Channel], number: int, parts: list[bytes]) -> None:
    sender, receiver = ends

    sender.put(Message(Tag.CHUNK, number, parts))

    message = pump(sender, receiver)
    assert (message.tag, message.number, [bytes(part) for part in message.parts]) == (Tag.CHUNK, number, parts)
    assert not sender.is_sending
    assert not receiver.is_receiving


def test_a_sender_is_not_held_up_by_a_reader_that_does_not_read(ends: tuple[Channel, Channel]) -> None:
    sender, receiver = ends
    large = bytes(10_000_000)

    sender.put(Message(Tag.ANSWER, 1, [large, large]))

    assert sender.is_sending
    assert [len(part) for part in pump(sender, receiver).parts] == [10_000_000, 10_000_000]


def test_an_end_within_a_message_is_told_at_every_byte() -> None:
    whole = _bytes_of(Message(Tag.ANSWER, 7, [b"body", b"buffer"]))
    for count in range(len(whole)):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(whole[:count])
            theirs.close()
            with pytest.raises(EOFError):
                Channel(ours).get()


def test_what_was_sent_before_a_reset_is_still_read(ends: tuple[Channel, Channel]) -> None:
    ours, theirs = ends
    ours.put(Message(Tag.CHUNK, 1))
    theirs.put(Message(Tag.ANSWER, 2))
    theirs.socket.close()  # with a message unread, which the kernel tells as a reset

    answer = ours.get()

    assert answer is not None
    assert answer.number == 2
    with pytest.raises(EOFError):
        ours.get()


def _bytes_of(message: Message) -> bytes:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Channel(ours).put(message)
        return theirs.recv(10_000)
