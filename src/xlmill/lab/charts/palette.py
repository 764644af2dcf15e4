"""How each strategy looks: one colour, marker and line, the same in every picture.

The colours were chosen so that every two of them stay apart for readers with any of the common colour deficiencies, and
stand out from light and from dark paper by a contrast of 3 or more; tests hold both. Markers and dashes say the same
again, so that nothing hangs on colour alone. The standard library's strategies look like ours of the same kind, hollow
and dashed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Look:
    """Colours on light and on dark paper, the shape of a marker and whether it is hollow (and the line dashed)."""

    light: str
    dark: str
    marker: str
    is_hollow: bool = False


LOOKS = {
    "serial": Look("#33444a", "#e3e6e8", "circle"),
    "threads": Look("#4952d6", "#4268bf", "square"),
    "pool": Look("#e56823", "#ffa755", "diamond"),
    "process": Look("#9e7af6", "#967cf8", "triangle"),
    "asyncio": Look("#0fa07d", "#39b3a2", "down"),
    "dask": Look("#6a6223", "#b78c2e", "plus"),
    "ray": Look("#a53d7f", "#c32f79", "cross"),
    "auto": Look("#1b1f24", "#e8eaed", "star"),
    "loop": Look("#33444a", "#e3e6e8", "circle", is_hollow=True),
    "mp-pool": Look("#781e04", "#8c5f08", "diamond", is_hollow=True),
    "mp-process": Look("#6c1c8a", "#baabfe", "triangle", is_hollow=True),
}

# What pictures are made of besides strategies: (light, dark).
INKS = {
    "paper": ("#ffffff", "#15171b"),
    "ink": ("#1b1f24", "#e8eaed"),
    "soft": ("#57606c", "#a3acb8"),
    "line": ("#d5dae1", "#373e48"),
    "panel": ("#f4f6f9", "#1d2127"),
}


def looks(names: Sequence[str]) -> dict[str, Look]:
    """The look of each of `names`.

    "threads, waiting" is a variant of threads: it has their colour, and from the second variant on another marker. What
    is no strategy of ours gets a look that none of the others has.
    """
    found: dict[str, Look] = {}
    variants = Counter[str]()
    for name in dict.fromkeys(names):
        strategy = name.partition(",")[0]
        if strategy in LOOKS:
            found[name] = _variant(LOOKS[strategy], variants[strategy] if name != strategy else 0)
            variants[strategy] += name != strategy
    taken = {look.light for look in found.values()}
    spare = [look for look in LOOKS.values() if look.light not in taken and not look.is_hollow] or list(LOOKS.values())
    strangers = [name for name in dict.fromkeys(names) if name not in found]
    found.update({name: spare[number % len(spare)] for number, name in enumerate(strangers)})
    return found


def _variant(look: Look, number: int) -> Look:
    """The same colour, and for all but the first the outline of another marker."""
    if number == 0:
        return look
    others = [marker for marker in ("circle", "square", "triangle", "diamond", "down") if marker != look.marker]
    return replace(look, marker=others[(number - 1) % len(others)], is_hollow=True)


def css_class(name: str) -> str:
    """The class under which all that belongs to a strategy is coloured, shown and hidden."""
    return "s-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def colour_rules(looks: Mapping[str, Look], *, is_standalone: bool) -> str:
    """Style sheet rules: `.f` fills and `.st` strokes with the colour of the strategy around it.

    Standing alone, the light colours are written out; in a page the reader's theme chooses.
    """
    rules = []
    for name, look in looks.items():
        colour = look.light if is_standalone else f"light-dark({look.light}, {look.dark})"
        kind = css_class(name) if is_standalone else f"xlmill .{css_class(name)}"
        rules.append(f".{kind} .f {{ fill: {colour}; }}")
        rules.append(f".{kind} .st {{ stroke: {colour}; }}")
    return "\n".join(rules)


def toggle_rules(looks: Mapping[str, Look]) -> str:
    """Style sheet rules by which a box that is not ticked hides its strategy; they need no script."""
    kinds = [css_class(name) for name in looks]
    return "\n".join(
        f".xlmill:has(.toggle.{kind} input:not(:checked)) .series.{kind} {{ display: none; }}" for kind in kinds
    )


def ink_rules() -> str:
    """Declarations of the inks as properties that follow the reader's theme."""
    return " ".join(f"--{name}: light-dark({light}, {dark});" for name, (light, dark) in INKS.items())


def with_light_inks(rules: str) -> str:
    """Style sheet rules with the properties of the inks written out, for a picture that stands alone."""
    return re.sub(r"var\(--(\w+)\)", lambda match: INKS[match[1]][0], rules)
