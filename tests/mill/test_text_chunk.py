from __future__ import annotations

import pickle

import pytest

from xlmill.exceptions import InputError
from xlmill.io import batches
from xlmill.mill import text_chunk
from xlmill.mill.many import evaluate_many
from xlmill.mill.text_chunk import text_chunks
from xlmill.mill.workload import Chunk


def texts_of(chunk: Chunk) -> list[str]:
    return chunk.batch.column(0).to_pylist()


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 10, 99])
def test_a_list_and_a_generator_are_cut_alike(rows: int) -> None:
    texts = [f"={n}" for n in range(10)]

    of_list, of_generator = list(text_chunks(texts, "e", rows)), list(text_chunks(iter(texts), "e", rows))

    assert [chunk.first_row for chunk in of_list] == [chunk.first_row for chunk in of_generator]
    assert [text for chunk in of_list for text in texts_of(chunk)] == texts
    assert list(map(texts_of, of_list)) == list(map(texts_of, of_generator))


def test_long_texts_make_short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_chunk, "BATCH_BYTES", 100)
    assert batches.BATCH_BYTES > 100

    chunks = list(text_chunks(["=" + "1" * 49] * 10, "e", 10))

    assert [len(chunk) for chunk in chunks] == [2, 2, 2, 2, 2]


def test_a_chunk_is_cut_and_travels_as_rows() -> None:
    [chunk] = text_chunks(["=1", None, "=3"], "e", 10)

    head, rest = chunk.cut(1)
    arrived = pickle.loads(pickle.dumps(rest))

    assert texts_of(head) == ["=1"]
    assert (type(arrived), arrived.first_row, texts_of(arrived)) == (Chunk, 1, ["", "=3"])


@pytest.mark.parametrize("strategy", ["serial", "threads", "pool", "auto"])
def test_what_is_no_text_is_named_by_its_row(strategy: str) -> None:
    with pytest.raises(InputError, match="expression 40000 is no text: 5"):
        evaluate_many(["=1"] * 40_000 + [5], strategy=strategy)
    with pytest.raises(InputError, match="half of a surrogate pair"):
        evaluate_many(["=1", "\ud800"], strategy=strategy)


def test_one_text_is_no_list_of_texts() -> None:
    with pytest.raises(InputError, match="not str"):
        evaluate_many("=1+2")
