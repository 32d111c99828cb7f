"""A rule's docstring as documentation: its headings, and its examples, which are linted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from errlint.engine import check_bytes
from errlint.model import Finding
from errlint.rule import Rule
from tests.harness.bench import Bench

REQUIRED = ("Why", "Example", "Use instead", "Fix safety")
OPTIONAL = ("References",)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BINDING = re.compile(r"\A# catalogue: (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Doc:
    """A rule's documentation, cut at its headings."""

    title: str
    introduction: str
    sections: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Doc:
        """Cut a docstring; a heading that comes twice keeps its last text."""
        head, *rest = _HEADING.split(text.strip())
        title, _, introduction = head.partition("\n")
        sections = dict(zip(rest[::2], (part.strip() for part in rest[1::2]), strict=True))
        return cls(title.strip(), introduction.strip(), sections)

    def code(self, heading: str) -> list[str]:
        """The Python blocks below a heading."""
        return _BLOCK.findall(self.sections.get(heading, "") + "\n")


def has_the_headings(rule: Rule) -> None:
    """A title, some words, and the headings in their order, none of them empty."""
    doc = Doc.parse(rule.doc)
    assert doc.title, f"{rule.id}: the docstring of the module has no title"
    assert not doc.title.endswith("."), f"{rule.id}: the title ends with a full stop"
    assert doc.introduction, f"{rule.id}: nothing stands between the title and the first heading"
    wanted = f"wanted are {', '.join(REQUIRED)} and perhaps {', '.join(OPTIONAL)}"
    shown = ", ".join(doc.sections) or "missing"
    assert list(doc.sections) in ([*REQUIRED], [*REQUIRED, *OPTIONAL]), f"{rule.id}: the headings are {shown}; {wanted}"
    empty = [heading for heading, text in doc.sections.items() if not text]
    assert not empty, f"{rule.id}: nothing stands below {', '.join(empty)}"


def example_fires(rule: Rule, bench: Bench) -> None:
    """Each block below "Example" makes this rule fire, and no other."""
    for code in _blocks(rule, "Example"):
        found = _findings(rule, code, bench)
        rules = {finding.rule for finding in found}
        assert rules == {rule.id}, f"{rule.id}: the example gives {_shown(found)}, not this rule\n{code}"


def remedy_is_silent(rule: Rule, bench: Bench) -> None:
    """Nothing is found in the blocks below "Use instead"."""
    for code in _blocks(rule, "Use instead"):
        found = _findings(rule, code, bench)
        assert not found, f"{rule.id}: the remedy gives {_shown(found)}\n{code}"


def _blocks(rule: Rule, heading: str) -> list[str]:
    blocks = Doc.parse(rule.doc).code(heading)
    assert blocks, f"{rule.id}: no Python block stands below {heading}"
    for code in blocks:
        try:
            compile(code, f"{rule.name}: {heading}", "exec", dont_inherit=True)
        except SyntaxError as error:
            raise AssertionError(f"{rule.id}: a block below {heading} does not compile: {error}") from error
    return blocks


def _findings(rule: Rule, code: str, bench: Bench) -> tuple[Finding, ...]:
    """With the default rules and, if it is a preview rule, this one."""
    binding = _BINDING.search(code)
    active = tuple(entry for entry in bench.rules if entry is rule or not entry.preview)
    chosen = Bench(active, bench.libraries, bench.catalogues)
    return check_bytes(code.encode(), "example.py", chosen.setup(api=binding[1] if binding else None)).findings


def _shown(findings: Sequence[Finding]) -> str:
    return ", ".join(f"{finding.rule} at line {finding.location.line} ({finding.message})" for finding in findings) or "nothing"


def module_path(rule: Rule) -> str:
    """The file of a rule, relative to the folder of the rule pack: ``errlint_rules/message_branch.py``."""
    return Path(*rule.check.__module__.split(".")).with_suffix(".py").as_posix()
