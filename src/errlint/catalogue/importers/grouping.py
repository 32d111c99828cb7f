"""Codes of which the same is true share one table, as people would write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from errlint.catalogue.importers.derive import Derived
from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import CodeRule

_PER_CODE = ("messages", "meanings")


def grouped(derived: Derived) -> Derived:
    """The same catalogue with one rule for all codes that share everything but their names and texts; rules have one name before."""
    groups: dict[object, list[int]] = {}
    rules = derived.file.code
    for index, rule in enumerate(rules):
        key = replace(rule, names=(), messages={}, meanings={}) if rule.names else index
        groups.setdefault(_frozen(key), []).append(index)
    ordered = list(groups.values())
    # a family is described once, where most of its members are
    home = {rules[index].pattern: members for members in sorted(ordered, key=len) for index in members if rules[index].pattern}
    united = tuple(_united([rules[index] for index in members], home, members) for members in ordered)
    out = Derived(replace(derived.file, code=united), dict(derived.places), dict(derived.comments))
    _rename(out.places, derived.places, ordered)
    _rename(out.comments, derived.comments, ordered)
    return out


def _united(rules: Sequence[CodeRule], home: dict[str, list[int]], members: list[int]) -> CodeRule:
    pattern = next((rule.pattern for rule in rules if rule.pattern and home[rule.pattern] is members), "")
    return replace(
        rules[0],
        names=tuple(name for rule in rules for name in rule.names),
        pattern=pattern,
        messages={name: texts for rule in rules for name, texts in rule.messages.items()},
        meanings={name: text for rule in rules for name, text in rule.meanings.items()},
    )


def _rename(book: dict[KeyPath, Any], before: Mapping[KeyPath, Any], groups: list[list[int]]) -> None:
    """Move the notes of every rule to its place in its group; of notes on one and the same key, all are kept."""
    of_rule: dict[object, list[tuple[KeyPath, Any]]] = {}
    for key, note in before.items():
        if key[:1] == ("code",):
            of_rule.setdefault(key[1] if len(key) > 1 else None, []).append((key[2:], note))
            del book[key]
    for number, members in enumerate(groups):
        for position, index in enumerate(members):
            for inner, note in of_rule.get(index, ()):
                rest = ("names", position) if inner == ("names", 0) else inner
                new = ("code", number, *rest)
                known = book.get(new)
                if known is None or known == note:
                    book[new] = note
                elif isinstance(known, tuple) and isinstance(note, tuple):
                    book[new] = (*known, *note)


def _frozen(value: object) -> object:
    return repr(value)
