"""What is linted: files of the corpus, chosen by chance but always the same ones, laid out in a folder of their own."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ecosystem.corpus import CORPUS, cache_folder, provide, read_pins

_EVERYTHING = 0
_LAST = b"\n        return "
_CLIENT = '''"""A client with one mistake."""

import requests


def name_of(identifier: str) -> str | None:
    try:
        answer = requests.get(f"https://api.example.com/items/{identifier}", timeout=5)
        answer.raise_for_status()
    except requests.HTTPError as e:
        if "404" in str(e):
            return None
        raise
    return answer.json()["name"]
'''
_PLAIN = '''"""Nothing to do with HTTP."""


def double(number: int) -> int:
    return 2 * number
'''
_HEAD = """import requests

URL = "https://api.example.com"


"""
_HARMLESS = """def fetch_{number}(key):
    try:
        return requests.get(URL, params={{"key": key}}, timeout=5).json()
    except ValueError:
        return None
"""


@dataclass(frozen=True)
class Work:
    """A folder to lint; ``size`` is in bytes."""

    folder: Path
    files: int
    lines: int
    size: int


def corpus(folder: Path, count: int, *, seed: int = 0) -> Work:
    """Copy ``count`` files of the corpus (0: all) into ``folder``, at their places; what the corpus lacks is fetched first."""
    cache = cache_folder()
    sources = sorted(path for pin in read_pins(CORPUS.read_text(encoding="utf-8")) for path in provide(pin, cache).rglob("*.py"))
    if count != _EVERYTHING and count < len(sources):
        sources = sorted(random.Random(seed).sample(sources, count))  # noqa: S311  (a sample, not a secret)
    lines = size = 0
    for source in sources:
        target = folder / source.relative_to(cache / "unpacked")
        target.parent.mkdir(parents=True, exist_ok=True)
        raw = source.read_bytes()
        target.write_bytes(raw)
        lines += raw.count(b"\n")
        size += len(raw)
    return Work(folder, len(sources), lines, size)


def package(folder: Path, name: str) -> Work:
    """Copy one package of the corpus into ``folder``."""
    cache = cache_folder()
    [source] = [provide(pin, cache) for pin in read_pins(CORPUS.read_text(encoding="utf-8")) if pin.name == name]
    shutil.copytree(source, folder)
    files = [path.read_bytes() for path in folder.rglob("*.py")]
    return Work(folder, len(files), sum(raw.count(b"\n") for raw in files), sum(map(len, files)))


def with_comment(folder: Path) -> None:
    """Add a comment to one file that has to do with HTTP."""
    file = _largest(folder)
    file.write_bytes(file.read_bytes() + b"# edited\n")


def with_statement(folder: Path) -> None:
    """Add a statement to the last method, that returns something, of one file that has to do with HTTP."""
    file = _largest(folder, _LAST)
    before, last, after = file.read_bytes().rpartition(_LAST)
    file.write_bytes(before + b"\n        _ = None" + last + after)


def _largest(folder: Path, having: bytes = b"") -> Path:
    """The largest client of a usual size that has some code."""
    files = [path for path in folder.rglob("*client*.py") if having in path.read_bytes()]
    return max(files, key=lambda path: (path.stat().st_size < 40_000, path.stat().st_size, path))


def one_file(folder: Path, text: str) -> Path:
    """A folder with one file in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "client.py").write_text(text, encoding="utf-8")
    return folder


def small(folder: Path) -> Iterator[tuple[str, Path]]:
    """The cases of a start: a file that has nothing to do with HTTP, and one that has a mistake."""
    yield "one file without HTTP code", one_file(folder / "plain", _PLAIN)
    yield "one file with a mistake", one_file(folder / "client", _CLIENT)


def mistakes(folder: Path, count: int) -> Path:
    """One file with ``count`` findings."""
    function = _CLIENT.partition("import requests\n\n\n")[2]
    functions = (function.replace("name_of", f"name_of_{number}") for number in range(count))
    return one_file(folder, "import requests\n\n\n" + "\n\n".join(functions))


def clients(folder: Path, count: int) -> Path:
    """``count`` files with a mistake each."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"client_{number}.py").write_text(f"# {number}\n{_CLIENT}", encoding="utf-8")
    return folder


def harmless(folder: Path, functions: int) -> Path:
    """One file of so many functions that do HTTP and make no mistake."""
    return one_file(folder, _HEAD + "\n\n".join(_HARMLESS.format(number=number) for number in range(functions)))
