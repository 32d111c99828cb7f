"""What the layer knows of the expressions on a line, and how: for people who write rules, or look into a false alarm."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.lean import dataclass
from errlint.model import Location, Step
from errlint.semantics.analysis import Semantics
from errlint.semantics.asked.code_tests import CodeTest, Way
from errlint.semantics.asked.text_tests import TextTest
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.trails import steps
from errlint.semantics.values.status_sets import ALL, in_words, statuses
from errlint.semantics.values.types import shown
from errlint.source import Source

_FEW = 5
"""So many statuses that are ruled out are told one by one."""


@dataclass(frozen=True)
class Insight:
    """What is known of one expression, handler or parameter.

    :ivar source: its text; :ivar kind: what it means, empty when nothing is known; :ivar type: the type of a library;
    :ivar api: the id of the API; :ivar because: why it is bound to that, or to none; :ivar path: keys from the root of the body;
    :ivar proven: whether it is evidence by itself; :ivar statuses: those that the answer may have here, in words, empty for clients;
    :ivar asks: the tests that this expression makes; :ivar trail: how the value got here.
    """

    source: str
    location: Location
    kind: str = ""
    type: str = ""
    api: str = ""
    because: str = ""
    path: tuple[str | int, ...] = ()
    proven: bool = True
    statuses: str = ""
    asks: tuple[str, ...] = ()
    trail: tuple[Step, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.kind or self.asks)


class Insights:
    """Answers for the lines of one file."""

    def __init__(self, source: Source, semantics: Semantics) -> None:
        self._source = source
        self._semantics = semantics

    def on(self, line: int, column: int | None = None) -> list[Insight]:
        """The expressions that begin on a line, the outer before the inner.

        With a column, which is 1-based as lines are: those around that place, the inner before the outer.
        """
        found = [(node, self._source.location(node)) for node in self._nodes()]
        if column is None:
            return [self._of(node, location) for node, location in found if location.line == line]
        here = (line, column)
        around = [
            (node, location)
            for node, location in found
            if (location.line, location.column) <= here < (location.end_line, location.end_column)
        ]
        return [self._of(node, location) for node, location in reversed(around)]

    def _nodes(self) -> Iterator[cst.CSTNode]:
        """What can have a meaning, in document order."""
        parent = self._semantics.tree.parent
        for node in self._semantics.tree.order:
            whole = isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler, cst.Param, cst.MatchCase))
            expression = isinstance(node, cst.BaseExpression) and not isinstance(node, _LITERALS)
            if whole or (expression and not _is_only_a_name(node, parent.get(node))):
                yield node

    def _of(self, node: cst.CSTNode, location: Location) -> Insight:
        text = " ".join(_header(node, self._source).split()).rstrip(",")
        meaning = self._meaning(node)
        asks = tuple(self._asks(node))
        if meaning is None:
            return Insight(text, location, asks=asks)
        return Insight(
            text,
            location,
            kind=meaning.kind.value,
            type=shown(meaning.sheet.name) if meaning.sheet is not None and meaning.kind in _TYPED else "",
            api=meaning.catalogue.id if meaning.catalogue is not None else "",
            because=meaning.api.because if meaning.api is not None else "",
            path=meaning.path,
            proven=meaning.proven,
            statuses="" if meaning.kind in _TOOLS else _told(self._semantics.circumstances.statuses_at(node, meaning)),
            asks=asks,
            trail=steps(meaning.trail, self._source, self._semantics.imported),
        )

    def _meaning(self, node: cst.CSTNode) -> Meaning | None:
        if isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)):
            return self._semantics.evaluator.caught(node)
        if isinstance(node, cst.Param):
            scope = self._semantics.scopes.scope_of(node)
            bindings = self._semantics.scopes.bindings(node.name.value, scope)
            return next((self._semantics.evaluator.bound(binding) for binding in bindings if binding.node is node), None)
        return self._semantics.meaning(node) if isinstance(node, cst.BaseExpression) else None

    def _asks(self, node: cst.CSTNode) -> Iterator[str]:
        codes = self._semantics.code_tests.at(node)
        for text in self._semantics.text_tests.all_at(node):
            if not codes and self._semantics.asked(text) is not None:
                yield self._text_test(text)
        yield from map(self._code_test, codes)

    def _text_test(self, test: TextTest) -> str:
        how = "is, as a whole," if test.exact else "matches" if test.pattern else "contains"
        keys = "".join(f"[{key!r}]" for key in test.keys)
        return f"whether the text `{self._source.code(test.subject)}{keys}` {how} {_listed(test.literals)}{_negated(negated=test.negated)}"

    def _code_test(self, test: CodeTest) -> str:
        more = "" if test.complete else ", and values that are not known"
        subject = test.subject.expression
        # a pattern asks for something inside of what is matched
        shown = f" `{self._source.code(subject)}`" if subject is not None and test.way is not Way.CASE else ""
        return f"whether {test.subject.kind.value}{shown} is {_listed(test.values)}{more}{_negated(negated=test.negated)}"


_TOOLS = (Kind.CLIENT, Kind.OBJECT)
_TYPED = (*_TOOLS, Kind.RESPONSE, Kind.EXCEPTION)
_LITERALS = (cst.SimpleString, cst.Integer, cst.Float, cst.Ellipsis)


def _is_only_a_name(node: cst.CSTNode, parent: cst.CSTNode | None) -> bool:
    """A name that is no expression: of an attribute, a keyword, a function, what is assigned to."""
    if isinstance(parent, cst.Attribute):
        return node is parent.attr
    if isinstance(parent, cst.Arg):
        return node is parent.keyword
    if isinstance(parent, cst.NamedExpr):
        return node is parent.target
    only_names = (cst.FunctionDef, cst.ClassDef, cst.Param, cst.AsName, cst.ImportAlias, cst.AssignTarget, cst.NameItem, cst.MatchAs)
    return isinstance(parent, only_names) and node is getattr(parent, "name", getattr(parent, "target", None))


def _header(node: cst.CSTNode, source: Source) -> str:
    """The text of a node; of a handler or a case, that before its body."""
    body = getattr(node, "body", None)
    if not isinstance(body, cst.BaseSuite):
        return source.code(node)
    start, end = source.span(node)[0], source.span(body)[0]
    text = source.text if source.lossless else source.module.code
    return text[start:end].strip().rstrip(":")


def _told(possible: int) -> str:
    excluded = statuses(100, 600) & ~possible
    if not excluded:
        return "any"
    return f"any but {', '.join(in_words(excluded))}" if excluded.bit_count() <= _FEW else ", ".join(in_words(possible & ALL)) or "none"


def _listed(values: tuple[object, ...]) -> str:
    return " or ".join(map(repr, values))


def _negated(*, negated: bool) -> str:
    return ", and is true if not" if negated else ""
