"""Does the outcome of a test decide anything, or does it only choose words, or how long to wait?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import libcst as cst

from errlint.semantics.asked.extraction import Extraction
from errlint.semantics.asked.prose import Prose
from errlint.semantics.asked.text_tests import TextTest
from errlint.semantics.program.constants import string_value, targets_of
from errlint.semantics.program.leaving import leaves
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import Scopes
from errlint.semantics.program.tree import Tree

_TELLING = frozenset({
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "trace", "success", "print", "echo", "secho",
    "pprint", "rule", "write", "display", "add_note",
})  # fmt: skip
_SHOWING = frozenset({"notify", "toast", "flash", "alert", "showMessage", "showinfo", "showwarning", "showerror"})
"""What shows people what it is given, if that is a sentence."""
_TRUTH = frozenset({"any", "all", "bool", "next", "filter", "len", "max", "sum"})
_AROUND = (cst.Comparison, cst.Dict, cst.DictElement, cst.Tuple, cst.List, cst.Element)
"""What a truth may be a part of without being used by it."""
_HOPS = 3
_DEEPEST = 2
"""So many names and loops may lead from one to the next: each may lead to all others."""


class Decisions:
    """Answers whether control flow, a returned value, a raised type or a retry depends on an expression.

    :param pause: what a call waits for, if it waits; :param test_at: the test of text that a node is.
    """

    def __init__(
        self,
        tree: Tree,
        scopes: Scopes,
        prose: Prose,
        *,
        calls_of: Callable[[cst.FunctionDef], Sequence[cst.Call]],
        pause: Callable[[cst.Call], cst.BaseExpression | None],
        test_at: Callable[[cst.CSTNode], TextTest | None],
    ) -> None:
        self._tree = tree
        self._calls_of = calls_of
        self._scopes = scopes
        self._prose = prose
        self._pause = pause
        self._extraction = Extraction(tree, test_at, lambda statement: self._telling_statement(statement, describes=False))
        self._describing: dict[cst.FunctionDef, bool] = {}
        self._asked: set[cst.CSTNode] = set()

    def decides(self, node: cst.CSTNode) -> bool:
        """Whether the truth of ``node`` changes what the program does, beyond the wording of what it tells and the length of its waits.

        A match that is only asked whether there is anything to be read out of it does not.
        """
        if isinstance(node, cst.Match):
            return not all(self._only_tells(case.body, describes=self._describes(node)) for case in node.cases)
        return self._decides(node, _HOPS, matches=self._extraction.is_match(node))

    def _decides(self, node: cst.CSTNode, hops: int, *, matches: bool) -> bool:
        """:param matches: ``node`` is a match of a regular expression, or a name for one."""
        child: cst.CSTNode = node
        match = node.value if isinstance(node, cst.Name) else ""
        for found in self._tree.ancestors(node):
            if matches and match and self._extraction.reads_out(found, match):
                return False
            if isinstance(found, (cst.BooleanOperation, cst.UnaryOperation, cst.GeneratorExp, cst.ListComp, cst.SetComp, cst.Arg)):
                if isinstance(found, (cst.GeneratorExp, cst.ListComp, cst.SetComp)) and child is not found.elt:
                    return self._matters(found, hops)
            elif isinstance(found, cst.NamedExpr):
                if self._used(found.target, hops, matches=matches):
                    return True
                match = found.target.value if isinstance(found.target, cst.Name) else ""
            elif isinstance(found, (*_AROUND, cst.CompIf, cst.CompFor)):
                pass
            elif isinstance(found, cst.Call):
                # what a table gives may be called: `ERRORS.get(message, RuntimeError)(message)`
                if child is not found.func and not (isinstance(found.func, cst.Name) and found.func.value in _TRUTH):
                    return False
            elif isinstance(found, cst.If):
                return child is found.test and not self._if_only_tells(found, describes=self._describes(found))
            elif isinstance(found, cst.IfExp):
                only_words = self._prose.is_read(found) or (_is_telling(found.body) and _is_telling(found.orelse))
                return child is found.test and not only_words and self._matters(found, hops)
            elif isinstance(found, (cst.While, cst.Assert, cst.MatchCase, cst.Return, cst.Raise, cst.Lambda)):
                return True
            elif isinstance(found, cst.Assign):
                return any(self._used(target.target, hops, matches=matches) for target in found.targets)
            elif isinstance(found, cst.AnnAssign):
                return self._used(found.target, hops, matches=matches)
            else:
                return False
            child = found
        return False

    def _matters(self, node: cst.CSTNode, hops: int) -> bool:
        """Whether the value of a conditional expression goes anywhere but into what is told, or into how long is waited."""
        for found in self._tree.ancestors(node):
            if isinstance(found, cst.Call) and (_tells(found) or self._is_waited(node, found)):
                return False
            if isinstance(found, cst.FormattedString) or self._is_woven(found):
                return False
            if isinstance(found, cst.Assign) and hops:
                names = list(targets_of(found))
                known = all(isinstance(name, cst.Name) for name in names)
                return not known or any(self._matters(use, hops - 1) for name in names for use in self._uses(name))
            if isinstance(found, cst.Raise):
                # one type, and two words for what happened
                return not isinstance(node, cst.IfExp) or not self._prose.is_any_word(node)
            if isinstance(found, cst.If):
                return not self._if_only_tells(found, describes=self._describes(found))
            if isinstance(found, cst.Return) and isinstance(node, cst.IfExp):
                return not self._describes(found)
            if isinstance(found, cst.BaseSmallStatement):
                return True
        return True

    def _is_waited(self, node: cst.CSTNode, call: cst.Call) -> bool:
        """Whether a value is a part of what says how long a call waits."""
        delay = self._pause(call)
        return delay is not None and self._tree.within(node, delay)

    def _is_woven(self, node: cst.CSTNode) -> bool:
        """A sentence into which a value is put: ``"cannot read: %s" % why``, ``"…: {}".format(why)``."""
        return isinstance(node, (cst.BinaryOperation, cst.Call)) and self._prose.is_written(node)

    def _used(self, target: cst.BaseExpression, hops: int, *, matches: bool) -> bool:
        """Whether a name that keeps the outcome is used to decide; an attribute always is."""
        if not isinstance(target, cst.Name):
            return isinstance(target, (cst.Attribute, cst.Subscript))
        return hops > 0 and any(self._decides(use, hops - 1, matches=matches) for use in self._uses(target))

    def _uses(self, target: cst.BaseExpression) -> Iterator[cst.Name]:
        """Where the name is used, further down in the scope that it is bound in."""
        if not isinstance(target, cst.Name):
            return
        scope = self._scopes.scope_of(target)
        start = self._tree.order[target]
        for name in self._names.get(target.value, ()):
            if self._tree.order[name] > start and self._scopes.scope_of(name) is scope:
                yield name

    @cached_property
    def _names(self) -> dict[str, list[cst.Name]]:
        found: dict[str, list[cst.Name]] = {}
        for name in self._tree.all(cst.Name):
            found.setdefault(name.value, []).append(name)
        return found

    def _if_only_tells(self, test: cst.If, *, describes: bool) -> bool:
        if self._ends_alike(test):
            return True
        if not self._only_tells(test.body, describes=describes):
            return False
        rest = test.orelse
        if rest is None:
            return True
        if isinstance(rest, cst.If):
            return self._if_only_tells(rest, describes=describes)
        return self._only_tells(rest.body, describes=describes)

    def _ends_alike(self, test: cst.If) -> bool:
        """Whether all branches, and what follows where there is no ``else``, do the same but for its wording."""
        ends = list(self._ends(self._head(test)))
        last = ends[-1]
        if last is None or not all(end is not None and type(end) is type(last) for end in ends):
            return False
        done = [_result(end) for end in ends if end is not None]
        if all(isinstance(one, cst.Call) and len(one.args) == 1 and self._pause(one) is not None for one in done):
            return True
        return all(end is not None and self._do_alike(end, last) for end in ends)

    def _do_alike(self, one: cst.BaseSmallStatement, other: cst.BaseSmallStatement) -> bool:
        """Whether two statements of a kind do the same but for its wording: ``raise Failed`` has none, ``raise Failed("no luck")`` has."""
        if self._prose.alike(_result(one), _result(other)):
            return True
        if not isinstance(one, cst.Raise) or not isinstance(other, cst.Raise) or _cause(one) != _cause(other):
            return False
        some, others = self._raised_class(one.exc), self._raised_class(other.exc)
        return some is not None and some == others

    def _raised_class(self, raised: cst.BaseExpression | None) -> str | None:
        """The class that is raised with nothing, or with nothing but sentences and texts of errors; None for anything else."""
        if isinstance(raised, cst.Call):
            told = all(argument.keyword is None and self._prose.is_read(argument.value) for argument in raised.args)
            raised = raised.func if told else None
        name = dotted(raised) if raised is not None else None
        # what begins with a small letter is an exception that was made before
        return name if name is not None and name.rpartition(".")[2][:1].isupper() else None

    def _ends(self, test: cst.If) -> Iterator[cst.BaseSmallStatement | None]:
        """What the branches end with, and what comes after them; None where they do more than that, or go on to what comes after them."""
        block = self._tree.parent.get(test)
        following = iter(block.body if isinstance(block, cst.IndentedBlock) else ())
        behind = list(following) if any(one is test for one in following) else []
        statements = [test, *behind]
        for position, statement in enumerate(statements):
            if not isinstance(statement, cst.If):
                yield self._end(statements[position:])
                return
            rest: cst.If | cst.Else | None = statement
            while isinstance(rest, cst.If):
                yield self._end(rest.body.body)
                rest = rest.orelse
            if rest is not None:
                yield self._end(rest.body.body)
                return
            if not leaves(statement.body):
                yield None
                return
        yield self._end(())

    def _head(self, test: cst.If) -> cst.If:
        """The ``if`` that an ``elif`` belongs to."""
        parent = self._tree.parent.get(test)
        return self._head(parent) if isinstance(parent, cst.If) and parent.orelse is test else test

    def _only_tells(self, body: cst.BaseSuite, *, describes: bool = False) -> bool:
        """Whether a block does nothing but tell: log, print, choose or build prose; in a function that describes, return it."""
        return all(self._telling_statement(statement, describes=describes) for statement in body.body)

    def _telling_statement(self, statement: cst.CSTNode, *, describes: bool) -> bool:
        if isinstance(statement, cst.SimpleStatementLine):
            return all(self._telling_statement(small, describes=describes) for small in statement.body)
        if isinstance(statement, cst.Pass):
            return True
        if isinstance(statement, (cst.Break, cst.Continue)):
            return self._ends_a_search(statement, describes=describes)
        if isinstance(statement, cst.Expr):
            value = statement.value
            called = isinstance(value, cst.Call) and (_tells(value) or self._shows(value) or self._collects(value, describes=describes))
            return called or _written_out(value)
        if isinstance(statement, cst.Return):
            return describes
        if isinstance(statement, cst.Assign) and describes:
            return all(isinstance(target.target, cst.Name) for target in statement.targets)
        if isinstance(statement, (cst.Assign, cst.AugAssign)):
            return self._prose.is_read(statement.value) or self._names_only(statement) or self._sets_a_wait(statement)
        if isinstance(statement, cst.If):
            rest = statement.orelse
            tail = rest is None or (
                self._telling_statement(rest, describes=describes)
                if isinstance(rest, cst.If)
                else self._only_tells(rest.body, describes=describes)
            )
            return self._only_tells(statement.body, describes=describes) and tail
        return False

    def _ends_a_search(self, statement: cst.CSTNode, *, describes: bool) -> bool:
        """Whether a loop does nothing but look for words to tell, so that to leave it changes nothing else."""
        loop = self._tree.enclosing(statement, cst.For, cst.While, cst.FunctionDef)
        if not isinstance(loop, cst.For):
            return False
        suites = (loop.body, *([loop.orelse.body] if loop.orelse is not None else []))
        return self._unless_asked(loop, lambda: all(self._only_tells(suite, describes=describes) for suite in suites))

    def _unless_asked(self, node: cst.CSTNode, question: Callable[[], bool]) -> bool:
        """The answer to a question about ``node``; true while the same is being asked, so that what else there is decides.

        Questions that lead to too many others are answered with no.
        """
        if node in self._asked or len(self._asked) >= _DEEPEST:
            return node in self._asked
        self._asked.add(node)
        try:
            return question()
        finally:
            self._asked.remove(node)

    def _shows(self, call: cst.Call) -> bool:
        """``self.notify("Your plan ends here.")``: what is given a sentence, and called like what shows it."""
        return _called(call) in _SHOWING and any(self._prose.is_read(argument.value) for argument in call.args)

    def _collects(self, call: cst.Call, *, describes: bool) -> bool:
        """``hints.append("See your plan.")``; in a function that describes, anything that is added to a local list."""
        function = call.func
        if not isinstance(function, cst.Attribute) or not isinstance(function.value, cst.Name):
            return False
        sentences = bool(call.args) and all(self._prose.is_written(argument.value) for argument in call.args)
        return function.attr.value in ("append", "extend") and (describes or sentences)

    def _names_only(self, statement: cst.Assign | cst.AugAssign) -> bool:
        """Whether a name is given a word that goes nowhere but into what is told."""
        if not isinstance(statement, cst.Assign) or not isinstance(statement.value, (cst.SimpleString, cst.ConcatenatedString, cst.Name)):
            return False
        names = [target.target for target in statement.targets]
        if not all(isinstance(name, cst.Name) and isinstance(self._scopes.scope_of(name), cst.FunctionDef) for name in names):
            return False
        return self._unless_asked(statement, lambda: not any(self._matters(use, _HOPS - 1) for name in names for use in self._reads(name)))

    def _sets_a_wait(self, statement: cst.Assign | cst.AugAssign) -> bool:
        """``delay = float(found[1])``: whether a name of a function is given what says how long is waited, and that is all."""
        name = statement.targets[0].target if isinstance(statement, cst.Assign) else statement.target
        several = isinstance(statement, cst.Assign) and len(statement.targets) > 1
        if several or not isinstance(name, cst.Name) or not isinstance(self._scopes.scope_of(name), cst.FunctionDef):
            return False
        reads = list(self._reads(name))
        around = ((read, found) for read in reads for found in self._tree.ancestors(read) if isinstance(found, cst.Call))
        waited = any(self._is_waited(read, call) for read, call in around)
        return waited and self._unless_asked(statement, lambda: not any(self._matters(read, _HOPS - 1) for read in reads))

    def _reads(self, target: cst.BaseExpression) -> Iterator[cst.Name]:
        """Where a name is read in the scope that it is bound in, before as well: the next pass of a loop comes there."""
        scope = self._scopes.scope_of(target)
        for name in self._names.get(target.value, ()) if isinstance(target, cst.Name) else ():
            bound = isinstance(self._tree.parent.get(name), (cst.AssignTarget, cst.AugAssign, cst.AnnAssign))
            if not bound and self._scopes.scope_of(name) is scope:
                yield name

    def _end(self, statements: Sequence[cst.CSTNode]) -> cst.BaseSmallStatement | None:
        """The statement that a block ends with, which before does nothing but tell."""
        if not statements or not all(self._telling_statement(statement, describes=False) for statement in statements[:-1]):
            return None
        last = statements[-1]
        if not isinstance(last, cst.SimpleStatementLine) or not all(
            self._telling_statement(small, describes=False) for small in last.body[:-1]
        ):
            return None
        ended = last.body[-1]
        return ended if isinstance(ended, (cst.Return, cst.Raise, cst.Expr, cst.Continue, cst.Break)) else None

    def _describes(self, node: cst.CSTNode) -> bool:
        """Whether what the function around returns is for people: prose, or a word or sign that goes nowhere but into what is told.

        One that raises as well has a choice that is not about words.
        """
        function = self._tree.enclosing(node, cst.FunctionDef)
        if function is None:
            return False
        if function not in self._describing:
            values = [found.value for found in self._tree.inside(function.body, cst.Return, into_functions=False)]
            said = [value for value in values if value is not None and dotted(value) != "None"]
            raises = bool(self._tree.inside(function.body, cst.Raise, into_functions=False))
            self._describing[function] = False  # while its own calls are asked
            is_prose = len(said) == len(values) and all(map(self._prose.is_read, said))
            self._describing[function] = bool(said) and not raises and (is_prose or self._is_only_told(function))
        return self._describing[function]

    def _is_only_told(self, function: cst.FunctionDef) -> bool:
        """Whether what a function returns goes nowhere but into what is told."""
        calls = self._calls_of(function)
        return bool(calls) and not any(self._matters(call, _HOPS) for call in calls)


def is_told(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether an expression is a part of what a statement logs or prints, as it is and for nothing else."""
    call = next(tree.ancestors(node, cst.Call), None)
    return isinstance(call, cst.Call) and isinstance(tree.parent.get(call), cst.Expr) and _tells(call)


def _tells(call: cst.Call) -> bool:
    return _is_telling(call.func)


def _is_telling(function: cst.BaseExpression) -> bool:
    name = _last_name(function)
    # log_error(), print_warning(): helpers that tell say so in their first word
    return name in _TELLING or name.lstrip("_").partition("_")[0] in ("log", "print", "warn")


def _called(call: cst.Call) -> str:
    return _last_name(call.func)


def _last_name(function: cst.BaseExpression) -> str:
    return function.attr.value if isinstance(function, cst.Attribute) else function.value if isinstance(function, cst.Name) else ""


def _written_out(expression: cst.BaseExpression) -> bool:
    return string_value(expression) is not None or isinstance(expression, cst.FormattedString)


def _result(statement: cst.BaseSmallStatement) -> cst.BaseExpression | None:
    """What a statement returns, raises or calls."""
    match statement:
        case cst.Return(value=value) | cst.Expr(value=value):
            return value
        case cst.Raise(exc=raised):
            return raised
        case _:
            return None


def _cause(raised: cst.Raise) -> str | None:
    """The cause that a ``raise`` names; ``""`` for none."""
    return dotted(raised.cause.item) if raised.cause is not None else ""
