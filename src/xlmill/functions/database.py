"""Database functions: one field of the records that meet conditions, summarised."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlmill.functions.database_records import Records, find_records
from xlmill.functions.parameter import Range, Scalar
from xlmill.functions.registry import function
from xlmill.functions.statistical.averages import mean
from xlmill.functions.statistical.spread import (
    population_deviation,
    population_variance,
    sample_deviation,
    sample_variance,
)
from xlmill.functions.surroundings import Surroundings
from xlmill.values.cell_runs import NumberRuns
from xlmill.values.column import EMPTY, ERROR, NUMBER, Arrays, Column, error_where, numbers_column, with_errors
from xlmill.values.error_value import ExcelError


@function("DSUM")
def dsum(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DSUM(database, field, criteria): the sum of the numbers in a field of some records.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: an error value in the field is the result; #VALUE! without such a field, records or conditions.
    Source: Microsoft Support, "DSUM function".

    =DSUM({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"fig"})  -> 34
    =DSUM({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree","age";"fig",">15"})  -> 20
    """
    return _summary(database, field, criteria, surroundings, lambda numbers: numbers_column(numbers.sums()))


@function("DAVERAGE")
def daverage(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DAVERAGE(database, field, criteria): the mean of the numbers in a field of some records.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: an error value in the field is the result; #VALUE! without such a field, records or conditions;
    #DIV/0! where there are none.
    Source: Microsoft Support, "DAVERAGE function".

    =DAVERAGE({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"p"})  -> 10
    =DAVERAGE({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"nut"})  -> #DIV/0!
    """
    return _summary(database, field, criteria, surroundings, mean)


@function("DMAX")
def dmax(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DMAX(database, field, criteria): the largest number in a field of some records, 0 where there is none.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: an error value in the field is the result; #VALUE! without such a field, records or conditions.
    Source: Microsoft Support, "DMAX function".

    =DMAX({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"fig"})  -> 20
    =DMAX({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"nut"})  -> 0
    """
    return _summary(
        database, field, criteria, surroundings, lambda numbers: numbers_column(numbers.reduce(np.maximum, 0.0))
    )


@function("DMIN")
def dmin(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DMIN(database, field, criteria): the smallest number in a field of some records, 0 where there is none.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: an error value in the field is the result; #VALUE! without such a field, records or conditions.
    Source: Microsoft Support, "DMIN function".

    =DMIN({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"fig"})  -> 14
    =DMIN({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"nut"})  -> 0
    """
    return _summary(
        database, field, criteria, surroundings, lambda numbers: numbers_column(numbers.reduce(np.minimum, 0.0))
    )


@function("DPRODUCT")
def dproduct(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DPRODUCT(database, field, criteria): the product of a field of some records, 0 where there are no numbers.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: an error value in the field is the result; #VALUE! without such a field, records or conditions.
    Source: Microsoft Support, "DPRODUCT function".

    =DPRODUCT({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"fig"})  -> 280
    =DPRODUCT({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"nut"})  -> 0
    """
    return _summary(
        database, field, criteria, surroundings, lambda numbers: numbers_column(numbers.reduce(np.multiply, 0.0))
    )


@function("DVAR")
def dvar(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DVAR(database, field, criteria): the variance of a field, its records being a sample.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: an error value in the field is the result; #VALUE! without such a field, records or conditions;
    #DIV/0! for fewer than two numbers.
    Source: Microsoft Support, "DVAR function".

    =DVAR({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"fig"})  -> 18
    =DVAR({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"plum"})  -> #DIV/0!
    """
    return _summary(database, field, criteria, surroundings, sample_variance)


@function("DVARP")
def dvarp(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DVARP(database, field, criteria): the variance of a field, its records being all there are.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: an error value in the field is the result; #VALUE! without such a field, records or conditions;
    #DIV/0! where there are none.
    Source: Microsoft Support, "DVARP function".

    =DVARP({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"fig"})  -> 9
    =DVARP({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"plum"})  -> #DIV/0!
    """
    return _summary(database, field, criteria, surroundings, population_variance)


@function("DSTDEV")
def dstdev(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DSTDEV(database, field, criteria): the standard deviation of a field, its records being a sample.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: an error value in the field is the result; #VALUE! without such a field, records or conditions;
    #DIV/0! for fewer than two numbers.
    Source: Microsoft Support, "DSTDEV function".

    =DSTDEV({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"pear"})  -> 8^0.5
    =DSTDEV({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"plum"})  -> #DIV/0!
    """
    return _summary(database, field, criteria, surroundings, sample_deviation)


@function("DSTDEVP")
def dstdevp(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DSTDEVP(database, field, criteria): the standard deviation of a field, its records being all there are.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: an error value in the field is the result; #VALUE! without such a field, records or conditions;
    #DIV/0! where there are none.
    Source: Microsoft Support, "DSTDEVP function".

    =DSTDEVP({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"pear"})  -> 2
    =DSTDEVP({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"plum"})  -> #DIV/0!
    """
    return _summary(database, field, criteria, surroundings, population_deviation)


@function("DCOUNT")
def dcount(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DCOUNT(database, field, criteria): how many records meet conditions and have a number in a field.

    Left out between commas, the field does not matter.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: #VALUE! without such a field, records or conditions.
    Source: Microsoft Support, "DCOUNT function".

    =DCOUNT({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"p*"})  -> 2
    =DCOUNT({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},,{"tree";"p*"})  -> 3
    """
    records = find_records(database, field, criteria, surroundings.date1904)
    counts = records.without_field[records.owners] | records.cells.is_kind(NUMBER)
    return _counted(records, counts)


@function("DCOUNTA")
def dcounta(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DCOUNTA(database, field, criteria): how many records meet conditions and have something in a field.

    Left out between commas, the field does not matter.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: #VALUE! without such a field, records or conditions.
    Source: Microsoft Support, "DCOUNTA function".

    =DCOUNTA({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"p*"})  -> 3
    =DCOUNTA({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"size",{"tree";"p*"})  -> #VALUE!
    """
    records = find_records(database, field, criteria, surroundings.date1904)
    counts = records.without_field[records.owners] | ~records.cells.is_kind(EMPTY)
    return _counted(records, counts)


@function("DGET")
def dget(database: Range, field: Scalar, criteria: Range, *, surroundings: Surroundings) -> Column:
    """DGET(database, field, criteria): what the one record that meets conditions has in a field.

    Records with nothing in the field do not count.

    Arrays: database and criteria as a whole; field elementwise.
    Errors: #VALUE! where no record meets the conditions, #NUM! where several do.
    Source: Microsoft Support, "DGET function".

    =DGET({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree","age";"fig",">15"})  -> 20
    =DGET({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"fig"})  -> #NUM!
    =DGET({"tree","age";"fig",20;"pear",12;"fig",14;"pear",8;"plum","?"},"age",{"tree";"nut"})  -> #VALUE!
    """
    records = find_records(database, field, criteria, surroundings.date1904)
    filled = np.flatnonzero(~records.cells.is_kind(EMPTY))
    owners = records.owners[filled]
    counts = np.bincount(owners, minlength=records.count)
    nothing = records.wrong | records.without_field | (counts == 0)
    if not len(filled):
        return error_where(nothing, ExcelError.VALUE, np.zeros(records.count)).take(records.inverse)
    first = filled[np.minimum(np.cumsum(counts) - counts, len(filled) - 1)]
    column = error_where(counts > 1, ExcelError.NUM, records.cells.take(first))
    return error_where(nothing, ExcelError.VALUE, column).take(records.inverse).settled()


def _summary(
    database: Arrays,
    field: Column,
    criteria: Arrays,
    surroundings: Surroundings,
    summarise: Callable[[NumberRuns], Column],
) -> Column:
    records = find_records(database, field, criteria, surroundings.date1904)
    cells, owners = records.cells, records.owners
    numeric = cells.is_kind(NUMBER)
    counts = np.bincount(owners[numeric], minlength=records.count)
    column = summarise(NumberRuns(cells.numbers[numeric], np.concatenate([[0], np.cumsum(counts)])))
    codes = np.zeros(records.count)
    errors = np.flatnonzero(cells.is_kind(ERROR))[::-1]
    codes[owners[errors]] = cells.numbers[errors]
    column = with_errors(codes, error_where(~np.isfinite(column.numbers), ExcelError.NUM, column))
    wrong = records.wrong | records.without_field
    return error_where(wrong, ExcelError.VALUE, column).take(records.inverse).settled()


def _counted(records: Records, counts: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Column:
    counted = np.bincount(records.owners[counts], minlength=records.count).astype(np.float64)
    return error_where(records.wrong, ExcelError.VALUE, numbers_column(counted)).take(records.inverse)
