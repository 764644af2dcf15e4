"""The registry of Excel's functions: one decorated kernel a function."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from xlmill.functions.parameter import ANNOTATIONS, Optional, Parameter, To
from xlmill.values.column import Column, Mask

if TYPE_CHECKING:
    from xlmill.functions.index import Entry

K = TypeVar("K", bound=Callable[..., Any])

MOST_ARGUMENTS = 255

# Modules that register functions when imported, in the order in which they are documented.
CATEGORIES = (
    "operators",
    "math_trig",
    "statistical",
    "logical",
    "language",
    "text",
    "date_time",
    "financial",
    "engineering",
    "database",
    "lookup",
    "information",
    "dynamic_array",
    "lambda_helpers",
    "web",
    "offline",
)


class Status(Enum):
    """How far a function is there."""

    EXACT = "exact"
    OPT_IN = "opt-in"  # reaches the outside; gives an error unless the caller of a run allows it
    OFFLINE = "offline"  # needs a server or a host application; gives the error that Excel gives offline


@dataclass(frozen=True, slots=True)
class Branches:
    """The arguments of a function such as IF of which a row takes only one.

    Arguments from position `first` on are branches; `taken(position, arguments)` says which rows take the
    one at `position`, from the columns of the arguments before it.
    """

    first: int
    taken: Callable[[int, Sequence[Column]], Mask]


@dataclass(frozen=True, slots=True)
class Function:
    """An Excel function: its name, what it takes, and the kernel that computes it by the column.

    `elementwise` says that every parameter is one number or truth value, so that a constant column may
    stay one row long. `is_deferred` says that it runs only in the rows that need its value: it calls a
    LAMBDA, waits, or has side effects. `branches`, for functions such as IF, tells which rows those are. `waits` says
    that it takes time without computing, so that what does not need its value is computed meanwhile.
    """

    name: str
    kernel: Callable[..., Any]
    category: str
    parameters: tuple[Parameter, ...]
    repeating: tuple[To, ...]
    repeating_name: str
    takes_surroundings: bool
    is_volatile: bool = False
    omitted_is_default: bool = False
    is_deferred: bool = False
    branches: Branches | None = None
    status: Status = Status.EXACT
    elementwise: bool = False
    waits: bool = False

    @property
    def fewest_arguments(self) -> int:
        """How many arguments it takes at least."""
        return sum(parameter.default is None for parameter in self.parameters)

    @property
    def most_arguments(self) -> int:
        """How many arguments it takes at most."""
        if self.repeating or any(parameter.to.gathers for parameter in self.parameters):
            return MOST_ARGUMENTS
        return len(self.parameters)

    @property
    def signature(self) -> str:
        """The function as a person writes it: `PMT(rate, nper, pv, [fv], [type])`."""
        shown = [f"[{p.name}]" if p.default is not None else p.name for p in self.parameters]
        if self.repeating:
            shown.append(f"[{self.repeating_name}], ...")
        elif self.parameters and self.parameters[-1].to.gathers:
            shown.append("...")
        return f"{self.name}({', '.join(shown)})"

    @property
    def documentation(self) -> str:
        """The kernel's docstring."""
        return inspect.getdoc(self.kernel) or ""

    def parameter_kinds(self, count: int) -> tuple[To, ...]:
        """How each of `count` arguments is prepared."""
        kinds = [parameter.to for parameter in self.parameters[:count]]
        if kinds and kinds[-1].gathers:
            kinds.extend([kinds[-1]] * (count - len(kinds)))
        more = count - len(kinds)
        kinds.extend(self.repeating[position % len(self.repeating)] for position in range(more))
        return tuple(kinds)


@dataclass(frozen=True, slots=True)
class Signature:
    """What the parser and the evaluator must know of a function before it is first used."""

    name: str
    number: int
    fewest_arguments: int
    most_arguments: int
    is_deferred: bool
    first_branch: int | None


_functions: dict[str, Function] = {}
_numbers: dict[str, int] = {}
_own_registrations = 0


def function(
    name: str,
    *,
    is_volatile: bool = False,
    omitted_is_default: bool = False,
    is_deferred: bool = False,
    branches: Branches | None = None,
    status: Status = Status.EXACT,
    waits: bool = False,
) -> Callable[[K], K]:
    """Register a kernel as the Excel function `name`.

    The kernel's parameters carry the annotations of `functions.parameter`, with `| None` where the default is
    `optional(None)`; a keyword-only parameter
    `surroundings` asks for the run's clock, seed, cells and the like. It may return an array of numbers
    (what is not finite becomes #NUM!), of booleans, `Texts`, or a `Column`.

    `is_volatile`: recomputed in every recalculation. `omitted_is_default`: an argument left out between
    commas takes its default, as in the newer functions, rather than 0. `is_deferred`, `branches`, `waits`: see
    `Function`.
    """

    def register(kernel: K) -> K:
        code = kernel.__code__
        annotations = kernel.__annotations__
        names = code.co_varnames[: code.co_argcount]
        defaults = kernel.__defaults__ or ()
        defaulted = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
        parameters = tuple(
            Parameter(n.rstrip("_"), ANNOTATIONS[annotations[n].removesuffix(" | None")][0], _default(defaulted.get(n)))
            for n in names
        )
        keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        repeating: tuple[To, ...] = ()
        repeating_name = ""
        if code.co_flags & inspect.CO_VARARGS:
            repeating_name = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
            repeating = ANNOTATIONS[annotations[repeating_name]]
        kinds = {parameter.to for parameter in parameters} | set(repeating)
        _add(
            Function(
                name,
                kernel,
                kernel.__module__.removeprefix("xlmill.functions.").split(".")[0],
                parameters,
                repeating,
                repeating_name.rstrip("_"),
                "surroundings" in keywords,
                is_volatile,
                omitted_is_default,
                is_deferred,
                branches,
                status,
                kinds <= {To.NUMBER, To.STRICT_NUMBER, To.LOGICAL} and "surroundings" not in keywords and bool(kinds),
                waits,
            )
        )
        return kernel

    return register


def alias(name: str, of: str) -> None:
    """Register an older or newer name of a registered function, such as POISSON for POISSON.DIST."""
    _add(replace(find(of), name=name))


def _default(value: Any) -> Optional | None:
    return value if isinstance(value, Optional) else None


def _add(entry: Function) -> None:
    _index()
    _functions[entry.name] = entry
    _numbers.setdefault(entry.name, len(_numbers))


def register_own(entry: Function, number: int | None = None) -> None:
    """Register a function of the user's own, behind all of Excel's.

    `number` is what it has in another process, whose parsed trees are to be read here.
    """
    global _own_registrations
    if not _index():
        load()
    if number is not None:
        _numbers[entry.name] = number
    _add(entry)
    _own_registrations += 1


def registrations() -> int:
    """How many functions of the user's own were registered: as long as this number stays, so do the functions."""
    return _own_registrations


def find(name: str) -> Function:
    """The function of that name, its module imported if need be. Raises KeyError where there is none."""
    if name not in _functions:
        entry = _index().get(name)
        if entry is not None:
            importlib.import_module(f"{__package__}.{entry[0]}")
        if name not in _functions:
            load()
    return _functions[name]


def signatures() -> list[Signature]:
    """What must be known of every function, without importing them all: see functions.index."""
    index = _index()
    if not index:
        load()
    known = [Signature(name, _numbers[name], *entry[1:]) for name, entry in index.items() if name not in _functions]
    return known + [signature(entry) for entry in _functions.values()]


def signature(entry: Function) -> Signature:
    """What must be known of one function."""
    return Signature(
        entry.name,
        _numbers[entry.name],
        entry.fewest_arguments,
        entry.most_arguments,
        entry.is_deferred,
        None if entry.branches is None else entry.branches.first,
    )


@functools.cache
def load() -> None:
    """Import every module of every category, once."""
    for category in CATEGORIES:
        module = importlib.import_module(f"{__package__}.{category}")
        for family in pkgutil.iter_modules(getattr(module, "__path__", [])):
            importlib.import_module(f"{module.__name__}.{family.name}")


def functions() -> dict[str, Function]:
    """Every function by its name in Excel's spelling."""
    load()
    return _functions


def numbered() -> Iterable[tuple[int, Function]]:
    """Every function with its number, which is the same in every process of this version."""
    load()
    return [(_numbers[name], entry) for name, entry in _functions.items()]


def fingerprint() -> int:
    """A number that changes when a module of functions comes, goes or changes in size."""
    folder = Path(__file__).parent
    files = (file for pattern in ("*.py", "*/*.py") for file in folder.glob(pattern))
    sizes = sorted((str(file.relative_to(folder)), file.stat().st_size) for file in files if file.name != "index.py")
    return zlib.crc32(repr(sizes).encode())


@functools.cache
def _index() -> Mapping[str, Entry]:
    """The index of functions, where it is that of the modules as they are; otherwise nothing."""
    from xlmill.functions import index

    if fingerprint() != index.FINGERPRINT:
        return {}
    _numbers.update({name: number for number, name in enumerate(index.ENTRIES)})
    return index.ENTRIES
