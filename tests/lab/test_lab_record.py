from __future__ import annotations

import json
from pathlib import Path

import pytest
from lab_records import STEADY, article_record, planner_record, record, way

from xlmill.lab.findings import READERS
from xlmill.lab.record import Record, read_record


@pytest.mark.parametrize("made", [article_record(), planner_record(), record(way("serial", STEADY))])
def test_a_record_is_read_as_it_was_written(made: Record, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(made.to_json())

    assert read_record(file) == made


def test_what_was_not_measured_is_absent() -> None:
    found = json.loads(record(way("serial", STEADY)).to_json())

    assert not {"suite", *READERS} & found.keys()
