"""Draw the gallery anew from saved samples: python tools/gallery.py SAMPLES.json FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from xlmill.lab.comparison import replay


def main(samples: str, folder: str) -> int:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    comparison = replay(samples)
    comparison.save(place / "report.html")
    for left in place.glob("*.svg"):
        if left.stem not in comparison.pictures:
            left.unlink()
    for name, picture in comparison.pictures.items():
        picture.save(place / f"{name}.svg")
    page = place.with_suffix(".md")
    unnamed = [name for name in comparison.pictures if f"({place.name}/{name}.svg)" not in page.read_text("utf-8")]
    if unnamed:
        print(f"{page} does not show: {', '.join(unnamed)}", file=sys.stderr)
    return 1 if unnamed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
