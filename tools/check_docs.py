"""Check that every relative link in the project's Markdown leads to a file that exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """The Markdown files of the project, also those not yet committed."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listing.stdout.splitlines() if (ROOT / name).exists()]


def broken_links(page: Path) -> list[str]:
    """The links of `page` that lead to no file; a link into the web or within the page is not followed."""
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [link.split("#")[0] for link in LINK.findall(prose) if "://" not in link]
    return [target for target in targets if target and not (page.parent / target).exists()]


def main() -> int:
    checked = pages()
    broken = [f"{page.relative_to(ROOT)}: no such file: {link}" for page in checked for link in broken_links(page)]
    print("\n".join(broken) or f"{len(checked)} pages, every link leads somewhere")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
