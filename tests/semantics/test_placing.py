"""Whatever expression takes another one's place, wherever that is: it is one operand there, and the code around it means what it meant."""

from __future__ import annotations

import ast
import warnings

import libcst as cst
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from errlint.bare import NotBare, bare_module
from errlint.semantics.program.tree import Tree
from errlint.semantics.rewrites.placing import Placing, requoted
from errlint.source import Source

OLD = ["here", "(here)", "here(1)", '"a"in here', "'a'in(here)", "not here", "(a or here)", 'here["k"]', "[here]", "(\n        here\n    )"]
NEW = [
    *["a", "a.b", "f(x)", "1", "2.5", "None", '"text"', '"it\'s"', "'a \"word\"'", 'a["k"]', 'a.get("k", {}).get("m")', "[1, 2]", "{1: 2}"],
    *[
        "{'k'}",
        "[x for x in y]",
        "(x for x in y)",
        "-a",
        "~a",
        "not a",
        "await a",
        "a + b",
        "a * b",
        "a % b",
        "a @ b",
        "a ** b",
        "-a ** -b",
    ],
    *["a | b", "a ^ b", "a & b", "a << b", 'a == "x"', 'a in {"x", "y"}', "a < b < c", "a is not None", "a or b", "a and b", "a or not b"],
    *["a is not None and a.b == 404", "a if b else c", "lambda: a", "lambda x: x or a", "a, b", "(yield a)", "a\n        .b", "(a and b)"],
    *["(named := a)", "named := a", "f'{a}'", "a if b else lambda: c"],
]
AROUND = [
    *[
        "{}",
        "({})",
        "not {}",
        "not{}",
        "-{}",
        "~{}",
        "await {}",
        "{} and x",
        "x and {}",
        "x and{}",
        "{} or x",
        "x or {}",
        "{}and x",
        "x or{}or y",
    ],
    *["{} == x", "x == {}", "x < {} < y", "x in {}", "{} in x", "{} is None", "{} + x", "x + {}", "x - {}", "{} * x", "x % {}", "{} ** x"],
    *["x ** {}", "{} | x", "x | {}", "x & {}", "x << {}", "{}.part", "{}(x)", "{}[x]", "x[{}]", "x[{}:]", "x[:{}:2]", "x[{}, y]", "f({})"],
    *["f({}, y)", "f(k={})", "f(*{})", "f(**{})", "[{}]", "[{}, x]", "[*{}]", "({}, x)", "(*{}, x)", "{{{}}}", "{{{}: x}}", "{{x: {}}}"],
    *["{{**{}}}", "{} if x else y", "x if {} else y", "x if y else {}", "x if{}else y", "lambda: {}", "lambda k={}: k", "[x for x in {}]"],
    *["[x for x in y if {}]", "[x for x in y if{}]", "[{} for x in y]", "({} for x in y)", "{{{}: x for x in y}}", "{{x: {} for x in y}}"],
    *["any({} for x in y)", "any(x for x in {})", "(other := {})", 'f"{{{}}}"', "f'{{{}}}'", 'f"x {{{}!r:>3}} y"', "f'''{{{}}}'''"],
    *['f"{{x:{{{}}}}}"', "(yield {})", "print({}, end=x)"],
]
STATEMENTS = [
    *[
        "{}",
        "x = {}",
        "x: int = {}",
        "x += {}",
        "return {}",
        "return{}",
        "assert {}",
        "assert x, {}",
        "raise {}",
        "raise x from {}",
        "del x[{}]",
    ],
    *["if {}: pass", "if{}: pass", "while {}: pass", "for x in {}: pass", "with {} as x: pass", "with {}: pass", "yield {}"],
    *["@{}\n    def g(): pass", "def g(k={}): pass", "class C({}): pass", "class C(metaclass={}): pass", "try: pass\n    except {}: pass"],
    *["match {}:\n        case 1: pass", "match x:\n        case 1 if {}: pass", "x, y = {}, 1", "x = y = {}", "x = {}, y", "x = *{}, y"],
]


class Substituted(ast.NodeTransformer):
    """A tree with one expression in the place of another, and with `a and (b and c)` as `a and b and c`."""

    def __init__(self, old: str, new: str) -> None:
        self.old = ast.dump(ast.parse(f"({old})", mode="eval").body)
        self.new = ast.parse(f"({new})", mode="eval").body

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and ast.dump(node) == self.old:
            return self.new
        found: ast.AST = super().visit(node)
        return found


class Flattened(ast.NodeTransformer):
    """A tree in which what `and` joins stands side by side."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        values: list[ast.expr] = []
        for value in node.values:
            values += value.values if isinstance(value, ast.BoolOp) and type(value.op) is type(node.op) else [value]
        node.values = values
        return node


def read(code: str) -> ast.Module | None:
    """The tree of some code; None if it is no Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `1 is None`, `2and`
        try:
            return ast.parse(code)
        except SyntaxError:
            return None


class NoOperand(Exception):
    """The old expression is none by itself: in ``-here + 1``, ``here + 1`` is not."""


def replaced(code: str, old: str, new: str, *, in_brackets: bool) -> str | None:
    """The code after the replacement; None where Placing refuses it.

    :raises NoOperand: where ``old`` is no operand.
    """
    source = Source.parse(code.encode(), "x.py")
    try:
        tree = Tree.of(bare_module(code.encode()))
    except NotBare:
        tree = Tree.of(source.module)
    else:
        source = source.beside(dict(zip(tree.order, Tree.of(source.module).order, strict=True)))
    nodes = [node for node in tree.order if isinstance(node, cst.BaseExpression) and source.code(node) == old]
    if not nodes:
        raise NoOperand
    start, end = source.span(nodes[0])
    if not in_brackets and (brackets := source.full(nodes[0]).lpar):
        start, end = source.span(brackets[0])[0], source.end(nodes[0])
    fitted = Placing(tree, source).fitted(nodes[0], new, in_brackets=in_brackets)
    return code[:start] + fitted + code[end:] if fitted is not None else None


@st.composite
def codes(draw: st.DrawFn) -> tuple[str, str]:
    """An expression, and code that it stands in."""
    old = draw(st.sampled_from(OLD))
    code = old
    for _ in range(draw(st.integers(0, 3))):
        code = draw(st.sampled_from(AROUND)).format(code)
    statement = draw(st.sampled_from(STATEMENTS)).format(code)
    return old.removeprefix("(").removesuffix(")").strip() if old.startswith("(") else old, f"async def f():\n    {statement}\n"


@settings(max_examples=1000)
@given(codes(), st.sampled_from(NEW), st.booleans())
def test_what_is_put_somewhere_is_one_operand(before: tuple[str, str], new: str, in_brackets: bool) -> None:
    old, code = before
    wanted = read(code)
    assume(wanted is not None)
    assume(not (new == "a, b" and "with " in code))  # two managers, as brackets have it there
    try:
        after = replaced(code, old, new, in_brackets=in_brackets)
    except NoOperand:
        reject()
    if after is None:
        assert "f'" in code or 'f"' in code, "only quotes may be in the way"
        return
    found = read(after)
    assert found is not None, after
    assert wanted is not None
    expected = Flattened().visit(Substituted(old, new).visit(wanted))
    assert ast.dump(Flattened().visit(found)) == ast.dump(expected), after


@pytest.mark.parametrize(
    ("code", "new", "wanted"),
    [
        ("x = not here", "a and b", "x = not (a and b)"),
        ("x = y and here", "a and b", "x = y and a and b"),
        ("x = y or here", "a and b", "x = y or a and b"),
        ("x = (here)", "a and b", "x = (a and b)"),
        ("x = f(here)", "a if b else c", "x = f(a if b else c)"),
        ("if here: pass", "a == 1", "if a == 1: pass"),
        ("print(f'{here}')", 'a["k"]', "print(f'{a[\"k\"]}')"),
        ('print(f"{here}")', 'a["k"]', "print(f\"{a['k']}\")"),
    ],
)
def test_brackets_and_quotes_stand_only_where_they_have_to(code: str, new: str, wanted: str) -> None:
    assert replaced(code, "here", new, in_brackets=True) == wanted


@pytest.mark.parametrize("new", ['a["it\'s"]', "a['x'] + b[\"'\"]", '"a\\n"', "f'{a}' + f\"{b}\""])
def test_where_no_quotes_are_left_nothing_is_put(new: str) -> None:
    assert requoted(new, ['"', "'"]) is None


def test_a_name_that_is_given_on_the_way_is_kept() -> None:
    code = "if (found := here) == 1: print(found)"
    assert replaced(code, "(found := here) == 1", "a == 2", in_brackets=True) is None
    assert replaced(code, "(found := here) == 1", "(found := here) in {1, 2}", in_brackets=True) == (
        "if (found := here) in {1, 2}: print(found)"
    )
