from __future__ import annotations

import json

import pytest

from xlmill.functions.registry import functions

from .conftest import Arguments


def test_the_catalogue_has_every_function_with_a_signature_and_a_summary(xlmill_here: Arguments) -> None:
    listed = json.loads(xlmill_here("functions", "--json").out)

    assert [each["name"] for each in listed] == sorted(name for name in functions() if name[0].isalpha())
    for each in listed:
        assert each["signature"].startswith(each["name"] + "(") and each["summary"], each
        assert each["status"] in ("exact", "opt-in", "offline")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("round", ["ROUND"]),
        ("roundu", ["ROUNDUP"]),
        ("ROUND?*", ["ROUNDDOWN", "ROUNDUP"]),
        ("i?error", ["IFERROR"]),
    ],
)
def test_a_pattern_picks_functions(pattern: str, names: list[str], xlmill_here: Arguments) -> None:
    listed = json.loads(xlmill_here("functions", pattern, "--json").out)

    assert [each["name"] for each in listed if each["name"] != "ISERROR"] == names


def test_a_category_is_a_pattern_too(xlmill_here: Arguments) -> None:
    listed = json.loads(xlmill_here("functions", "dynamic_array", "--json").out)

    assert {"FILTER", "SORT"} <= {each["name"] for each in listed}
    assert {each["category"] for each in listed} == {"dynamic_array"}


def test_a_whole_name_gives_the_whole_documentation(xlmill_here: Arguments) -> None:
    done = xlmill_here("functions", "round")

    assert done.out.startswith(functions()["ROUND"].documentation)


def test_in_a_pipe_every_function_is_one_line(xlmill_here: Arguments) -> None:
    lines = xlmill_here("functions", "math*").out.splitlines()

    count = sum(entry.category.startswith("math") for entry in functions().values())
    assert len(lines) == count + 1


def test_what_matches_nothing_is_told(xlmill_here: Arguments) -> None:
    done = xlmill_here("functions", "NOSUCHTHING")

    assert (done.status, done.out) == (2, "")
    assert done.err == "xlmill: no function matches 'NOSUCHTHING'; `xlmill functions` lists all\n"
