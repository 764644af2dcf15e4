"""Rows of texts from a Python list."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from xlmill.exceptions import InputError
from xlmill.execution.outcome import ChunkError
from xlmill.io.arrow_buffers import strings_to_arrow
from xlmill.io.batches import BATCH_BYTES
from xlmill.mill.workload import Chunk

if TYPE_CHECKING:
    import pyarrow as pa

# So many texts are looked at to tell how long the others are.
_LENGTHS_SEEN = 200


class NoTextError(ChunkError, InputError):
    """Something in the list is no text."""


class TextChunk(Chunk):
    """Rows of texts, a part of a list, that become Arrow where they are evaluated: by threads, each its own.

    Copied beforehand, by the one thread that hands out chunks, they would keep the others waiting for the GIL.
    """

    __slots__ = ("begin", "column", "end", "texts")

    column: str
    texts: Sequence[Any]
    begin: int
    end: int

    def __init__(self, first_row: int, column: str, texts: Sequence[Any], begin: int, end: int) -> None:
        given = {"first_row": first_row, "column": column, "texts": texts, "begin": begin, "end": end}
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return self.end - self.begin

    @property
    def batch(self) -> pa.RecordBatch:
        """The rows as a batch of one column. Raises NoTextError."""
        import pyarrow as pa

        texts = text_array(self.texts[self.begin : self.end], self.first_row)
        return pa.RecordBatch.from_arrays([texts], names=[self.column])

    @property
    def nbytes(self) -> int:
        """The size of the texts, about."""
        return _size(self.texts, self.begin, self.end)

    def cut(self, rows: int) -> tuple[Chunk, Chunk]:
        """The first `rows` rows and the rest."""
        middle = self.begin + rows
        head = TextChunk(self.first_row, self.column, self.texts, self.begin, middle)
        return head, TextChunk(self.first_row + rows, self.column, self.texts, middle, self.end)

    def __reduce__(self) -> tuple[type[Chunk], tuple[int, pa.RecordBatch]]:
        return Chunk, (self.first_row, self.batch)


def text_chunks(texts: Iterable[Any], column: str, chunk_rows: int) -> Iterator[TextChunk]:
    """Texts in chunks of `chunk_rows`, of fewer where these are longer than BATCH_BYTES in all likelihood."""
    if isinstance(texts, list | tuple):
        yield from _chunks_of(texts, 0, column, chunk_rows)
        return
    source = iter(texts)
    at = 0
    while some := list(itertools.islice(source, chunk_rows)):
        yield from _chunks_of(some, at, column, chunk_rows)
        at += len(some)


def _chunks_of(texts: Sequence[Any], first_row: int, column: str, chunk_rows: int) -> Iterator[TextChunk]:
    for at in range(0, len(texts), chunk_rows):
        end = min(at + chunk_rows, len(texts))
        rows = -(-(end - at) // (1 + _size(texts, at, end) // BATCH_BYTES))
        for begin in range(at, end, rows):
            yield TextChunk(first_row + begin, column, texts, begin, min(begin + rows, end))


def _size(texts: Sequence[Any], begin: int, end: int) -> int:
    """The size of some texts, by the length of a few of them."""
    some = texts[begin : end : 1 + (end - begin) // _LENGTHS_SEEN]
    return sum(len(text) for text in some if isinstance(text, str)) * (end - begin) // max(1, len(some))


def text_array(texts: Sequence[Any], first_row: int = 0) -> pa.Array:
    """Texts as an Arrow array, None as an empty text. Raises NoTextError, which names the row."""
    try:
        return strings_to_arrow(texts)
    except UnicodeEncodeError:
        raise NoTextError("an expression holds half of a surrogate pair, which is no text") from None
    except TypeError:
        wrong = next((i for i, text in enumerate(texts) if not (text is None or isinstance(text, str))), None)
        if wrong is not None:
            raise NoTextError(f"expression {first_row + wrong} is no text: {texts[wrong]!r}") from None
    return strings_to_arrow([text or "" for text in texts])
