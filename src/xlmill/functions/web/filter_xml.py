"""FILTERXML: parts of an XML text, by an XPath."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from xlmill.functions.parameter import Text
from xlmill.functions.registry import function
from xlmill.functions.xpath_cost import most_visits
from xlmill.values.column import Column
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import column_from_python

if TYPE_CHECKING:
    from lxml import etree

# Of nodes; a second or two of work at worst. A table of all pairs among 8,000 nodes stays below.
_MOST_VISITS = 100_000_000

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@function("FILTERXML")
def filterxml(xml: Text, xpath: Text) -> Column:
    """FILTERXML(xml, xpath): what an XPath finds in an XML text; of several nodes a column of their texts.

    The XPath is one of version 1.0; prefixes are those declared in the outermost element. Blanks around a text are
    left out, and what looks like a number is one.

    Arrays: elementwise.
    Errors: #VALUE! for what is no XML, for XML with a DOCTYPE, for what is no XPath, uses an undeclared prefix or
    gives something other than nodes, and where nothing is found.
    Differs: an XPath that might visit more than 100 million nodes is #VALUE!. Only plain numbers become numbers.
    Source: Microsoft Support, "FILTERXML function".

    =FILTERXML("<a><b>one</b><b>2</b></a>","//b")  -> {"one";2}
    =FILTERXML("<a><b id='7'>one</b></a>","/a/b/@id")  -> 7
    =FILTERXML("<t><s>"&SUBSTITUTE("x|y|z","|","</s><s>")&"</s></t>","//s[last()]")  -> "z"
    =FILTERXML("<a/>","//b")  -> #VALUE!
    =FILTERXML("<a>","//a")  -> #VALUE!
    """
    found = [_found(one, path) for one, path in zip(xml.to_strings(), xpath.to_strings(), strict=True)]
    return column_from_python(found)


def _found(xml: str, xpath: str) -> Any:
    from lxml import etree

    # Entities could read files, reach the network or multiply without end; Excel's parser refuses them too.
    if "<!DOCTYPE" in xml or most_visits(xpath, xml.count("<") + xml.count("=")) > _MOST_VISITS:
        return ExcelError.VALUE
    try:
        root = etree.fromstring(xml.encode(), _parser())
        prefixes = tuple((prefix, name) for prefix, name in root.nsmap.items() if prefix is not None)
        nodes = _compiled(xpath, prefixes)(root)
    except (etree.XMLSyntaxError, etree.XPathError, ValueError):  # a NUL, or half of a surrogate pair
        return ExcelError.VALUE
    if not isinstance(nodes, list) or not nodes:
        return ExcelError.VALUE
    values = [_value(node if isinstance(node, str) else "".join(node.itertext())) for node in nodes]
    return values[0] if len(values) == 1 else [[value] for value in values]


def _parser() -> etree.XMLParser:
    from lxml import etree

    return etree.XMLParser(
        encoding="utf-8",  # whatever the text says of itself: it was decoded already
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


@lru_cache(maxsize=1024)
def _compiled(xpath: str, prefixes: tuple[tuple[str, str], ...]) -> etree.XPath:
    """An XPath without extensions: libxml2's own functions only."""
    from lxml import etree

    return etree.XPath(xpath, namespaces=dict(prefixes), regexp=False, smart_strings=False)


def _value(text: str) -> float | str:
    text = text.strip()
    if _NUMBER.fullmatch(text) is None:
        return text
    number = float(text)
    return number if abs(number) < float("inf") else text
