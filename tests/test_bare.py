"""A bare tree is the tree that libcst makes, white space aside: node for node."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from pathlib import Path

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errlint import registry, stack
from errlint.bare import NotBare, bare_module
from errlint.engine import Setup, check_bytes
from errlint.semantics.program.tree import Tree
from errlint.source import Source

ROOT = Path(__file__).parent.parent
FILES = [
    *sorted((ROOT / "fixtures").rglob("*.py"))[::16],  # which are much alike, and each is linted with both trees elsewhere
    *sorted(path for folder in ("src", "rules", "tests") for path in (ROOT / folder).rglob("*.py"))[::8],
]

Sign = tuple[str, str, str, str, int]


def signs(module: cst.Module) -> list[Sign]:
    """What each node of a module says by itself, and which node it stands below."""
    tree = Tree.of(module)
    found: list[Sign] = []
    for node in tree.order:
        word = getattr(node, "value", "")
        operator = type(getattr(node, "operator", None)).__name__
        star = getattr(node, "star", "") if isinstance(node, (cst.Arg, cst.Index)) else ""
        above = tree.parent.get(node)
        found.append(
            (
                type(node).__name__,
                word.replace("\r\n", "\n").replace("\r", "\n") if isinstance(word, str) else "",
                operator,
                star or "",
                tree.order[above] if above is not None else -1,
            )
        )
    return found


def is_alike(code: bytes) -> bool:
    """Whether the bare tree of a file is that of libcst."""
    return stack.run(lambda: signs(bare_module(code)) == signs(Source.parse(code, "x.py").module))


@pytest.mark.parametrize("half", [0, 1])
def test_the_projects_own_files_have_the_same_nodes(half: int) -> None:
    compared = 0
    for path in FILES[half::2]:
        raw = path.read_bytes()
        try:
            stack.run(lambda raw=raw: bare_module(raw))  # type: ignore[misc]
        except NotBare:
            continue
        assert is_alike(raw), path
        compared += 1
    assert compared > len(FILES) * 0.4


FORMS = {
    "one line": "a = 1; b = 2; c()\nif a: b; c\nwhile a: pass\nelse: pass\n",
    "continued lines": "if a: \\\n  b\na; \\\nb\n",
    "elif, and if in else": "if a:\n  pass\nelif b:\n  pass\nelse:\n  if c:\n    pass\n",
    "strings": "a = 'b' \"c\" f'd{e}' r'\\f' u'h' '''i\n\"j\"'''\n",
    "strings over lines": "a = ('b'  # c\n  'd' 'e')\n",
    "formatted": "f'{a!r:>{b}} {{c}} {d[\"e\"]}'\nrf'{x}\\d'\n",
    "formatted, over and over": "f'{a}' 'b{c}' F\"{d.e(f)[g]!s:>{h}}\" rf'{i}\\d' f'\\N{EN DASH}{j}' fr'{k}{{l}}'\n",
    "formatted, with forms": "f'{a:>10}{b!r:x}{ c }{d:}{e=}{f!a}'\n",
    "formatted, over lines": 'x = (f"""a\n{b}\n""" # c {d}\n  f"e{f}" \\\n  "g")\n',
    "formatted, with odd texts": "f'\\\\{a}', f'\\n{b}\\'', f'{{}}{{{c}}}', f'', f'ü{d}ü', f'{e(1)}{f[\"g\"]}{h, i}{j}'\n",
    "numbers": "0x1F + 1_000 + 1.5e3 + 2j + -3\n",
    "slices": "a[1], a[b:c], a[::2], a[b, c], a[(b, c)], a[(b), c], a[()], a[b,], a[1:2, ...]\n",
    "calls": "f(a, *b, c=1, **d)\nf(c=1, *b)\nf(x for x in y)\nf(*a, b, *c)\n",
    "chained": "a < b <= c is not d not in e\na and b and (c and d) or not e\n",
    "functions": "@a\n@b.c(1)\nasync def f(a, /, b: int = 1, *c: x, d, e=2, **f) -> g:\n  await h\n  yield\n  yield i\n  yield from j\n",
    "parameters": "def f(*, a): pass\ndef g(a, /): pass\nlambda *a, b=1, **c: d\nlambda: 0\n",
    "classes": "class A(b, *c, metaclass=d, **e):\n  'f'\nclass B: pass\n",
    "comprehensions": "[a for b in c if d if e for f in g]\n{a: b for c in d}\n{a async for b in c}\n(a for b in c)\n",
    "collections": "[], (), {}, {a}, {a: b, **c}, [*a, b], (a,), *b, c\n",
    "targets": "a = b = c\na, (b, *c) = d\na: int\nb: int = 1\na.b: c = 1\na @= b\na //= c\n",
    "loops": "for a, b in c:\n  break\nelse:\n  continue\nasync def f():\n  async for a in b: pass\n  async with a as b, c: pass\n",
    "with": "with a as b, c as (d, e): pass\nwith (a as b, c): pass\nwith (a): pass\n",
    "try": "try: a\nexcept b as c: d\nexcept (e, f): g\nexcept: h\nelse: i\nfinally: j\n",
    "match": "match a:\n  case 1 | -2.5 | 3+4j: b\n  case 'c' 'd' if e:\n    f\n  case None | True: g\n  case h.i as j: k\n  case _: l\n",
    "sequences": "match a, *b:\n  case [c, *_, d]: pass\n  case (e, f) | [] | (): pass\n  case g, *h: pass\n  case (i,): pass\n",
    "sequences in none": "match (a,):\n  case [j], k: pass\n  case (l, m), n: pass\n  case [(o), p]: pass\n",
    "mappings": "match a:\n  case {'b': 1, c.d: e, **f,}: pass\n  case {}: pass\n  case {r.u: (s), 't': _,}: pass\n",
    "classes in cases": "match a:\n  case g.H(1, 'i', j=k | l,): pass\n  case M(): pass\n  case ((N(o) | p) as q): pass\n",
    "imports": "import a, b.c as d\nfrom . import e\nfrom ..f.g import (h as i, j,)\nfrom k import *\n",
    "others": "global a, b\ndel a\ndel a, b\ndel (a, b)\nassert a, b\nraise a from b\nraise\nreturn_ = (a := b)\n",
    "no code": "",
    "comments": "# a\n\n# b\n",
    "windows": "a = '''b\r\nc'''\r\nif a:\r\n    b\r\n",
    "form feed": "a\n\x0c\nif b:\n\x0c    c\n",
    "marked": "\ufeffa = 'ü'; b = ü['ü']\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_code_has_the_same_nodes(name: str) -> None:
    assert is_alike(FORMS[name].encode())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="not Python yet")
def test_handlers_of_groups_have_the_same_nodes() -> None:
    assert is_alike(b"try: a\nexcept* b as c: d\nexcept* (e, f):\n  g\nelse: h\nfinally: i\n")


def test_an_encoding_other_than_utf_8_has_the_same_nodes() -> None:
    assert is_alike("# -*- coding: latin-1 -*-\nä = 'ö' 'ü'\nb(ä['ß'], 'é')\n".encode("latin-1"))


NAMES = st.sampled_from(["a", "b_1", "ünïcode", "self"])
ATOMS = st.one_of(
    NAMES,
    st.integers(0, 999).map(str),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6).map(repr),
    st.sampled_from(["f'{a}'", "'a' 'b'", "None", "...", "b'x'"]),
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner, st.sampled_from(["+", "and", "or", "<", "is not", "not in", "**", "if a else"])).map(
            lambda parts: f"({parts[0]} {parts[2]} {parts[1]})"
        ),
        st.tuples(inner, NAMES).map(lambda parts: f"({parts[0]}).{parts[1]}"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]})[{parts[1]}, :]"),
        st.tuples(inner, inner, inner).map(lambda parts: f"f({parts[0]}, *{parts[1]}, k={parts[2]})"),
        st.lists(inner, max_size=3).map(lambda parts: f"({''.join(f'{part}, ' for part in parts)})"),
        inner.map(lambda part: f"[{part} for a in {part} if {part}]"),
        inner.map(lambda part: f"(lambda a={part}: {part})"),
        inner.map(lambda part: f"(not -{part})"),
    ),
    max_leaves=12,
)


@given(st.lists(st.tuples(EXPRESSIONS, st.sampled_from(["x = {}\n", "if {}: pass\n", "for x in {}:\n    y\n", "{}; z\n"])), max_size=4))
def test_any_code_has_the_same_nodes(statements: list[tuple[str, str]]) -> None:
    code = "".join(form.format(expression) for expression, form in statements)
    ast.parse(code)
    assert is_alike(code.encode())


PATTERNS = st.recursive(
    st.sampled_from(["_", "a", "1", "-2", "'b'", "None", "c.d", "f()"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        st.lists(inner, max_size=3).map(lambda parts: f"({''.join(f'{part}, ' for part in parts)})"),
        inner.map(lambda part: f"({part})"),
        st.tuples(inner, inner).map(lambda parts: f"{{'k': {parts[0]}, m.n: {parts[1]}, **rest}}"),
        st.tuples(inner, inner).map(lambda parts: f"C({parts[0]}, k={parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]} | {parts[1]})"),
    ),
    max_leaves=8,
)


@given(st.lists(PATTERNS, min_size=1, max_size=4), st.booleans())
def test_any_pattern_has_the_same_nodes_or_no_bare_ones(patterns: list[str], in_one: bool) -> None:
    cases = [", ".join(patterns)] if in_one else patterns
    code = "match x:\n" + "".join(f"    case {pattern}: pass\n" for pattern in cases)
    try:
        ast.parse(code)  # which does not ask what names are bound
        bare_module(code.encode())
    except (NotBare, SyntaxError):
        return
    assert is_alike(code.encode())


@pytest.mark.parametrize(
    "code",
    [
        "print 'x'\n",
        "match a:\n    case (b), c: pass\n",
        "match a:\n    case ((b), c): pass\n",
        "x = " + " and ".join("a" * 1000),
        "x = a" + ".b()" * 3_000,
        "x = f'" + "{a}" * 100_000 + "'",
        "import a" + ".a" * 1_000,
        "x = [a " + "for a in b " * 1_000 + "]",
        pytest.param("def f[T](): pass\n", marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="not Python yet")),
    ],
)
def test_what_is_rare_or_too_deep_is_left_to_libcst(code: str) -> None:
    with pytest.raises(NotBare):
        stack.run(lambda: bare_module(code.encode()))


def test_whoever_asks_a_bare_node_for_punctuation_gets_no_wrong_answer() -> None:
    call = bare_module(b"f(a)").body[0]
    with pytest.raises(AttributeError):
        _ = call.leading_lines


def test_findings_are_the_same_with_and_without_the_bare_look() -> None:
    setup = Setup(registry.rules(), registry.libraries(), registry.catalogues(()))
    in_full = replace(setup, bare=False)
    for path in sorted((ROOT / "fixtures").rglob("*.py"))[::40]:  # as each is without gate and screens elsewhere
        raw = path.read_bytes()
        assert check_bytes(raw, path.name, setup, path) == check_bytes(raw, path.name, in_full, path), path
