from __future__ import annotations

from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.functions.xpath_cost import most_visits

VALUE = xl.ExcelError("#VALUE!")

XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<shop xmlns:m="urn:money"><!-- a comment -->
  <item id="1"><name>Tür</name><m:price>2.50</m:price></item>
  <item id="2"><name> lamp </name><m:price>-1e2</m:price><note/></item>
</shop>"""


def found(xpath: str, xml: str = XML) -> Any:
    return xl.evaluate("=FILTERXML(xml,path)", names={"xml": xml, "path": xpath})


@pytest.mark.parametrize(
    ("xpath", "value"),
    [
        ("//name", [["Tür"], ["lamp"]]),
        ("/shop/item[1]/name", "Tür"),
        ("//item/@id", [[1.0], [2.0]]),
        ("//m:price", [[2.5], [-100.0]]),
        ("//item[m:price<0]/name", "lamp"),
        ("//item[last()]/name/text()", "lamp"),
        ("//item[count(*)=2]/@id", 1.0),
        ("//note", ""),
        ("//name[contains(.,'am')]", "lamp"),
        ("//*[local-name()='price'][1]", [[2.5], [-100.0]]),
        ("//item[not(preceding::item)]/@id", 1.0),
    ],
)
def test_an_xpath_gives_the_nodes_that_it_finds(xpath: str, value: object) -> None:
    assert found(xpath) == value


@pytest.mark.parametrize(
    "xpath",
    [
        "//nothing",
        "count(//item)",
        "'text'",
        "1=1",
        "//x:price",
        "//item[",
        "",
        "//item[foo()]",
        "document('x')",
        "re:test('a','a')",
        "(" * 20_000,
        "//item" + "[1" * 9_000 + "]" * 9_000,
        "//item[\0]",
    ],
)
def test_what_gives_no_nodes_is_a_value_error(xpath: str) -> None:
    assert found(xpath) is VALUE


@pytest.mark.parametrize(
    "xml",
    ["", "text", "<a>", "<a></b>", "<a/><b/>", "<a>&nothing;</a>", "<x:a/>", "<a>\x01</a>", "<a b=1/>", "<a>" * 5_000],
)
def test_what_is_no_xml_is_a_value_error(xml: str) -> None:
    assert found("//*", xml) is VALUE


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "x">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY a SYSTEM "http://127.0.0.1:9/">',
        '<!ENTITY b "xxxxxxxxxx">' + "".join(f'<!ENTITY {a} "{f"&{b};" * 10}">' for b, a in pairwise("bcdefgha")),
    ],
)
def test_entities_are_refused(declared: str) -> None:
    assert found("//*", f"<!DOCTYPE r [{declared}]><r>&a;</r>") is VALUE
    assert found("//@x", f'<!DOCTYPE r [{declared}]><r x="&a;"/>') is VALUE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("007", 7.0),
        (" 1.5 ", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1e999", "1e999"),
        ("1,5", "1,5"),
        ("٣", "٣"),
        ("TRUE", "TRUE"),
        ("2026-01-31", "2026-01-31"),
        ("0x1", "0x1"),
        ("nan", "nan"),
    ],
)
def test_plain_numbers_become_numbers(text: str, value: object) -> None:
    assert found("/a", f"<a>{text}</a>") == value


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20), min_size=2))
def test_a_list_of_texts_comes_back(texts: list[str]) -> None:
    xml = "<t>" + "".join(f"<s>{escape(text)}</s>" for text in texts) + "</t>"
    values = found("//s", xml) if len(xml) < 32_000 else None

    if values is not None:
        assert [row[0] for row in values] == [found("/s", f"<s>{escape(text)}</s>") for text in texts]


@pytest.mark.parametrize(
    "xpath",
    [
        "//*/preceding::*",
        "//*[//*[//*]]",
        "//*[count(//*[count(//*)>1])>1]",
        "//*|" * 3_000 + "//*",
        "//*[count(/descendant::*[preceding::*[.='x']])>0]",
    ],
)
def test_an_xpath_that_would_take_for_ever_is_refused_before_it_runs(xpath: str) -> None:
    assert found(xpath, "<t>" + "<s/>" * 8_000 + "</t>") is VALUE


@pytest.mark.parametrize("xpath", ["//s[not(preceding::*=.)]", "//s[position() mod 2=1]", "//s[following::*=.]"])
def test_the_usual_xpaths_run_over_as_much_as_a_cell_holds(xpath: str) -> None:
    assert most_visits(xpath, 8_190) <= 100_000_000


def test_brackets_in_a_text_are_no_predicates() -> None:
    assert most_visits("//s[.='[[//]]']", 100) == most_visits("//s[.='']", 100)
