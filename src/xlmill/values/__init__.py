"""What a cell can hold: values, errors, coercion, dates, number formats, typed columns."""
