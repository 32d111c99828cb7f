"""What must hold for any bytes; each function raises when it does not."""

from __future__ import annotations

import ast
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from errlint.catalogue import catalogue_problems, load_catalogue
from errlint.catalogue.importers import import_sources
from errlint.comments import comments
from errlint.engine import Setup, check_bytes
from errlint.errors import UsageProblem
from errlint.fixer import fix_source
from errlint.ignores import add_ignores
from errlint.model import TOOL_RULES, FileReport, Finding, Location, Severity
from errlint.suppressions import Suppressions
from tests.harness.bench import Bench

ROOT = Path(__file__).parents[2]
KNOWN = frozenset({"ERR101", "message-branch", "ERR504", "falsy-response"})
_FORMATS = (".md", ".html", ".txt", ".json", ".yaml")


def suppressions(data: bytes) -> None:
    """Comments are read without a crash, lie in the text, and those that are taken away leave the others as they were."""
    text = data.decode("utf-8", "replace")
    for start, end in comments(text):
        assert 0 <= start < end <= len(text)
        assert text[start] == "#"
    found = Suppressions.parse(text, KNOWN, today=date(2026, 1, 1), require_reason=True)
    lines = text.count("\n") + text.count("\r") + 1
    findings = [
        Finding("ERR101", "message-branch", Severity.ERROR, "m", Location("x", line, 1, line, 2)) for line in range(1, min(lines, 50))
    ]
    kept, silenced = found.apply(findings)
    assert len(kept) + silenced == len(findings)
    for problem in found.problems(KNOWN):
        assert 1 <= problem.line <= lines
        assert 1 <= problem.column <= problem.end_column
        if problem.removal is not None:
            assert 0 <= problem.removal.start <= problem.removal.end <= len(text)


def catalogues(data: bytes) -> None:
    """A catalogue is loaded, or everything that is wrong with it is told."""
    with _file(data, ".toml") as path:
        if not catalogue_problems(path):
            load_catalogue(path)


def importers(data: bytes) -> None:
    """A document is imported, or refused; what is imported is TOML, and a catalogue but for what is missing in the document."""
    with _file(data[1:], _FORMATS[data[0] % len(_FORMATS)] if data else ".md") as path:
        try:
            done = import_sources([path], id="acme", name="Acme")
        except UsageProblem:
            return
    with _file(done.toml.encode(), ".toml") as path:
        for problem in catalogue_problems(path):
            assert "this is not TOML" not in problem.message, problem


def fixer(data: bytes) -> None:
    """A file is checked; fixed, it is Python if it was, and a fixed point; silenced, it is the same program."""

    def lint(raw: bytes, path: str) -> FileReport:
        return check_bytes(raw, path, _setup())

    report = lint(data, "x.py")
    assert not any(finding.rule == "ERR002" for finding in report.findings), report.findings
    fixed = fix_source(data, "x.py", lint, unsafe=True)
    if _parses(data):
        assert _parses(fixed.raw)
    again = fix_source(fixed.raw, "x.py", lint, unsafe=True)
    assert again.raw is fixed.raw or fixed.held_back
    silenced = add_ignores(data, "x.py", lint, "fuzzed")
    if _parses(data):
        assert _parses(silenced.raw)
    assert not [one for one in silenced.report.findings if one.rule not in TOOL_RULES] or silenced.held_back


TARGETS: dict[str, Callable[[bytes], None]] = {one.__name__: one for one in (suppressions, catalogues, importers, fixer)}


def seeds(target: str) -> Iterator[bytes]:
    """Where the fuzzer begins: what people write."""
    if target == "catalogues":
        yield from (path.read_bytes() for path in sorted(ROOT.glob("rules/errlint_rules/catalogues/*.toml")))
    elif target == "importers":
        for number, suffix in enumerate(_FORMATS):
            for path in sorted((ROOT / "tests").glob(f"catalogue/**/*{suffix}")):
                if path.stat().st_size < 50_000:
                    yield bytes([number]) + path.read_bytes()
        yield b"\0" + (ROOT / "docs" / "catalogues.md").read_bytes()
    else:
        yield from (path.read_bytes() for path in sorted(ROOT.glob("fixtures/*/bad_*.py")) if path.stat().st_size < 5_000)
        yield b"x = 1  # errlint: ignore[ERR101, ERR504] until=2027-01-31 why  # noqa: ERR101\n# errlint: ignore-file[message-branch]\n"


@cache
def _setup() -> Setup:
    return Bench.installed().setup()


def _parses(raw: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(raw)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


@contextmanager
def _file(data: bytes, suffix: str) -> Iterator[Path]:
    """A file with these bytes, for the time of a block."""
    with tempfile.TemporaryDirectory(prefix="errlint-fuzz-") as folder:
        path = Path(folder) / f"document{suffix}"
        path.write_bytes(data)
        yield path
