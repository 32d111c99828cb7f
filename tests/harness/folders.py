"""What must hold for the folder of fixtures as a whole: every rule is shown, every folder belongs to a rule, every file is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from errlint.rule import Rule
from tests.harness.fixture import FIXED, KINDS, Fixture


def folder_of(rule: Rule) -> str:
    """The name of a rule's folder: that of its module."""
    return rule.name.replace("-", "_")


def every_rule_is_shown(root: Path, rules: Sequence[Rule]) -> None:
    """Each rule has a bad file and an ok file."""
    for rule in rules:
        folder = root / folder_of(rule)
        for kind in ("bad", "ok"):
            specimens = [path for path in folder.glob(f"{kind}_*.py") if not path.name.endswith(FIXED)]
            assert specimens, f"{rule.id} has no {folder.name}/{kind}_*.py"


def every_folder_has_a_rule(root: Path, rules: Sequence[Rule]) -> None:
    """No folder is left over from a rule that is gone or has another name."""
    known = {folder_of(rule) for rule in rules}
    orphans = sorted(path.name for path in root.iterdir() if path.is_dir() and path.name not in known | {"__pycache__"})
    assert not orphans, f"no rule owns the folders {', '.join(orphans)}"


def every_file_is_used(root: Path) -> None:
    """A file is a specimen, the sibling of a bad one, or a catalogue; a folder is a specimen of several modules."""
    for path in sorted(root.glob("*/*")):
        shown = f"{path.parent.name}/{path.name}"
        if path.is_dir() and path.name.startswith(KINDS):
            modules = [inner for inner in path.glob("*.py") if not inner.name.endswith(FIXED)]
            assert len(modules) > 1, f"{shown} has not several modules"
            others = (inner for inner in path.iterdir() if inner.suffix != ".py" and inner.name != "__pycache__")
            stray = [inner.name for inner in others if not (inner / "__init__.py").is_file()]
            assert not stray, f"{shown} has files that are no modules: {', '.join(stray)}"
        elif path.name.endswith(FIXED):
            stem, _, library = path.name.removesuffix(FIXED).partition(".")
            source = path.with_name(f"{stem}.py")
            beside = source.name if source.exists() else ""
            assert beside.startswith("bad_"), f"{shown} stands beside no bad_*.py"
            assert library in ("", *Fixture.read(source).header.libraries[1:]), f"{shown} is of a library that {beside} is not run with"
        elif path.name != "__pycache__":
            assert path.suffix == ".toml" or (path.suffix == ".py" and path.name.startswith(KINDS)), (
                f"{shown} is no specimen: it is called neither bad_*.py nor ok_*.py nor *.toml"
            )
