"""Functions that need Microsoft's servers or a host application: each gives the error that Excel gives offline."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Scalar, Text, TextEach, ValueEach, Whole, WholeEach, optional
from xlmill.functions.registry import Status, function
from xlmill.values.column import Column, errors_column
from xlmill.values.error_value import ExcelError


def _unavailable(error: ExcelError, first: Text | Column) -> Column:
    """The error, for as many rows as an argument has."""
    return errors_column(np.full(len(first), error.code))


@function("CUBEKPIMEMBER", status=Status.OFFLINE)
def cubekpimember(
    connection: Text, kpi_name: Text, kpi_property: Scalar, caption: Text | None = optional(None)
) -> Column:
    """CUBEKPIMEMBER(connection, kpi_name, kpi_property, [caption]): a key performance indicator of a cube.

    Errors: #NAME?, since there is no cube to connect to.
    Source: Microsoft Support, "CUBEKPIMEMBER function".

    =CUBEKPIMEMBER("cube","profit",1)  -> #NAME?
    """
    return _unavailable(ExcelError.NAME, connection)


@function("CUBEMEMBER", status=Status.OFFLINE)
def cubemember(connection: Text, member_expression: Scalar, caption: Text | None = optional(None)) -> Column:
    """CUBEMEMBER(connection, member_expression, [caption]): a member of a cube.

    Errors: #NAME?, since there is no cube to connect to.
    Source: Microsoft Support, "CUBEMEMBER function".

    =CUBEMEMBER("cube","[Time].[2026]")  -> #NAME?
    """
    return _unavailable(ExcelError.NAME, connection)


@function("CUBEMEMBERPROPERTY", status=Status.OFFLINE)
def cubememberproperty(connection: Text, member_expression: Text, property_: Text) -> Column:
    """CUBEMEMBERPROPERTY(connection, member_expression, property): a property of a member of a cube.

    Errors: #NAME?, since there is no cube to connect to.
    Source: Microsoft Support, "CUBEMEMBERPROPERTY function".

    =CUBEMEMBERPROPERTY("cube","[Shop].[1]","City")  -> #NAME?
    """
    return _unavailable(ExcelError.NAME, connection)


@function("CUBERANKEDMEMBER", status=Status.OFFLINE)
def cuberankedmember(
    connection: Text, set_expression: Scalar, rank: Scalar, caption: Text | None = optional(None)
) -> Column:
    """CUBERANKEDMEMBER(connection, set_expression, rank, [caption]): the member at a rank in a set.

    Errors: #NAME?, since there is no cube to connect to.
    Source: Microsoft Support, "CUBERANKEDMEMBER function".

    =CUBERANKEDMEMBER("cube","[Shop].children",1)  -> #NAME?
    """
    return _unavailable(ExcelError.NAME, connection)


@function("CUBESET", status=Status.OFFLINE)
def cubeset(
    connection: Text,
    set_expression: Scalar,
    caption: Text | None = optional(None),
    sort_order: Scalar | None = optional(None),
    sort_by: Text | None = optional(None),
) -> Column:
    """CUBESET(connection, set_expression, [caption], [sort_order], [sort_by]): a set of members of a cube.

    Errors: #NAME?, since there is no cube to connect to.
    Source: Microsoft Support, "CUBESET function".

    =CUBESET("cube","[Shop].children")  -> #NAME?
    """
    return _unavailable(ExcelError.NAME, connection)


@function("CUBESETCOUNT", status=Status.OFFLINE)
def cubesetcount(set_: Scalar) -> Column:
    """CUBESETCOUNT(set): how many members a set has.

    Errors: #VALUE!, since what no CUBESET has made is no set.
    Source: Microsoft Support, "CUBESETCOUNT function".

    =CUBESETCOUNT("[Shop].children")  -> #VALUE!
    """
    return _unavailable(ExcelError.VALUE, set_)


@function("CUBEVALUE", status=Status.OFFLINE)
def cubevalue(connection: Text, *member_expression: TextEach) -> Column:
    """CUBEVALUE(connection, [member_expression], ...): a value of a cube.

    Errors: #NAME?, since there is no cube to connect to.
    Source: Microsoft Support, "CUBEVALUE function".

    =CUBEVALUE("cube","[Time].[2026]")  -> #NAME?
    """
    return _unavailable(ExcelError.NAME, connection)


@function("GETPIVOTDATA", status=Status.OFFLINE)
def getpivotdata(data_field: Text, pivot_table: Whole, *fields_and_items: ValueEach) -> Column:
    """GETPIVOTDATA(data_field, pivot_table, [field1, item1], ...): a value that a PivotTable shows.

    Errors: #REF!, since there are no PivotTables.
    Source: Microsoft Support, "GETPIVOTDATA function".

    =GETPIVOTDATA("Sales",A1,"Region","north")  -> #REF!
    """
    return _unavailable(ExcelError.REF, data_field)


@function("RTD", status=Status.OFFLINE)
def rtd(prog_id: Text, server: Text, *topic: TextEach) -> Column:
    """RTD(prog_id, server, topic1, ...): a value from a real-time data server.

    Errors: #N/A, since there is no such server.
    Source: Microsoft Support, "RTD function".

    =RTD("feed","","price")  -> #N/A
    """
    return _unavailable(ExcelError.NA, prog_id)


@function("STOCKHISTORY", status=Status.OFFLINE)
def stockhistory(
    stock: Text,
    start_date: Scalar,
    end_date: Scalar | None = optional(None),
    interval: Scalar | None = optional(None),
    headers: Scalar | None = optional(None),
    *properties: ValueEach,
) -> Column:
    """STOCKHISTORY(stock, start_date, [end_date], [interval], [headers], [properties], ...): the prices of a stock.

    Errors: #CONNECT!, since they are kept by a server of Microsoft.
    Source: Microsoft Support, "STOCKHISTORY function".

    =STOCKHISTORY("MSFT",46000)  -> #CONNECT!
    """
    return _unavailable(ExcelError.CONNECT, stock)


@function("FIELDVALUE", status=Status.OFFLINE)
def fieldvalue(value: Scalar, field_name: Text) -> Column:
    """FIELDVALUE(value, field_name): a field of a linked data type.

    Errors: #FIELD!, since only a server of Microsoft makes values with fields.
    Source: Microsoft Support, "FIELDVALUE function".

    =FIELDVALUE("MSFT","Price")  -> #FIELD!
    """
    return _unavailable(ExcelError.FIELD, value)


@function("IMAGE", status=Status.OFFLINE)
def image(
    source: Text,
    alt_text: Text | None = optional(None),
    sizing: Scalar | None = optional(None),
    height: Scalar | None = optional(None),
    width: Scalar | None = optional(None),
) -> Column:
    """IMAGE(source, [alt_text], [sizing], [height], [width]): an image in a cell.

    Errors: #CONNECT!, since no image is fetched.
    Source: Microsoft Support, "IMAGE function".

    =IMAGE("https://example.com/a.png")  -> #CONNECT!
    """
    return _unavailable(ExcelError.CONNECT, source)


@function("IMPORTCSV", status=Status.OFFLINE)
def importcsv(
    path: Text,
    skip_rows: Scalar | None = optional(None),
    take_rows: Scalar | None = optional(None),
    locale: Text | None = optional(None),
) -> Column:
    """IMPORTCSV(path, [skip_rows], [take_rows], [locale]): the rows of a file.

    Errors: #CONNECT!, since formulas open no files.
    Source: Microsoft Support, "IMPORTCSV function".

    =IMPORTCSV("a.csv")  -> #CONNECT!
    """
    return _unavailable(ExcelError.CONNECT, path)


@function("IMPORTTEXT", status=Status.OFFLINE)
def importtext(
    path: Text,
    delimiter: Text | None = optional(None),
    skip_rows: Scalar | None = optional(None),
    take_rows: Scalar | None = optional(None),
    encoding: Scalar | None = optional(None),
    locale: Text | None = optional(None),
) -> Column:
    """IMPORTTEXT(path, [delimiter], [skip_rows], [take_rows], [encoding], [locale]): the rows of a file.

    Errors: #CONNECT!, since formulas open no files.
    Source: Microsoft Support, "IMPORTTEXT function".

    =IMPORTTEXT("a.txt")  -> #CONNECT!
    """
    return _unavailable(ExcelError.CONNECT, path)


@function("COPILOT", status=Status.OFFLINE)
def copilot(prompt_part1: Text, *context_and_prompt_parts: WholeEach) -> Column:
    """COPILOT(prompt_part1, [context1], [prompt_part2], ...): what a language model answers.

    Errors: #CONNECT!, since the model runs on a server of Microsoft.
    Source: Microsoft Support, "COPILOT function".

    =COPILOT("Say hello")  -> #CONNECT!
    """
    return _unavailable(ExcelError.CONNECT, prompt_part1)


@function("TRANSLATE", status=Status.OFFLINE)
def translate(
    text: Text, source_language: Text | None = optional(None), target_language: Text | None = optional(None)
) -> Column:
    """TRANSLATE(text, [source_language], [target_language]): a text in another language.

    Errors: #CONNECT!, since a server of Microsoft translates.
    Source: Microsoft Support, "TRANSLATE function".

    =TRANSLATE("hello","en","fr")  -> #CONNECT!
    """
    return _unavailable(ExcelError.CONNECT, text)


@function("DETECTLANGUAGE", status=Status.OFFLINE)
def detectlanguage(text: Text) -> Column:
    """DETECTLANGUAGE(text): the language of a text.

    Errors: #CONNECT!, since a server of Microsoft detects it.
    Source: Microsoft Support, "DETECTLANGUAGE function".

    =DETECTLANGUAGE("hello")  -> #CONNECT!
    """
    return _unavailable(ExcelError.CONNECT, text)


@function("CALL", status=Status.OFFLINE)
def call(module_text_or_register_id: Scalar, *procedure_and_arguments: ValueEach) -> Column:
    """CALL(register_id, [argument1], ...): what a procedure in a library returns.

    Errors: #VALUE!, since no foreign code is called.
    Source: Microsoft Support, "CALL function".

    =CALL("library","procedure","JJ")  -> #VALUE!
    """
    return _unavailable(ExcelError.VALUE, module_text_or_register_id)


@function("REGISTER.ID", status=Status.OFFLINE)
def register_id(module_text: Text, procedure: Scalar, type_text: Text | None = optional(None)) -> Column:
    """REGISTER.ID(module_text, procedure, [type_text]): the number of a procedure in a library.

    Errors: #VALUE!, since no foreign code is registered.
    Source: Microsoft Support, "REGISTER.ID function".

    =REGISTER.ID("library","procedure")  -> #VALUE!
    """
    return _unavailable(ExcelError.VALUE, module_text)


@function("SQL.REQUEST", status=Status.OFFLINE)
def sql_request(
    connection_string: Text,
    output_ref: Scalar | None = optional(None),
    driver_prompt: Scalar | None = optional(None),
    query_text: Text | None = optional(None),
    col_names_logical: Scalar | None = optional(None),
) -> Column:
    """SQL.REQUEST(connection_string, [output_ref], ...): the rows that a database has for a query.

    Errors: #NAME?, since the add-in that has the function is no longer part of Excel.
    Source: Microsoft Support, "SQL.REQUEST function".

    =SQL.REQUEST("DSN=data",,,"SELECT 1")  -> #NAME?
    """
    return _unavailable(ExcelError.NAME, connection_string)
