"""Tests of text: every spelling of "does this text say …?" as one fact."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.conditions import conditions_at, needed_beside
from errlint.semantics.program.constants import Constants, item_key, string_value, text_value
from errlint.semantics.program.names import Names, dotted
from errlint.semantics.program.patterns import Keys, comparisons_in
from errlint.semantics.program.scopes import How, Scopes
from errlint.semantics.program.tree import Tree

_MATCHING = frozenset({"search", "match", "fullmatch", "findall", "finditer"})
_GAP = "…"
_POSITIONS = frozenset({"find", "rfind", "index", "rindex", "count"})
_MAPPINGS = frozenset({"dict", "Mapping", "MutableMapping"})
_OF_MAPPINGS = frozenset({"get", "items", "keys", "pop", "setdefault", "values"})
_COLLECTIONS = _MAPPINGS | {"Dict", "set", "frozenset", "Set", "list", "List", "tuple", "Tuple", "Sequence", "Collection"}
_AFFIXES = frozenset({"startswith", "endswith"})
_ASKING = _MATCHING | _AFFIXES | {"count", "get"}
"""Methods that ask for a text."""


@dataclass(frozen=True, eq=False)
class TextTest:
    """``subject`` is asked for ``literals``.

    :ivar exact: the whole text is compared (``==``, membership in a list, ``match``), not a part of it.
    :ivar pattern: the literals are regular expressions.
    :ivar negated: the test is true when the text does *not* say it.
    :ivar phrase: what the literals come from, where they are compared with the text.
    :ivar keys: lead from the subject to the text: ``case {"error": {"message": "Trial has ended"}}``.
    """

    node: cst.CSTNode
    subject: cst.BaseExpression
    literals: tuple[str, ...]
    exact: bool = False
    pattern: bool = False
    negated: bool = False
    keys: Keys = ()
    phrase: cst.BaseExpression | None = None

    @property
    def of_beginning(self) -> bool:
        """Whether it is ``text.startswith(…)``."""
        return isinstance(self.node, cst.Call) and isinstance(self.node.func, cst.Attribute) and self.node.func.attr.value == "startswith"

    def words(self) -> tuple[str, ...]:
        """The literals as a person reads them: regular expressions reduced to their plain words."""
        return tuple(word for literal in self.literals for word in plain_words(literal)) if self.pattern else self.literals


def plain_words(pattern: str) -> Iterator[str]:
    """A regular expression as a person reads it: the plain words of each of its alternatives."""
    depth, start = 0, 0
    unescaped = [found for found in re.finditer(r"\\.|\[(?:\\.|[^\]\\])*\]|[()|]", pattern) if found[0] in "()|"]
    for found in unescaped:
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == "|" and not depth:
            yield _plain(pattern[start : found.start()])
            start = found.end()
    yield _plain(pattern[start:])


def _of_self(target: cst.BaseExpression) -> str:
    """The attribute of ``self.attribute``; empty for other targets."""
    return target.attr.value if isinstance(target, cst.Attribute) and dotted(target.value) == "self" else ""


def _is_mapping(test: cst.BaseExpression, path: str) -> bool:
    """Whether a test is ``isinstance(path, dict)``."""
    if not isinstance(test, cst.Call) or dotted(test.func) != "isinstance" or len(test.args) != 2:
        return False
    type_ = (dotted(test.args[1].value) or "").rpartition(".")[2]
    return dotted(test.args[0].value) == path and type_ in _MAPPINGS


def _with_gaps(expression: cst.BaseExpression) -> str:
    """The text of an f-string, of ``"…".format(x)`` and ``"…" % x``, with an ellipsis for what only shows at run time; "" for all else."""
    if isinstance(expression, cst.FormattedString):
        parts = [part.value if isinstance(part, cst.FormattedStringText) else _GAP for part in expression.parts]
        return "".join(parts) if set(parts) - {_GAP} else ""
    template = None
    if isinstance(expression, cst.Call) and isinstance(expression.func, cst.Attribute) and expression.func.attr.value == "format":
        template = string_value(expression.func.value)
    elif isinstance(expression, cst.BinaryOperation) and isinstance(expression.operator, cst.Modulo):
        template = string_value(expression.left)
    found = re.sub(r"\{[^{}]*\}|%(?:\(\w+\))?[sdr]", _GAP, template) if template is not None else ""
    return found if found.replace(_GAP, "").strip() else ""


def _plain(pattern: str) -> str:
    """One alternative without what only a machine reads; as it is written where that is nearly all of it: ``5\\d\\d``."""
    text = re.sub(r"\(\?[a-zA-Z]*\)|\(\?:|\\[bBAZ]|[\^$]|(?<!\\)[()]\??", "", pattern)
    text = re.sub(r"\\s[+*]?|\.[*+]\??", " ", text)
    text = re.sub(r"\\[dDwWS](?:[+*?]|\{[\d,]*\})?\??", _GAP, text)
    text = re.sub(rf"{_GAP}(?:\\?\W?{_GAP})+", _GAP, text)  # `\d+\.\d+`
    says = sum(character.isalnum() for character in re.sub(r"\\.", "", text)) > 1
    return re.sub(r"\\(.)", r"\1", text) if says or _GAP not in text else pattern


class TextTests:
    """Finds the text tests of one file.

    :param matchers: modules with the functions of ``re``.
    """

    def __init__(self, tree: Tree, scopes: Scopes, names: Names, constants: Constants, matchers: Collection[str]) -> None:
        self._tree = tree
        self._scopes = scopes
        self._names = names
        self._constants = constants
        self._matchers = matchers

    def at(self, node: cst.CSTNode) -> TextTest | None:
        """The test that this node is, if it is one."""
        if isinstance(node, cst.Comparison):
            return self._comparison(node)
        if isinstance(node, cst.Call):
            return self._call(node)
        return next(self._match(node), None) if isinstance(node, cst.Match) else None

    def all_at(self, node: cst.CSTNode) -> Iterator[TextTest]:
        """The tests that this node is: a ``match`` may ask several texts."""
        if isinstance(node, cst.Match):
            yield from self._match(node)
        else:
            test = self.at(node)
            if test is not None:
                yield test

    def _comparison(self, node: cst.Comparison) -> TextTest | None:
        if len(node.comparisons) != 1:
            return None
        left, operator, right = node.left, node.comparisons[0].operator, node.comparisons[0].comparator
        if isinstance(operator, (cst.In, cst.NotIn)):
            return self._membership(node, left, right, negated=isinstance(operator, cst.NotIn))
        if isinstance(operator, (cst.Equal, cst.NotEqual)):
            negated = isinstance(operator, cst.NotEqual)
            for subject, other in ((left, right), (right, left)):
                literals = self._phrases(other)
                # what is written out is the phrase, even if the text may be known as well: `text = answer.reason or ""`
                written = text_value(other) is not None and text_value(subject) is None
                if len(literals) == 1 and (written or not self._constants.strings(subject)):
                    return TextTest(node, subject, literals, exact=True, negated=negated, phrase=other)
        return self._position(node, left, operator)

    def _phrases(self, expression: cst.BaseExpression) -> tuple[str, ...]:
        """The strings that an expression stands for; of one with gaps (``f"Stack {name} does not exist"``) what is around them."""
        written = _with_gaps(expression)
        return (written,) if written else self._constants.strings(expression)

    def _membership(self, node: cst.Comparison, left: cst.BaseExpression, right: cst.BaseExpression, *, negated: bool) -> TextTest | None:
        inside = self._phrases(left)
        if inside:
            # "rate limit" in text; also the variable of any(x in text for x in PHRASES)
            return TextTest(node, right, inside, negated=negated, phrase=left)
        among = self._constants.strings(right)
        if among and not isinstance(right, (cst.SimpleString, cst.ConcatenatedString)):
            return TextTest(node, left, among, exact=True, negated=negated)
        return None

    def _position(self, node: cst.Comparison, left: cst.BaseExpression, operator: cst.BaseCompOp) -> TextTest | None:
        """``text.find("x") != -1``, ``text.count("x") > 0``."""
        if isinstance(left, cst.Call) and isinstance(left.func, cst.Attribute) and left.func.attr.value in _POSITIONS and left.args:
            literals = self._constants.strings(left.args[0].value)
            if literals:
                return TextTest(node, left.func.value, literals, negated=isinstance(operator, (cst.Equal, cst.LessThan)))
        return None

    def _call(self, node: cst.Call) -> TextTest | None:
        function = node.func
        if not node.args or (isinstance(function, cst.Attribute) and function.attr.value not in _ASKING):
            return None  # as nearly all
        if isinstance(function, cst.Attribute) and function.attr.value in _AFFIXES:
            literals = self._phrases(node.args[0].value)
            return TextTest(node, function.value, literals) if literals else None
        if isinstance(function, cst.Attribute) and function.attr.value == "count" and len(node.args) == 1:
            # `text.count("x")` as a truth; compared with a number it is part of a comparison
            literals = () if isinstance(self._tree.parent.get(node), cst.Comparison) else self._constants.strings(node.args[0].value)
            return TextTest(node, function.value, literals) if literals else None
        if isinstance(function, cst.Attribute) and function.attr.value == "get":
            return self._lookup(node, function.value, node.args[0].value)
        is_method = isinstance(function, cst.Attribute)
        if not is_method and (len(node.args) < 2 or not isinstance(function, cst.Name) or not self._names.may_be_imported(function)):
            return None  # `search(pattern, text)`
        module, _, name = (self._names.qualified(function) or "").rpartition(".")
        if module in self._matchers and name in _MATCHING and len(node.args) >= 2:
            patterns = self.patterns(node.args[0].value)
            return TextTest(node, node.args[1].value, patterns, pattern=True) if patterns else None
        if isinstance(function, cst.Attribute):
            patterns = self._compiled(function.value)
            return TextTest(node, node.args[0].value, patterns, pattern=True) if patterns else None
        return None

    def _lookup(self, node: cst.CSTNode, table: cst.BaseExpression, subject: cst.BaseExpression) -> TextTest | None:
        """``TABLE.get(text)``: the table decides; not one that only gives other words for the text."""
        if not isinstance(table, (cst.Name, cst.Attribute, cst.Dict)) or text_value(subject) is not None:
            return None
        written = next((value for value in (table, *self._constants.values(table)) if isinstance(value, cst.Dict)), None)
        if written is None or all(" " in (string_value(element.value) or "") for element in written.elements):
            return None
        literals = self._constants.strings(table)
        return TextTest(node, subject, literals, exact=True) if literals else None

    def patterns(self, expression: cst.BaseExpression) -> tuple[str, ...]:
        """The regular expressions that an expression stands for: their text, or compiled ones."""
        return self._constants.strings(expression) or self._compiled(expression)

    def _compiled(self, expression: cst.BaseExpression) -> tuple[str, ...]:
        """The pattern of ``re.compile("…")``, through a name."""
        values = [expression, *self._constants.values(expression)]
        for value in values:
            module, _, name = ((self._names.qualified(value.func) if isinstance(value, cst.Call) else None) or "").rpartition(".")
            if isinstance(value, cst.Call) and module in self._matchers and name == "compile" and value.args:
                return self._constants.strings(value.args[0].value)
        return ()

    def _match(self, node: cst.Match) -> Iterator[TextTest]:
        """``match text:`` with string patterns, or mapping patterns that compare the value under a key with a string."""
        asked: dict[tuple[cst.BaseExpression, Keys], list[str]] = {}
        for case in node.cases:
            for tested in comparisons_in(node.subject, case.pattern):
                literals = [literal for value in tested.values for literal in self._constants.strings(value)]
                asked.setdefault((tested.subject, tested.keys), []).extend(literals)
        for (subject, keys), literals in asked.items():
            if literals:
                yield TextTest(node, subject, tuple(literals), exact=True, keys=keys)

    def asks_for_keys(self, test: TextTest) -> bool:
        """``if "code" in response.text:`` before ``response.json()["code"]``: is there such a key, asked before the body is decoded?"""
        around = self._tree.enclosing(test.node, cst.If)
        if not isinstance(around, cst.If) or test.pattern or not self._tree.within(test.node, around.test):
            return False
        read = {string_value(node) for node in self._tree.inside(around.body, cst.SimpleString) if self._is_key(node)}
        keys = {literal.strip("\"'") for literal in test.literals}
        return keys <= read and all(map(str.isidentifier, keys))

    def asks_a_mapping(self, test: TextTest) -> bool:
        """``isinstance(error, dict) and "message" in error``, ``"message" in error`` above ``error["message"]``: no text is asked."""
        asked = dotted(test.subject)
        if asked is None or test.exact or test.pattern or not isinstance(test.node, cst.Comparison):
            return False
        held = (found for found, truth in conditions_at(self._tree, test.node) if truth)
        if any(_is_mapping(found, asked) for found in (*held, *needed_beside(self._tree, test.node))):
            return True
        around = self._tree.enclosing(test.node, cst.If, cst.IfExp)
        read = self._tree.inside(around.body, cst.Subscript) if isinstance(around, (cst.If, cst.IfExp)) else ()
        if any(dotted(found.value) == asked and item_key(found) in test.literals for found in read):
            return True
        return self._is_used_as_mapping(asked, test.node) or self._is_declared_mapping(test.subject)

    def _is_used_as_mapping(self, asked: str, node: cst.CSTNode) -> bool:
        """``error.detail.items()``: whether a method of mappings is called of a value in the function around a place."""
        function = self._tree.enclosing(node, cst.FunctionDef)
        calls = self._tree.inside(function.body, cst.Call, into_functions=False) if function is not None else ()
        called = (call.func for call in calls if isinstance(call.func, cst.Attribute) and call.func.attr.value in _OF_MAPPINGS)
        return any(dotted(function.value) == asked for function in called)

    def _is_declared_mapping(self, subject: cst.BaseExpression) -> bool:
        """Whether each class of the file that says of what type an attribute of this name is says that it has keys or items."""
        if not isinstance(subject, cst.Attribute):
            return False
        declared = self._attributes.get(subject.attr.value, [])
        return bool(declared) and all(
            any(isinstance(part, cst.Name) and part.value in _COLLECTIONS for part in (one, *self._tree.below(one))) for one in declared
        )

    @cached_property
    def _attributes(self) -> dict[str, list[cst.BaseExpression]]:
        """By the names of attributes that methods set, the types that are written for them or for the parameters they are set to."""
        found: dict[str, list[cst.BaseExpression]] = {}
        for plain in self._tree.all(cst.Assign):
            types = self._types_of(plain.value)
            for target in plain.targets if types else ():
                found.setdefault(_of_self(target.target), []).extend(types)
        for annotated in self._tree.all(cst.AnnAssign):
            found.setdefault(_of_self(annotated.target), []).append(annotated.annotation.annotation)
        return found

    def _types_of(self, value: cst.BaseExpression) -> list[cst.BaseExpression]:
        bindings = self._scopes.reaching(value) if isinstance(value, cst.Name) else ()
        return [binding.annotation for binding in bindings if binding.annotation is not None]

    def _is_key(self, literal: cst.SimpleString) -> bool:
        parent = self._tree.parent.get(literal)
        if isinstance(parent, cst.Arg):
            call = self._tree.parent.get(parent)
            return isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value == "get"
        return isinstance(parent, cst.Index) or (isinstance(parent, cst.Comparison) and parent.left is literal)

    def looped(self, test: TextTest) -> cst.GeneratorExp | cst.ListComp | None:
        """The generator in ``any(x in text for x in PHRASES)`` when the literals are its variable."""
        if not isinstance(test.node, cst.Comparison) or not isinstance(test.node.left, cst.Name):
            return None
        bindings = self._scopes.reaching(test.node.left)
        if bindings and bindings[0].how is How.ITEM and isinstance(bindings[0].node, cst.CompFor):
            return self._tree.enclosing(test.node, cst.GeneratorExp) or self._tree.enclosing(test.node, cst.ListComp)
        return None

    def tells_which(self, node: cst.CSTNode, tests: Sequence[TextTest]) -> bool:
        """Whether code asks elsewhere which phrase of a loop was found: ``for word in WORDS: if word in text: return word``.

        :param node: what asks; :param tests: the tests in it.
        """
        for name in self._tree.inside(node, cst.Name):
            if any(self._tree.within(name, test.subject) for test in tests):
                continue
            loops = [binding.node for binding in self._scopes.reaching(name) if binding.how is How.ITEM]
            around = self._tree.enclosing(name, cst.FunctionDef) or self._tree.module
            alike = [other for other in self._tree.inside(around, cst.Name) if other.value == name.value]
            bound = (node, *(loop.target for loop in loops if isinstance(loop, (cst.For, cst.CompFor))))
            others = [other for other in alike if not any(self._tree.within(other, one) for one in bound)]
            if any(binding.node in loops for other in others for binding in self._scopes.reaching(other)):
                return True
        return False
