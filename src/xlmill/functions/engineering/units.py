"""The units of measure that CONVERT knows, and the prefixes that multiply them.

Source: Microsoft Support, "CONVERT function" (the units); the factors are their definitions in SI units.
"""

from __future__ import annotations

from dataclasses import dataclass

_INCH = 0.0254
_FOOT = 0.3048
_MILE = 1609.344
_SURVEY_FOOT = 1200 / 3937
_LIGHT_YEAR = 9.46073047258080e15
_ANGSTROM = 1e-10
_POINT = _INCH / 72
_GALLON = 0.003785411784
_UK_GALLON = 0.00454609
_POUND = 453.59237
_HORSEPOWER = 745.69987158227022

_PREFIXES = {
    "Y": 1e24,
    "Z": 1e21,
    "E": 1e18,
    "P": 1e15,
    "T": 1e12,
    "G": 1e9,
    "M": 1e6,
    "k": 1e3,
    "h": 1e2,
    "da": 1e1,
    "e": 1e1,
    "d": 1e-1,
    "c": 1e-2,
    "m": 1e-3,
    "u": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
    "a": 1e-18,
    "z": 1e-21,
    "y": 1e-24,
}
_BINARY_PREFIXES = {
    prefix: 1024.0**power for power, prefix in enumerate(("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"), 1)
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: so many of the base unit of its quantity, above a zero point that may lie elsewhere."""

    quantity: str
    factor: float
    zero: float = 0.0


# By quantity and factor, the spellings of units that take no prefix.
_PLAIN: dict[str, dict[float, str]] = {
    "mass": {
        14593.902937206364: "sg",
        _POUND: "lbm",
        _POUND / 16: "ozm",
        _POUND / 7000: "grain",
        100 * _POUND: "cwt shweight",
        112 * _POUND: "uk_cwt lcwt hweight",
        14 * _POUND: "stone",
        2000 * _POUND: "ton",
        2240 * _POUND: "uk_ton LTON brton",
    },
    "length": {
        _MILE: "mi",
        1852.0: "Nmi",
        _INCH: "in",
        _FOOT: "ft",
        3 * _FOOT: "yd",
        1.143: "ell",
        _POINT: "Picapt Pica picapt",
        _INCH / 6: "pica",
        5280 * _SURVEY_FOOT: "survey_mi",
    },
    "time": {31557600.0: "yr", 86400.0: "day d", 3600.0: "hr", 60.0: "mn min"},
    "pressure": {6894.757293168361: "psi", 101325 / 760: "Torr"},
    "force": {4.4482216152605: "lbf"},
    "energy": {2684519.537696173: "HPh hh", 1.3558179483314004: "flb", 1055.05585262: "BTU btu"},
    "power": {_HORSEPOWER: "HP h", 735.49875: "PS"},
    "volume": {
        _GALLON / 768: "tsp",
        5e-6: "tspm",
        _GALLON / 256: "tbs",
        _GALLON / 128: "oz",
        _GALLON / 16: "cup",
        _GALLON / 8: "pt us_pt",
        _UK_GALLON / 8: "uk_pt",
        _GALLON / 4: "qt",
        _UK_GALLON / 4: "uk_qt",
        _GALLON: "gal",
        _UK_GALLON: "uk_gal",
        42 * _GALLON: "barrel",
        2150.42 * _INCH**3: "bushel",
        _FOOT**3: "ft3 ft^3",
        _INCH**3: "in3 in^3",
        _MILE**3: "mi3 mi^3",
        (3 * _FOOT) ** 3: "yd3 yd^3",
        1852.0**3: "Nmi3 Nmi^3",
        _POINT**3: "Picapt3 Picapt^3 Pica3 Pica^3 picapt3 picapt^3",
        (_INCH / 6) ** 3: "pica3 pica^3",
        100 * _FOOT**3: "GRT regton",
        40 * _FOOT**3: "MTON",
    },
    "area": {
        43560 * _FOOT**2: "uk_acre",
        43560 * _SURVEY_FOOT**2: "us_acre",
        _FOOT**2: "ft2 ft^2",
        10000.0: "ha",
        _INCH**2: "in2 in^2",
        2500.0: "Morgen",
        _MILE**2: "mi2 mi^2",
        1852.0**2: "Nmi2 Nmi^2",
        _POINT**2: "Picapt2 Picapt^2 Pica2 Pica^2 picapt2 picapt^2",
        (_INCH / 6) ** 2: "pica2 pica^2",
        (3 * _FOOT) ** 2: "yd2 yd^2",
    },
    "speed": {
        6080 * _FOOT / 3600: "admkn",
        1852 / 3600: "kn",
        _MILE / 3600: "mph",
    },
}

# The same for units that take prefixes; the power is to which a prefix goes.
_METRIC: dict[str, dict[float, tuple[str, int]]] = {
    "mass": {1.0: ("g", 1), 1.66053886282583e-24: ("u", 1)},
    "length": {1.0: ("m", 1), _ANGSTROM: ("ang", 1), _LIGHT_YEAR: ("ly", 1), 3.0856775812815532e16: ("parsec pc", 1)},
    "time": {1.0: ("sec s", 1)},
    "pressure": {1.0: ("Pa p", 1), 101325.0: ("atm at", 1), 133.322: ("mmHg", 1)},
    "force": {1.0: ("N", 1), 1e-5: ("dyn dy", 1), 0.00980665: ("pond", 1)},
    "energy": {
        1.0: ("J", 1),
        1e-7: ("e", 1),
        4.184: ("c", 1),
        4.1868: ("cal", 1),
        1.602176487e-19: ("eV ev", 1),
        3600.0: ("Wh wh", 1),
    },
    "power": {1.0: ("W w", 1)},
    "magnetism": {1.0: ("T", 1), 1e-4: ("ga", 1)},
    "temperature": {1.0: ("K kel", 1)},
    "volume": {
        0.001: ("l L lt", 1),
        1.0: ("m3 m^3", 3),
        _ANGSTROM**3: ("ang3 ang^3", 3),
        _LIGHT_YEAR**3: ("ly3 ly^3", 3),
    },
    "area": {
        100.0: ("ar", 1),
        1.0: ("m2 m^2", 2),
        _ANGSTROM**2: ("ang2 ang^2", 2),
        _LIGHT_YEAR**2: ("ly2 ly^2", 2),
    },
    "information": {1.0: ("bit", 1), 8.0: ("byte", 1)},
    "speed": {1.0: ("m/s m/sec", 1), 1 / 3600: ("m/h m/hr", 1)},
}

_TEMPERATURES = {
    "C": Unit("temperature", 1.0, 273.15),
    "cel": Unit("temperature", 1.0, 273.15),
    "F": Unit("temperature", 5 / 9, 459.67 * 5 / 9),
    "fah": Unit("temperature", 5 / 9, 459.67 * 5 / 9),
    "Rank": Unit("temperature", 5 / 9),
    "Reau": Unit("temperature", 1.25, 273.15),
}


def _spelled() -> tuple[dict[str, Unit], dict[str, int]]:
    units = dict(_TEMPERATURES)
    powers: dict[str, int] = {}
    for quantity, plain in _PLAIN.items():
        for factor, names in plain.items():
            units.update((name, Unit(quantity, factor)) for name in names.split())
    for quantity, metric in _METRIC.items():
        for factor, (names, power) in metric.items():
            units.update((name, Unit(quantity, factor)) for name in names.split())
            powers.update((name, power) for name in names.split())
    return units, powers


_UNITS, _POWERS = _spelled()


def find_unit(name: str) -> Unit | None:
    """The unit of a name, which may begin with a prefix; None where there is none."""
    unit = _UNITS.get(name)
    if unit is not None:
        return unit
    for length in (2, 1):
        base = _UNITS.get(name[length:])
        power = _POWERS.get(name[length:])
        if base is None or power is None:
            continue
        scale = _PREFIXES.get(name[:length])
        if scale is None and base.quantity == "information":
            scale = _BINARY_PREFIXES.get(name[:length])
        if scale is not None:
            return Unit(base.quantity, base.factor * scale**power, base.zero)
    return None
