"""What the statements after a failure do to its request id, and what is lost at the end of a way through them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.functions import bound_arguments, method
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.request_ids.absence import Absence
from errlint.semantics.request_ids.constructors import drops
from errlint.semantics.request_ids.failures import Failure
from errlint.semantics.request_ids.keeping import Keeping, Kept
from errlint.semantics.request_ids.paths import End, Way
from errlint.semantics.request_ids.speech import Speaking, Speech
from errlint.semantics.retries.sent.draws import is_drawn

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ASKED = (Kind.CODE, Kind.MESSAGE, Kind.TEXT, Kind.STATUS)
_ABSENT = 1 << 404 | 1 << 410
_POSITIVE = (cst.Equal, cst.In, cst.Is)
_NEGATIVE = (cst.NotEqual, cst.NotIn, cst.IsNot)
_PUTS = frozenset({"append", "appendleft", "put", "put_nowait", "insert", "add", "extend"})
"""Methods that put something into a list or a queue."""
_PRESENCE = frozenset({"hasattr", "bool", "len", "getattr"})


class Lost(Enum):
    """How the id is lost; the value is how messages say it."""

    RAISED = "raised"
    RETURNED = "returned"
    SAID = "said"


@dataclass(frozen=True, eq=False)
class Loss:
    """One failure whose id is lost.

    :ivar node: the statement or the call at which it is; :ivar speech: of SAID; :ivar raised: of RAISED, the class or the call that makes
    the exception; :ivar kept: how much of the error is left there.
    """

    failure: Failure
    lost: Lost
    node: cst.CSTNode
    speech: Speech | None = None
    raised: cst.BaseExpression | None = None
    kept: Kept = Kept.NOTHING


class Judge:
    """What the statements after one failure do to its id."""

    def __init__(self, semantics: Semantics, speaking: Speaking, failure: Failure) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._speaking = speaking
        self._failure = failure
        self._keeping = Keeping(semantics, speaking, failure)
        self.absence = Absence(semantics, failure, self._keeping)

    # statements ----------------------------------------------------------------------------------------------------------------

    def does(self, code: cst.CSTNode) -> tuple[bool, Speech | None, bool]:
        """Whether code keeps the id, what it tells people without it, and whether the program ends there."""
        if isinstance(code, cst.WithItem):
            # whatever is done there with the error: lines in a block may have what is given for the whole of it
            return isinstance(code.item, cst.Call) and self._keeping.passed(code.item) is Kept.ID, None, False
        calls = [node for node in (code, *self._tree.below(code)) if isinstance(node, cst.Call)]
        if any(self._semantics.waits.pause(call) is not None for call in calls):
            return True, None, False  # a notice of a retry
        speeches = [speech for call in calls if (speech := self._speaking.of(call)) is not None]
        if not speeches:
            return self._keeps(code), None, False
        keeps = any(speech.whole or self.said_by(speech) is Kept.ID for speech in speeches)
        said = next((speech for speech in speeches if self._tells(speech)), None)
        return keeps, said, any(speech.sheet.ends for speech in speeches)

    def _keeps(self, code: cst.CSTNode) -> bool:
        if isinstance(code, cst.Del):
            return False
        if isinstance(code, (cst.Assign, cst.AnnAssign)) and code.value is not None:
            targets = [target.target for target in code.targets] if isinstance(code, cst.Assign) else [code.target]
            if all(isinstance(target, cst.Name) for target in targets):
                # what a function makes of the error counts where it is used
                return isinstance(code.value, (cst.Name, cst.Tuple, cst.List)) and self._keeping.of(code.value) is Kept.ID
            return self._keeping.of(code.value) is Kept.ID
        if isinstance(code, cst.Expr) and isinstance(code.value, cst.Call) and self._keeping.passed(code.value) is Kept.ID:
            return True  # whatever is done there with the error
        return self._keeping.of(code) is Kept.ID

    def said_by(self, speech: Speech) -> Kept:
        """What the arguments of a call that tells people something have of the error, and what its object was given of it before."""
        function = speech.call.func
        found = self._keeping.bound(function.value) if isinstance(function, cst.Attribute) else Kept.NOTHING
        for argument in speech.call.args:
            as_text = argument.keyword is None or argument.keyword.value != speech.sheet.fields
            found = max(found, self._keeping.of(argument, as_text=as_text))
        return found

    def _tells(self, speech: Speech) -> bool:
        """Whether a call tells people that the call of the API failed."""
        if speech.level == "debug" or not speech.call.args:
            return False
        shows = self.said_by(speech) >= Kept.TEXT
        if speech.sheet.ends and all(isinstance(argument.value, (cst.Integer, cst.UnaryOperation)) for argument in speech.call.args):
            return False
        return shows or (speech.level != "info" and not self._is_expected(speech.call))

    def _is_expected(self, node: cst.CSTNode) -> bool:
        """Whether the code has looked at what went wrong, and has an answer of its own to it."""
        if self._failure.where.broad or self._failure.is_special:
            return True
        if self._semantics.narrowed(node, self._failure.meaning) is not None:
            return True
        if any(self.asks(test, truth) for test, truth in conditions_at(self._tree, node)):
            return True
        return any(isinstance(found, cst.MatchCase) and self.takes(found) for found in self._tree.ancestors(node))

    def takes(self, case: cst.MatchCase) -> bool:
        """Whether a case names the error: ``match e.code: case "Gone":``, ``match e: case NotFoundError():``."""
        asked = self._tree.parent.get(case)
        if not isinstance(asked, cst.Match) or (isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None):
            return False
        if dotted(asked.subject) == self._failure.name and self._failure.name:
            return any(self._tells_more(node) for node in (case.pattern, *self._tree.below(case.pattern)))
        parts = (meaning for node in (asked.subject, *self._tree.below(asked.subject)) if (meaning := self._asked(node)) is not None)
        return any(self._is_of_failure(part, asked.subject) for part in parts)

    def _tells_more(self, pattern: cst.CSTNode) -> bool:
        """Whether a pattern has a value, or another class than the one that was caught."""
        if isinstance(pattern, cst.MatchValue):
            return True
        caught = self._failure.meaning.sheet
        return isinstance(pattern, cst.MatchClass) and (caught is None or self._semantics.types.named(pattern.cls) != caught.name)

    def _asked(self, node: cst.CSTNode) -> Meaning | None:
        found = self._semantics.meaning(node) if isinstance(node, cst.BaseExpression) else None
        return found if found is not None and found.kind in _ASKED else None

    def louder(self, first: Speech | None, second: Speech | None) -> Speech | None:
        """Of two calls that tell people something, the one that says more of the error; the later one, if both say the same."""
        if first is None or second is None:
            return first or second
        return first if self.said_by(first) > self.said_by(second) else second

    def asks(self, test: cst.BaseExpression, truth: bool) -> bool:
        """Whether a test that comes out so names the error: `e.code == …`, `"exists" in str(e)`, `is_conflict(e)`."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return self.asks(test.expression, not truth)
        if isinstance(test, cst.BooleanOperation):
            # both hold, or nobody knows which
            return isinstance(test.operator, cst.And) is truth and (self.asks(test.left, truth) or self.asks(test.right, truth))
        if isinstance(test, cst.Comparison):
            wanted = _POSITIVE if truth else _NEGATIVE
            return isinstance(test.comparisons[0].operator, wanted) and self._has_part(test)
        if isinstance(test, cst.Call) and truth and self._semantics.names.qualified(test.func) not in _PRESENCE:
            return self._has_part(test) or self._keeping.passed(test) is Kept.ID
        if isinstance(test, cst.Name):
            # `known = is_known(e)`, `known, message = look_at(e)`
            values = [binding.value for binding in self._semantics.scopes.reaching(test) if binding.how is How.VALUE]
            return bool(values) and all(isinstance(value, cst.Call) and self.asks(value, truth) for value in values)
        return False

    def _has_part(self, test: cst.BaseExpression) -> bool:
        if self._failure.is_own and any(dotted(node.value) == self._failure.name for node in self._tree.inside(test, cst.Attribute)):
            return True
        if any(self._keeping.passed(call) is Kept.ID for call in self._tree.inside(test, cst.Call) if call is not test):
            return True  # `code_of(e) == "IN_USE"`
        parts = (meaning for node in self._tree.below(test) if (meaning := self._asked(node)) is not None)
        return any(self._is_of_failure(part, test) for part in parts)

    def _is_of_failure(self, part: Meaning, test: cst.BaseExpression) -> bool:
        """Whether a part belongs to the answer that failed: on the way to it, another one may have been looked at."""
        if self._failure.handler is not None and self._tree.within(test, self._failure.handler):
            return True
        answers = self._semantics.answers
        return answers.of(part) == answers.of(self._failure.meaning)

    # ends ----------------------------------------------------------------------------------------------------------------------

    def loss(self, way: Way) -> Loss | None:
        """What is lost at the end of a way, if anything."""
        if way.state.kept:
            return None
        if isinstance(way.node, cst.Raise) and way.end is End.RAISE:
            return self._raised(way.node, way)
        if isinstance(way.node, cst.Return) and way.node.value is not None:
            if self._is_tried_again(way.node.value):
                return None
            kept = self._keeping.of(way.node.value)
            if kept is Kept.ID:
                return None
            if _is_success(way.node.value) or (kept is Kept.TEXT and self._keeping.is_for_users(way.node.value)):
                return self._said(way)
            if kept is Kept.TEXT or (kept is Kept.MARK and not self._is_expected(way.node)):
                return Loss(self._failure, Lost.RETURNED, way.node, kept=kept)
        if way.end in (End.ON, End.AGAIN) and self._goes_on(way):
            return None
        return self._said(way)

    def has_no_id(self, node: cst.CSTNode) -> bool:
        """Whether there is nothing to read the id from: a body that has it is no JSON, or no answer stands behind the error.

        The latter by tests: `not hasattr(e, "status_code")`, `e.response is None`.
        """
        if not self._failure.where.headers and self._semantics.decodings.failed_at(node, self._failure.meaning):
            return True
        return any(self.absence.said(test, truth) for test, truth in conditions_at(self._tree, node))

    def _is_tried_again(self, value: cst.BaseExpression) -> bool:
        """`return self.fetch(url)` in `fetch`: what was told before is a notice of a retry."""
        call = value.expression if isinstance(value, cst.Await) else value
        function = self._tree.enclosing(value, cst.FunctionDef)
        return isinstance(call, cst.Call) and function in self._semantics.functions.run_by(call)

    def _said(self, way: Way) -> Loss | None:
        speech = way.state.said
        if speech is None or (way.state.expected and not (speech.level == "error" and self.said_by(speech) >= Kept.TEXT)):
            return None
        return self._loss_by(speech)

    def _loss_by(self, speech: Speech) -> Loss:
        return Loss(self._failure, Lost.SAID, speech.call, speech, kept=self.said_by(speech))

    def _raised(self, statement: cst.Raise, way: Way) -> Loss | None:
        if statement.exc is None or self._keeps_as_cause(statement):
            return None
        made = self._made(statement.exc)
        if made is None:
            return self._raised_by_helper(statement, statement.exc, way)
        call = made if isinstance(made, cst.Call) else None
        name = self._semantics.names.qualified(call.func if call is not None else made) or ""
        ending = self._speaking.of(call) if call is not None else None
        if self._answers(name):
            return None
        if ending is not None and ending.sheet.ends:
            if self.said_by(ending) is Kept.ID:
                return None
            return self._loss_by(ending) if self._tells(ending) else self._said(way)
        if call is None and self._semantics.libraries.speeches.function(name) is not None:
            return self._said(way)  # `raise SystemExit`
        kept = max((self._keeping.of(argument) for argument in call.args), default=Kept.NOTHING) if call is not None else Kept.NOTHING
        if kept is Kept.ID and call is not None and self._is_dropped_by(call):
            kept = Kept.MARK
        if kept is Kept.ID or (kept < Kept.TEXT and (way.state.expected or self._is_expected(statement))):
            return None
        if kept is Kept.TEXT and self._is_not_there(statement):
            return None
        return Loss(self._failure, Lost.RAISED, statement, raised=made, kept=kept)

    def _is_dropped_by(self, call: cst.Call) -> bool:
        """Whether a class of the file is given what has the id, and its constructor takes no more than the status of it."""
        in_body = bool(self._failure.where.paths)
        for definition in self._semantics.scopes.classes(call.func):
            init = method(definition, "__init__")
            given = bound_arguments(call, init) if init is not None else {}
            whole = [one for one, value in given.items() if self._keeping.of(value) is Kept.ID]
            if init is not None and whole:
                return all(isinstance(one, cst.Param) and drops(self._tree, init, one.name.value, in_body=in_body) for one in whole)
        return False

    def _raised_by_helper(self, statement: cst.Raise, raised: cst.BaseExpression, way: Way) -> Loss | None:
        """`raise error_of(answer)`, where all that the function of this file returns are exceptions made there."""
        helpers = self._semantics.runs(raised) if isinstance(raised, cst.Call) else []
        made = [value for helper in helpers for value in self._semantics.functions.returned(helper)]
        if not made or self._keeping.helper_keeps(cst.ensure_type(raised, cst.Call)):
            return None
        kept = Kept.NOTHING
        for one in made:
            if not isinstance(one, cst.Call) or self._made(one) is None or self._answers(self._semantics.names.qualified(one.func) or ""):
                return None
            kept = max(kept, *(self._keeping.of(argument) for argument in one.args), Kept.NOTHING)
        if kept is Kept.TEXT or (kept is Kept.MARK and not (way.state.expected or self._is_expected(statement))):
            return None if self._is_not_there(statement) else Loss(self._failure, Lost.RAISED, statement, kept=kept)
        return None

    def _is_not_there(self, node: cst.CSTNode) -> bool:
        """Whether tests leave nothing but that something does not exist: the text says no more, and nobody asks the vendor about it."""
        failed, circumstances = self._failure.meaning, self._semantics.circumstances
        codes = circumstances.codes_at(node, failed)
        if not codes or failed.catalogue is None:
            possible = circumstances.statuses_at(node, failed)
            return bool(possible) and not possible & ~_ABSENT
        known = [failed.catalogue.statuses_of(code) for code in codes]
        return all(known) and not any(1 << status & ~_ABSENT for statuses in known for status in statuses)

    def _keeps_as_cause(self, statement: cst.Raise) -> bool:
        return statement.cause is not None and self._keeping.of(statement.cause.item) is Kept.ID

    def _made(self, raised: cst.BaseExpression) -> cst.BaseExpression | None:
        """The class, or the call of a class, that is raised; None where nothing shows what it is."""
        if isinstance(raised, cst.Name):
            for binding in self._semantics.scopes.reaching(raised):
                if binding.how is How.EXCEPT:
                    return None
                if binding.how is How.VALUE:
                    return self._made(binding.value) if isinstance(binding.value, cst.Call) else None
        callee = raised.func if isinstance(raised, cst.Call) else raised
        last = (dotted(callee) or "").rpartition(".")[2]
        return raised if last.lstrip("_")[:1].isupper() or last == "cls" else None

    def _answers(self, name: str) -> bool:
        """Whether an exception is the answer to a request that this code serves."""
        return name in self._semantics.libraries.speeches.answering_errors

    def _goes_on(self, way: Way) -> bool:
        """Whether the error may not have ended there: it is tried again, or the response is used once more."""
        if self._failure.handler is None and way.end is End.ON:
            return self._is_used_later()
        is_left = isinstance(way.node, cst.Break) or (way.end is End.ON and self._leaves_afterwards())
        loop = next(islice(self._loops(), is_left, None), None)
        if loop is None:
            return False
        if isinstance(loop, cst.While):
            return not self._takes_next(loop)
        if self._semantics.retries.at(loop) or self._is_repeated(loop):
            return True
        waits = self._semantics.waits
        pauses = (call for call in self._tree.inside(loop, cst.Call) if waits.pause(call) is not None and not self._is_instead(call))
        return self._counts(loop) or any(not (is_left and self._is_between_attempts(pause)) for pause in pauses)

    def _takes_next(self, loop: cst.While) -> bool:
        """``while queue: item = queue.popleft()``: the next pass is about something else, unless the code puts the item back."""
        names = {
            dotted(target.target)
            for line in loop.body.body
            if isinstance(line, cst.SimpleStatementLine)
            for part in line.body
            if isinstance(part, cst.Assign) and isinstance(part.value, cst.Call) and is_drawn(part.value)
            for target in part.targets
        }
        calls = (call for statement in self._failure.region for call in self._tree.inside(statement, cst.Call))
        put_back = (name.value for call in calls if _word(call) in _PUTS for name in self._tree.inside(call, cst.Name))
        return bool(names) and names.isdisjoint(put_back)

    def _is_between_attempts(self, pause: cst.Call) -> bool:
        """Whether a pause belongs to the innermost loop around the failure, which attempts the same: who leaves it waits no more."""
        loop = next(self._loops(), None)
        if loop is None or not self._tree.within(pause, loop):
            return False
        return bool(self._semantics.retries.at(loop)) or (isinstance(loop, cst.For) and self._counts(loop))

    def _is_instead(self, node: cst.CSTNode) -> bool:
        """Whether a pass that ends in the handler of the failure never gets to ``node``: what is done about other errors, or none."""
        handler = self._failure.handler
        outer = self._tree.parent.get(handler) if handler is not None else None
        if not isinstance(outer, (cst.Try, cst.TryStar)):
            return False
        others = [one for one in (*outer.handlers, outer.orelse) if one is not None and one is not handler]
        return any(self._tree.within(node, other) for other in others)

    def _is_repeated(self, loop: cst.For) -> bool:
        """`while not done:` around the loop, where the code after the failure says that it is not."""
        outer = next((found for found in self._tree.ancestors(loop) if isinstance(found, (cst.While, cst.FunctionDef, cst.Lambda))), None)
        if not isinstance(outer, cst.While):
            return False
        asked = {node.value for node in (outer.test, *self._tree.below(outer.test)) if isinstance(node, cst.Name)}
        after = [node for statement in self._failure.region for node in self._tree.below(statement)]
        return any(isinstance(node, cst.AssignTarget) and dotted(node.target) in asked for node in after)

    def _counts(self, loop: cst.For) -> bool:
        """`for attempt in range(5)`: the number has no part in what is attempted."""
        if not (isinstance(loop.iter, cst.Call) and isinstance(loop.iter.func, cst.Name) and loop.iter.func.value == "range"):
            return False
        number = loop.target.value if isinstance(loop.target, cst.Name) else ""
        read = (node for node in self._tree.below(loop.body) if isinstance(node, cst.Name) and node.value == number)
        return all(self._tree.within(node, self._failure.handler) for node in read)

    def _leaves_afterwards(self) -> bool:
        """Whether the block around the ``try`` of the failure always ends the loop that it is the body of."""
        outer = self._tree.parent.get(self._failure.handler) if self._failure.handler is not None else None
        block = self._tree.parent.get(outer) if outer is not None else None
        if not isinstance(block, cst.IndentedBlock) or not isinstance(self._tree.parent.get(block), (cst.For, cst.While)):
            return False
        last = block.body[-1].body[-1] if isinstance(block.body[-1], cst.SimpleStatementLine) else None
        return isinstance(last, (cst.Return, cst.Raise, cst.Break))

    def _loops(self) -> Iterator[cst.For | cst.While]:
        """The loops around the handler, within its function; a `break` leaves the first."""
        for found in self._tree.ancestors(self._failure.region[0]):
            if isinstance(found, (cst.FunctionDef, cst.Lambda)):
                return
            if isinstance(found, (cst.For, cst.While)):
                yield found

    def _is_used_later(self) -> bool:
        """Whether the response, or a part of it, is used after the code that looks at the error."""
        last = self._failure.region[-1]
        order = self._tree.order
        end = max(order[node] for node in (last, *self._tree.below(last)))
        function = self._tree.enclosing(last, cst.FunctionDef) or self._tree.module
        born = self._failure.meaning.trail[0].node
        for node in self._tree.below(function, into_functions=True):
            if isinstance(node, cst.Name) and order[node] > end:
                meaning = self._semantics.meaning(node)
                if meaning is not None and any(place.node is born for place in meaning.trail):
                    return True
        return False


def _word(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def _is_success(value: cst.BaseExpression) -> bool:
    """`return True` and `return True, "by another way"`: no error is returned there."""
    first = value.elements[0].value if isinstance(value, cst.Tuple) and value.elements else value
    return isinstance(first, cst.Name) and first.value == "True"
