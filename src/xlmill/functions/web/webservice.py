"""WEBSERVICE: the text behind a URL."""

from __future__ import annotations

import functools

import numpy as np

from xlmill.functions.outside import Patience, Source
from xlmill.functions.parameter import Text
from xlmill.functions.registry import Status, function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Column, errors_column
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import column_from_python

_NAME = "WEBSERVICE"

# The request keeps to its own time, and says what it was waiting for; this is for a lookup of a host that hangs.
_PATIENCE = Patience(concurrency=32, retries=2, timeout=40.0)


@function(_NAME, is_deferred=True, waits=True, status=Status.OPT_IN)
def webservice(url: Text, *, surroundings: Surroundings) -> Column:
    """WEBSERVICE(url): the text that a web server answers a GET request for a URL with.

    Off, and #BLOCKED!, unless the caller of the run names the host: `allow_hosts=["api.example.com"]`, or
    `--allow-host api.example.com`; see docs/io.md. Every redirect is checked again. In a run, a URL is asked for
    once; 32 requests are under way at once; what fails for want of a connection, or by HTTP 429 or 5xx, is tried
    three times.

    Arrays: elementwise.
    Errors: #BLOCKED! for a host that is not allowed, and for one that is but stands for a private address;
    #VALUE! for a URL of more than 2,048 characters, of another protocol than http and https, or of no host, for a
    host that cannot be reached, an HTTP status other than success, and an answer of more than 32,767 characters.
    Source: Microsoft Support, "WEBSERVICE function".

    =WEBSERVICE("https://api.example.com/rates")  -> #BLOCKED!
    """
    outside = surroundings.outside
    urls = url.to_strings()
    if not outside.hosts:
        outside.note(_NAME, "no host is allowed; see allow_hosts", len(urls))
        return errors_column(np.full(len(urls), ExcelError.BLOCKED.code))
    from xlmill.functions.web_request import fetch  # HTTP takes a while to import

    source = Source(_NAME, functools.partial(fetch, hosts=outside.hosts), _PATIENCE)
    return column_from_python(outside.ask(source, [(each,) for each in urls]))
