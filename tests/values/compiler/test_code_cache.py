"""Machine code is kept on disk, whole, for its own source only, wherever it can be."""

from __future__ import annotations

import linecache
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from subset import above_before

from xlmill.values.compiler import code_cache, compilation, translation
from xlmill.values.compiler.kind import kind_of
from xlmill.values.two_speed import TwoSpeed

NUMBERS = np.arange(5)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    places = [tmp_path / "package", tmp_path / "user"]
    monkeypatch.setattr(code_cache, "folders", lambda: places)
    return places


def run(function: TwoSpeed[..., None] = above_before) -> list[int]:
    """The result of a new process, as far as machine code goes."""
    target = np.zeros(5, np.int64)
    TwoSpeed(function.function).compiled(NUMBERS, target)
    return target.tolist()


def forbid_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> bytes:
        raise AssertionError("compiled again")

    monkeypatch.setattr(compilation, "compile_module", refuse)


def test_what_was_compiled_once_is_loaded_from_then_on(folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    first = run()
    forbid_compiling(monkeypatch)

    assert run() == first == [0, 1, 2, 3, 4]
    assert [file.parent for file in folders[0].iterdir()] == [folders[0]]


@pytest.mark.parametrize("left", [0, 10, 40, -1])
def test_a_file_that_is_not_whole_is_compiled_anew(folders: list[Path], left: int) -> None:
    run()
    (file,) = folders[0].iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:left])

    assert run() == [0, 1, 2, 3, 4]
    assert len(file.read_bytes()) == len(whole)


def versions_of(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """What the file of a function is called that calls a helper with this source; the name, and the version."""
    (tmp_path / "helper_module.py").write_text(source)
    (tmp_path / "caller_module.py").write_text(
        "from helper_module import LIMIT, helper\n"
        "from xlmill.values.two_speed import two_speed\n"
        "@two_speed\n"
        "def caller(a):\n"
        "    return helper(a) + LIMIT\n"
    )
    for module in ("helper_module", "caller_module"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    caller: TwoSpeed[[int], int] = __import__("caller_module").caller
    caller.compiled(1)
    (file,) = code_cache.folders()[0].iterdir()
    name, _, version = file.stem.rpartition("-")
    return name, version


HELPER = """
from xlmill.values.two_speed import two_speed
LIMIT = 5
FACTOR = 3
@two_speed
def helper(a):
    return a * FACTOR + 1
"""


@pytest.mark.parametrize(
    ("old", "new"), [("a * FACTOR + 1", "a * FACTOR + 2"), ("FACTOR = 3", "FACTOR = 4"), ("LIMIT = 5", "LIMIT = 6")]
)
def test_a_change_in_a_helper_or_constant_replaces_what_was_kept(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    name, version = versions_of(HELPER, tmp_path, monkeypatch)
    linecache.clearcache()
    translation._module_tree.cache_clear()
    other_name, other_version = versions_of(HELPER.replace(old, new), tmp_path, monkeypatch)

    assert name == other_name
    assert version != other_version


def test_pythons_beside_each_other_keep_their_own(folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    with monkeypatch.context() as patch:
        patch.setattr(sys.implementation, "cache_tag", "cpython-999")
        run()
    forbid_compiling(monkeypatch)

    assert run() == [0, 1, 2, 3, 4]
    assert len(list(folders[0].iterdir())) == 2


def test_a_package_that_cannot_be_written_has_its_code_in_the_users_cache(folders: list[Path]) -> None:
    folders[0].write_text("in the way")

    run()

    assert len(list(folders[1].iterdir())) == 1


def test_where_no_folder_can_be_made_each_process_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(code_cache, "folders", lambda: [blocked / "package", blocked / "user"])

    assert code_cache.writable_folder() is None
    assert run() == [0, 1, 2, 3, 4]


def test_a_full_disk_leaves_nothing_behind(folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    assert run() == [0, 1, 2, 3, 4]
    assert not list(folders[0].iterdir())


def test_processes_that_compile_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import numpy as np\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from xlmill.values.compiler import code_cache\n"
        f"code_cache.folders = lambda: [Path({str(tmp_path)!r})]\n"
        "from subset import above_before\n"
        "target = np.zeros(5, np.int64); above_before.compiled(np.arange(5), target); print(target.tolist())\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]

    assert {worker.communicate()[0] for worker in workers} == {"[0, 1, 2, 3, 4]\n"}
    assert len(list(tmp_path.iterdir())) == 1


def test_little_work_needs_no_compiler() -> None:
    code = "import sys; import xlmill as xl\nassert xl.evaluate('=SUM(1,2)') == 3\nprint('llvmlite' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_threads_compile_a_function_once(folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    compilations: list[object] = []
    compiled = compilation.compiled

    def counted(*arguments: object) -> object:
        compilations.append(arguments)
        return compiled(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(compilation, "compiled", counted)
    function = TwoSpeed(above_before.function)
    targets = [np.zeros(5, np.int64) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda target: function.compiled(NUMBERS, target), targets))

    assert all(target.tolist() == [0, 1, 2, 3, 4] for target in targets)
    assert len(compilations) == 1
    assert list(function._codes) == [(kind_of(NUMBERS), kind_of(NUMBERS))]
