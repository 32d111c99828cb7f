"""The documentation of each rule is its module's docstring: its examples are linted, and the index is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from errlint import registry
from errlint.rule import Rule
from tests.harness import docs
from tests.harness.bench import Bench
from tests.harness.index import index_is_true, write_index

ROOT = Path(__file__).parent.parent

each_rule = pytest.mark.parametrize("rule", registry.rules(), ids=lambda rule: rule.id)


@each_rule
def test_documentation_has_its_headings(rule: Rule) -> None:
    docs.has_the_headings(rule)


@each_rule
def test_example_makes_exactly_this_rule_fire(rule: Rule, bench: Bench) -> None:
    docs.example_fires(rule, bench)


@each_rule
def test_remedy_is_silent(rule: Rule, bench: Bench) -> None:
    docs.remedy_is_silent(rule, bench)


def test_index_of_rules_is_true(bench: Bench, update: bool) -> None:
    if update:
        write_index(ROOT, bench.rules)
    index_is_true(ROOT, bench.rules)
