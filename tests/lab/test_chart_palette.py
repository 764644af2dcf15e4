from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from xlmill.lab.charts.palette import INKS, LOOKS, css_class, looks

Colour = npt.NDArray[np.float64]

# How the common colour deficiencies see linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
SIGHTS = {
    "all colours": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}

# Oklab, after Ottosson 2020: from linear RGB to cones, and from their cube roots to a space of even distances.
CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
EVEN = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

# Twice what is told apart side by side in pictures of this size; markers and dashes do the rest.
LEAST_DISTANCE = 0.09


def linear(colour: str) -> Colour:
    shares = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""
    light = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def seen(colour: str, sight: Colour) -> Colour:
    return EVEN @ np.cbrt(CONES @ np.clip(sight @ linear(colour), 0, 1))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_stand_out_from_the_paper(theme: int) -> None:
    for paper in ("paper", "panel"):
        for ink in ("ink", "soft"):
            assert contrast(INKS[ink][theme], INKS[paper][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", LOOKS)
def test_colours_stand_out_from_the_paper(name: str, theme: str) -> None:
    assert contrast(getattr(LOOKS[name], theme), INKS["paper"][theme == "dark"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_keep_apart_for_every_eye(sight: str, theme: str) -> None:
    # auto is of ink, and a newcomer's loop is serial's colour: their marker tells them.
    names = [name for name in LOOKS if name not in ("auto", "loop")]
    for one, other in itertools.combinations(names, 2):
        colours = [seen(getattr(LOOKS[name], theme), SIGHTS[sight]) for name in (one, other)]

        assert np.linalg.norm(colours[0] - colours[1]) >= LEAST_DISTANCE, (one, other)


def test_no_two_strategies_have_one_marker() -> None:
    marks = [(look.marker, look.is_hollow) for look in LOOKS.values()]

    assert len(set(marks)) == len(marks)


def test_strangers_get_looks_of_their_own() -> None:
    found = looks(["fork", "serial", "pool", "spawn"])

    assert found["serial"] == LOOKS["serial"]
    assert len({look.light for look in found.values()}) == 4


def test_variants_have_the_colour_of_their_strategy_and_other_markers() -> None:
    found = looks(["threads, waiting", "threads, computing", "threads", "pool, waiting"])

    assert len({look.light for name, look in found.items() if "threads" in name}) == 1
    assert found["threads"] == found["threads, waiting"] == LOOKS["threads"]
    assert found["threads, computing"].is_hollow
    assert found["pool, waiting"] == LOOKS["pool"]


def test_classes_are_good_for_style_sheets() -> None:
    assert css_class("mp-pool") == "s-mp-pool"
    assert css_class("threads, <waits>") == "s-threads-waits"
