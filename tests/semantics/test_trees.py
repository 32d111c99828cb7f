"""Trees: what is looked up by rank is what a walk would find, and a tree that is put together is the one that would be read."""

from __future__ import annotations

import libcst as cst
import pytest

from errlint import registry
from errlint.api_comments import ApiComments
from errlint.bare import bare_module
from errlint.engine import Setup, semantics_of
from errlint.model import Edit
from errlint.semantics.analysis import Semantics
from errlint.semantics.program.scopes import Scopes
from errlint.semantics.program.tree import Tree, alike
from errlint.semantics.rewrites.trials import Trials
from errlint.semantics.rewrites.writing import Writing
from errlint.source import Source

CODE = '''"""Words."""
import time

@again(3)
def fetch(url, *, tries: int = COUNT):
    return [get(part(url)) for part in PARTS]


class Client:
    base = BASE

    def send(self): return lambda word=DEFAULT: self.made(word)
'''


def of_code(code: str = CODE) -> tuple[Tree, Source]:
    """The bare tree of some code, and its source, which knows the nodes of that tree."""
    source = Source.parse(code.encode(), "client.py")
    tree = Tree.of(bare_module(code.encode()))
    return tree, source.beside(dict(zip(tree.order, Tree.of(source.module).order, strict=True)))


def test_calls_come_as_they_are_evaluated() -> None:
    tree, source = of_code("f(g(a), h(i(b), lambda: j()), k(c).l(d))\n")
    assert [source.code(call.func) for call in tree.inner_first(tree.module, cst.Call)] == ["g", "i", "h", "k", "k(c).l", "f"]


def test_a_function_that_is_only_defined_calls_nothing() -> None:
    tree, _ = of_code("def f(): g()\n")
    assert tree.inner_first(tree.all(cst.FunctionDef)[0], cst.Call) == []


@pytest.mark.parametrize(
    ("word", "owner"),
    [("again", ""), ("COUNT", ""), ("int", ""), ("PARTS", "listed"), ("BASE", "Client"), ("made", "lambda"), ("DEFAULT", "lambda")],
)
def test_a_name_is_looked_up_where_it_stands(word: str, owner: str) -> None:
    tree, _ = of_code()
    scope = Scopes(tree).scope_of(next(name for name in tree.all(cst.Name) if name.value == word))
    kinds = {"": cst.Module, "listed": cst.ListComp, "Client": cst.ClassDef, "lambda": cst.Lambda}
    assert isinstance(scope, kinds[owner])


def test_a_parameter_is_of_its_function() -> None:
    tree, _ = of_code()
    scopes = Scopes(tree)
    assert [type(scopes.scope_of(param)) for param in tree.all(cst.Param)] == [*[cst.FunctionDef] * 3, cst.Lambda]


def trials(code: str) -> Trials:
    tree, source = of_code(code)
    setup = Setup((), registry.libraries(), registry.catalogues(()))
    full = semantics_of(source, setup, ApiComments.parse(source.text, setup.api_ids))
    return Trials(Writing(Semantics(tree, full.libraries, full.catalogues), source))


AT = {word: CODE.index(word) for word in ("import", "@again", "get", "\n\n\nclass", "base", "class")}
EDITED = {
    "above the first statement": [Edit(0, 0, "import json\n")],
    "before a decorator": [Edit(AT["@again"], AT["@again"], "import random\n\n")],
    "in two statements": [Edit(AT["get"], AT["get"] + 3, "post"), Edit(AT["base"], AT["base"] + 4, "root")],
    "twice at one place": [Edit(AT["import"], AT["import"], "a = 1\n"), Edit(AT["import"], AT["import"], "b = 2\n")],
    "a statement taken out": [Edit(AT["import"], AT["@again"], "")],
    "below the last": [Edit(len(CODE), len(CODE), "\n\ndone = True\n")],
}


@pytest.mark.parametrize("edits", EDITED.values(), ids=EDITED)
def test_a_tree_with_other_statements_is_that_of_the_edited_text(edits: list[Edit]) -> None:
    found = trials(CODE).spliced(edits)
    text = CODE
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    assert found is not None
    assert alike(found, bare_module(text.encode()))


@pytest.mark.parametrize(
    "edit",
    [
        Edit(AT["@again"] - 2, AT["@again"], ""),
        Edit(AT["get"], AT["class"] + 5, "x"),
        Edit(AT["base"], AT["base"], "("),
        Edit(AT["@again"], AT["@again"], "# coding: latin-1\n"),
    ],
    ids=["statements joined", "over several statements", "no Python", "words of an encoding"],
)
def test_what_cannot_be_read_by_itself_is_not_put_together(edit: Edit) -> None:
    assert trials(CODE).spliced([edit]) is None


def test_a_full_tree_is_not_mixed_with_bare_ones() -> None:
    source = Source.parse(CODE.encode(), "client.py")
    setup = Setup((), registry.libraries(), registry.catalogues(()))
    full = semantics_of(source, setup, ApiComments.parse(source.text, setup.api_ids))
    assert Trials(Writing(full, source)).spliced([Edit(0, 0, "import json\n")]) is None


def test_a_bare_node_has_the_brackets_of_the_full_one() -> None:
    tree, source = of_code("x = (a +\n     b)\n")
    added = tree.all(cst.BinaryOperation)[0]
    assert len(source.full(added).lpar) == 1
    assert source.full(source.full(added)) is source.full(added)
    assert source.code(added) == "a +\n     b"
