"""Where the files of a run end, and what each stage costs: reading, the gate, the screens, the trees, and all the rest."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from errlint import registry
from errlint.bare import NotBare, bare_module
from errlint.encoding import UndecodableSource
from errlint.engine import Setup, check_bytes
from errlint.semantics.program.tree import Tree
from errlint.source import Source, SyntaxProblem


@dataclass(frozen=True)
class Stage:
    """How many files, and bytes of them, get to a stage, and what it costs all of them together (processor seconds)."""

    name: str
    files: int
    size: int
    cpu: float


def stages(files: Sequence[Path]) -> tuple[tuple[Stage, ...], Counter[str]]:
    """Run the files through the stages one after the other in this process; also count where each file ended."""
    rules = tuple(rule for rule in registry.rules() if not rule.preview)
    setup = Setup(rules, registry.libraries(), registry.catalogues(()))
    _ = setup.passes.imports  # compiled once a run; not a matter of files
    started = time.process_time()
    raws = [(path, path.read_bytes()) for path in files]
    read = time.process_time()
    passed = [(path, raw) for path, raw in raws if setup.passes.lets_pass(raw, str(path.absolute()))]
    gated = time.process_time()
    screened = [(path, raw) for path, raw in passed if setup.concerned(raw, str(path.absolute()))]
    seen = time.process_time()
    for path, raw in screened:
        try:
            Tree.of(bare_module(raw))
        except NotBare:
            with suppress(SyntaxProblem):
                Source.parse(raw, str(path))
        except UndecodableSource:
            continue
    parsed = time.process_time()
    ended = Counter(check_bytes(raw, str(path), setup, path).stage for path, raw in raws)
    checked = time.process_time()
    everything = sum(len(raw) for _, raw in raws)
    through = sum(len(raw) for _, raw in passed)
    remaining = sum(len(raw) for _, raw in screened)
    return (
        Stage("read", len(raws), everything, read - started),
        Stage("gate", len(raws), everything, gated - read),
        Stage("screens", len(passed), through, seen - gated),
        Stage("bare tree", len(screened), remaining, parsed - seen),
        Stage("rules", len(screened), remaining, max(0.0, (checked - parsed) - (seen - read) - (parsed - seen))),
    ), ended
