"""What the statements after a failure do to its request id, and what is lost at the end of a way through them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.program.conditions import conditions_at
from errlint.semantics.program.functions import bound_arguments, method
from errlint.semantics.program.names import dotted
from errlint.semantics.program.scopes import How
from errlint.semantics.request_ids.absence import Absence
from errlint.semantics.request_ids.constructors import drops
from errlint.semantics.request_ids.expected import Expected
from errlint.semantics.request_ids.failures import Failure
from errlint.semantics.request_ids.going_on import GoingOn
from errlint.semantics.request_ids.keeping import Keeping, Kept
from errlint.semantics.request_ids.paths import End, Way
from errlint.semantics.request_ids.speech import Speaking, Speech
from errlint.semantics.retries.waiting.pauses import pause_of

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_ABSENT = 1 << 404 | 1 << 410


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
    """What the statements after one failure do to its id.

    :ivar absence: which tests say that there is none; :ivar expected: which say that the code has an answer of its own.
    """

    def __init__(self, semantics: Semantics, speaking: Speaking, failure: Failure) -> None:
        self._semantics = semantics
        self._tree = semantics.tree
        self._speaking = speaking
        self._failure = failure
        self._keeping = Keeping(semantics, speaking, failure)
        self._going_on = GoingOn(semantics, failure)
        self.absence = Absence(semantics, failure, self._keeping.ids)
        self.expected = Expected(semantics, failure, self._keeping)

    # statements ----------------------------------------------------------------------------------------------------------------

    def does(self, code: cst.CSTNode) -> tuple[bool, Speech | None, bool]:
        """Whether code keeps the id, what it tells people without it, and whether the program ends there."""
        if isinstance(code, cst.WithItem):
            # whatever is done there with the error: lines in a block may have what is given for the whole of it
            return isinstance(code.item, cst.Call) and self._keeping.passed(code.item) is Kept.ID, None, False
        calls = [node for node in (code, *self._tree.below(code)) if isinstance(node, cst.Call)]
        if any(pause_of(self._semantics, call) is not None for call in calls):
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
        return shows or (speech.level != "info" and not self.expected.at(speech.call))

    def louder(self, first: Speech | None, second: Speech | None) -> Speech | None:
        """Of two calls that tell people something, the one that says more of the error; the later one, if both say the same."""
        if first is None or second is None:
            return first or second
        return first if self.said_by(first) > self.said_by(second) else second

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
            if kept is Kept.TEXT or (kept is Kept.MARK and not self.expected.at(way.node)):
                return Loss(self._failure, Lost.RETURNED, way.node, kept=kept)
        if way.end in (End.ON, End.AGAIN) and self._going_on.behind(way):
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
        if kept is Kept.ID or (kept < Kept.TEXT and (way.state.expected or self.expected.at(statement))):
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
        if kept is Kept.TEXT or (kept is Kept.MARK and not (way.state.expected or self.expected.at(statement))):
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


def _is_success(value: cst.BaseExpression) -> bool:
    """`return True` and `return True, "by another way"`: no error is returned there."""
    first = value.elements[0].value if isinstance(value, cst.Tuple) and value.elements else value
    return isinstance(first, cst.Name) and first.value == "True"
