"""Write src/xlmill/functions/index.py, by which a function is found without importing all of them."""

from __future__ import annotations

from pathlib import Path

from xlmill.functions import registry

TARGET = Path(registry.__file__).with_name("index.py")

HEAD = '''"""Where each function is, written by `make index`: by it one formula imports only what it uses.

Each entry: the module, the fewest and most arguments, whether it is deferred, its first branch. An index that is
not that of the modules as they are is passed over, and all modules are imported: slower, never wrong.
"""

from typing import TypeAlias

Entry: TypeAlias = tuple[str, int, int, bool, int | None]

'''


def text() -> str:
    """The module's text for the functions as they are."""
    lines = []
    for name, entry in sorted(registry.functions().items()):
        module = entry.kernel.__module__.removeprefix(f"{registry.__package__}.")
        facts = registry.signature(entry)
        fields = (module, facts.fewest_arguments, facts.most_arguments, facts.is_deferred, facts.first_branch)
        lines.append(f"    {name!r}: {fields!r},".replace("'", '"'))
    body = "\n".join(lines)
    return f"{HEAD}FINGERPRINT = {registry.fingerprint()}\n\nENTRIES: dict[str, Entry] = {{\n{body}\n}}\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
