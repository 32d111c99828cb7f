"""Which rules run: the selectors of the settings and of the command line, held against the rules there are.

A selector is the id of a rule, its name, the beginning of an id (letters and any digits: ``ERR``, ``ERR1``, ``ERR10``), or ``ALL``. Each
layer of settings starts from what the one before it left, or anew if it has ``select``. Within a layer the longest selector decides about
a rule, and ``ignore`` wins a draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from errlint.config import Config, Layer, ignored_rules, layers
from errlint.hints import did_you_mean
from errlint.model import TOOL_RULES

ALL = "ALL"

_PREFIX = re.compile(r"[A-Z]+[0-9]*")


class RuleLike(Protocol):
    """What selection needs to know of a rule."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def preview(self) -> bool: ...


R = TypeVar("R", bound=RuleLike)


def options(
    *, select: Sequence[str] | None = None, extend_select: Sequence[str] = (), ignore: Sequence[str] = (), preview: bool | None = None
) -> Layer:
    """What the command line says; None is for an option that was not given."""
    chosen = None if select is None else tuple(select)
    return Layer(Path.cwd(), chosen, tuple(extend_select), tuple(ignore), preview=preview)


def select_rules(rules: Sequence[R], config: Config, given: Layer | None = None) -> tuple[R, ...]:
    """The rules that run, in the order they came.

    :param given: the command line's layer, see :func:`options`; it comes after those of the settings.
    :raises UsageProblem: a selector names no rule, or only preview rules while these are off.
    """
    ordered = layers(config, given)
    preview = config.preview if given is None or given.preview is None else given.preview
    chosen = {rule.id for rule in rules}
    for layer in ordered:
        _check(layer, rules, preview=preview)
        if layer.select is not None:
            chosen = set()
        wanted = (*(layer.select or ()), *layer.extend_select)
        for rule in rules:
            taken = max((_strength(selector, rule.id, rule.name) for selector in wanted), default=0)
            left = max((_strength(selector, rule.id, rule.name) for selector in layer.ignore), default=0)
            if taken > left:
                chosen.add(rule.id)
            elif left:
                chosen.discard(rule.id)
    return tuple(rule for rule in rules if rule.id in chosen and (preview or not rule.preview))


def hint_to_select(config: Config, given: Layer | None = None) -> str:
    """What to do about settings that :func:`select_rules` finds no rule for."""
    wanted = [selector for layer in layers(config, given) for selector in (*(layer.select or ()), *layer.extend_select)]
    if any(selector in (*TOOL_RULES, *TOOL_RULES.values()) for selector in wanted):
        return "ERR0xx is what errlint says of itself: always on, and no rule to check by; `errlint rules` lists the rules"
    return "`errlint rules` lists all rules"


def silenced(rules: Iterable[RuleLike], config: Config, path: Path, given: Layer | None = None) -> frozenset[str]:
    """The ids of rules that must not be reported in a file: by ``per-file-ignores``, and the tool's own (ERR0xx) also by ``ignore``.

    The tool's own rules are always on; only their id, name or the beginning ``ERR0`` turns them off.

    :raises UsageProblem: a glob cannot be understood.
    """
    here = ignored_rules(config, path)
    everywhere = [selector for layer in layers(config, given) for selector in layer.ignore]
    if not here and not everywhere:
        return frozenset()
    own = {rule.id for rule in rules if any(_strength(selector, rule.id, rule.name) for selector in here)}
    tools = {tool for tool, name in TOOL_RULES.items() if any(_names_tool(selector, tool, name) for selector in (*here, *everywhere))}
    return frozenset(own | tools)


def meant(selector: str, rules: Iterable[RuleLike]) -> tuple[frozenset[str], frozenset[str]]:
    """The ids of the packs' rules that a selector of ``per-file-ignores`` means, and those of the tool's own."""
    own = frozenset(rule.id for rule in rules if _strength(selector, rule.id, rule.name))
    return own, frozenset(tool for tool, name in TOOL_RULES.items() if _names_tool(selector, tool, name))


def _names_tool(selector: str, id: str, name: str) -> bool:  # noqa: A002 -- the rule's own word
    """Whether a selector speaks of a rule of the tool; ``ERR`` and ``ALL`` mean the rules of the packs."""
    return _strength(selector, id, name) > len(id.rstrip("0123456789"))


def _strength(selector: str, id: str, name: str) -> int:  # noqa: A002
    """How closely a selector fits a rule: 0 not at all, 1 ``ALL``, else the longer the closer; a name is as good as an id."""
    if selector in {id, name}:
        return len(id)
    if selector == ALL:
        return 1
    letters = len(id.rstrip("0123456789"))
    return len(selector) if len(selector) >= letters and _PREFIX.fullmatch(selector) and id.startswith(selector) else 0


def _check(layer: Layer, rules: Sequence[RuleLike], *, preview: bool) -> None:
    known = [(rule.id, rule.name) for rule in rules] + list(TOOL_RULES.items())
    for selector, at, wanted in _selectors(layer):
        if not any(_strength(selector, *names) for names in known):
            words = [word for names in known for word in names]
            hint = did_you_mean(selector, [*words, ALL]) or "`errlint rules` lists all rules"
            raise layer.problem(f"there is no rule '{selector}'", *at, hint=hint)
        meant = [rule for rule in rules if _strength(selector, rule.id, rule.name)]
        if wanted and meant and not preview and all(rule.preview for rule in meant):
            what = f"'{selector}' is a preview rule" if len(meant) == 1 else f"'{selector}' means preview rules only"
            raise layer.problem(what, *at, hint="turn preview rules on: preview = true, or --preview")


def _selectors(layer: Layer) -> Iterator[tuple[str, tuple[str | int, ...], bool]]:
    """Every selector of a layer, where it stands, and whether it asks for rules rather than against them."""
    for key, selectors, wanted in (
        ("select", layer.select or (), True),
        ("extend-select", layer.extend_select, True),
        ("ignore", layer.ignore, False),
    ):
        yield from ((selector, (key, index), wanted) for index, selector in enumerate(selectors))
    for glob, ignored in layer.per_file_ignores:
        yield from ((selector, ("per-file-ignores", glob, index), False) for index, selector in enumerate(ignored))
