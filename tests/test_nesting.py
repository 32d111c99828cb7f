"""The depth of a text, counted from its tokens, against the depth of the tree that libcst makes of it."""

from __future__ import annotations

import random

import libcst as cst
import pytest

from errlint import nesting
from errlint.nesting import BLOCKS, BRACKETS, LEVELS, refusal
from errlint.semantics.program.tree import children


def _too_deep_at(text: str) -> int | None:
    refused = refusal(text)
    return None if refused is None else refused.offset


_LEVELS = (
    cst.BinaryOperation, cst.BooleanOperation, cst.UnaryOperation, cst.Attribute, cst.Call, cst.Subscript, cst.Lambda, cst.IfExp,
    cst.ConcatenatedString, cst.FormattedString, cst.List, cst.Dict, cst.ListComp, cst.CompFor, cst.If, cst.FunctionDef,
)  # fmt: skip


def _depth(module: cst.Module) -> int:
    """How many nodes that a parser recurses for stand in each other."""
    deepest = 0
    stack: list[tuple[cst.CSTNode, int]] = [(module, 0)]
    while stack:
        node, depth = stack.pop()
        depth += isinstance(node, _LEVELS) + len(getattr(node, "lpar", ()) if isinstance(node, cst.BaseExpression) else ())
        deepest = max(deepest, depth)
        stack += [(child, depth) for child in children(node)]
    return deepest


def _passes(text: str, levels: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(nesting, "LEVELS", levels)
    return _too_deep_at(text) is None


def _expression(chance: random.Random, size: int, quotes: tuple[str, ...] = ('"""', "'''", '"', "'")) -> str:
    """A valid expression with about ``size`` parts, of all the kinds that nest; within f-strings the outer quotes are not used again."""

    def part(*, with_quotes: tuple[str, ...] = quotes) -> str:
        return _expression(chance, size // 2, with_quotes)

    if size < 2:
        return chance.choice(["a", "1", "'(' \"[\"", "...", "[]", "r'\\'' # (\n"] if len(quotes) == 4 else ["a", "1", "[]"])
    kind = chance.randrange(14 if quotes else 13)
    match kind:
        case 0:
            return f"({part()})"
        case 1:
            return f"({part()})({part()}, b={part()})"
        case 2:
            return f"a.b.c[{part()}:{part()}].d"
        case 3:
            return f"({part()} + -{part()})"
        case 4:
            return f"(not {part()} and {part()} or {part()})"
        case 5:
            return f"(lambda a, b={part()}: {part()}, {part()})"
        case 6:
            return f"[{part()}, {part()}, *{part()}]"
        case 7:
            return f"{{{part()}: {part()}, 1: (b := {part()})}}"
        case 8:
            return f"({part()} if {part()} else {part()})"
        case 9:
            return f"[a for a, b in {part()} for c in {part()} if {part()}]"
        case 10:
            return f"({part()} < {part()} is not {part()})"
        case 11:
            return f"({part()}).b ** ~{part()}"
        case 12:
            return f"(lambda: lambda x, y: ({part()}, {part()}))"
        case _:
            quote, rest = quotes[0], quotes[1:]
            inner = part(with_quotes=rest).replace("\n", " ").partition("#")[0] if len(quotes) < 4 else part(with_quotes=rest)
            return f"f{quote}{{{{ ( [ {{({inner})!r:{{a}}>{{({_expression(chance, 1, ())})}}}} }}}} ){quote}"


@pytest.mark.parametrize("seed", range(30))
def test_the_count_is_at_least_the_depth_of_the_tree_and_not_far_from_it(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    lines = [f"x{number} = (\n{_expression(chance, chance.choice([4, 30, 120]))}\n)" for number in range(4)]
    nested = "".join(f"{'    ' * depth}{word} a:\n" for depth, word in enumerate(chance.choices(["if", "while", "with"], k=seed % 9)))
    inner = "    " * (seed % 9)
    text = "\n".join([nested + inner + "pass", "if a:", "  pass", *["elif b:\n  # (((\n\n  pass"] * (seed % 7), *lines, ""])
    depth = _depth(cst.parse_module(text))
    assert not _passes(text, depth - 1, monkeypatch)
    assert _passes(text, 3 * depth + 3, monkeypatch)


@pytest.mark.parametrize(
    "text",
    [
        "x = [" + "(1, 'a' 'b'), " * 5_000 + "]",
        "x = {" + "'a': b.c.d(e) + 1,\n" * 5_000 + "}",
        "f(" + "a=b[0].c, " * 5_000 + ")",
        "a.b().c[0]\n" * 5_000,
        "x = a + b; " * 5_000,
        "def f():\n" + "    if a:\n        return b.c\n    else:\n        d()\n" * 2_000,
        "# ((((((\n" * 5_000,
        "'''" + "(" * 5_000 + "'''",
        "f'''" + "( . {{ {a} }} [" * 5_000 + "'''",
        'x = "\\"(((" # )))\n' * 1_000,
    ],
)
def test_what_stands_side_by_side_is_not_nested(text: str) -> None:
    assert _too_deep_at(text) is None


def test_the_place_is_where_it_gets_too_deep() -> None:
    text = "a = 1\nb = " + "(" * (BRACKETS + 1)
    assert _too_deep_at(text) == len(text) - 1
    assert _too_deep_at(text[:-1]) is None
    chain = "x = a" + ".b" * LEVELS
    assert _too_deep_at(chain) is None
    assert _too_deep_at(chain + ".b") == len(chain)
    blocks = "".join(f"{' ' * depth}if a:\n" for depth in range(BLOCKS + 1))
    assert _too_deep_at(blocks + " " * (BLOCKS + 1) + "pass") == len(blocks) - 1
    assert _too_deep_at(blocks) is None


@pytest.mark.parametrize("text", ["x = ')' )" + "(" * 1_000, "x = 'a\n" + "(" * 1_000, "f'{a' + " + "(" * 1_000, "f'}' + " + "(" * 1_000])
def test_after_a_mistake_nothing_is_parsed(text: str) -> None:
    assert _too_deep_at(text) is None
    with pytest.raises(cst.ParserSyntaxError):
        cst.parse_module(text)
