"""Exceptions of the project that are made of an answer, and have no place for its request id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.functions import method
from errlint.semantics.request_ids.constructors import drops
from errlint.semantics.request_ids.failures import Failure
from errlint.semantics.request_ids.judging import Loss, Lost
from errlint.semantics.request_ids.losses import Losses

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_SLOTS = ("request_id", "requestid", "correlation", "trace", "response", "resp", "headers", "cause", "exc", "error_obj", "raw")
_PARTS = (Kind.STATUS, Kind.CODE, Kind.MESSAGE, Kind.TEXT, Kind.REASON, Kind.RESPONSE)


@dataclass(frozen=True, eq=False)
class Slotless:
    """A class without a place for the id. :ivar init: its constructor; :ivar losses: where it is raised, made of a response."""

    definition: cst.ClassDef
    init: cst.FunctionDef
    losses: tuple[Loss, ...]


class Classes:
    """Answers for the classes of one file."""

    def __init__(self, semantics: Semantics, losses: Losses) -> None:
        self._semantics = semantics
        self._losses = losses

    def slotless(self, definition: cst.ClassDef) -> Slotless | None:
        """Whether instances of a class are made of answers in this file, and cannot take the id."""
        init = method(definition, "__init__")
        if init is None or self._has_slot(init) or takes_anything(init):
            return None
        raised = (loss for loss in self._losses.all if loss.lost is Lost.RAISED and loss.failure.handler is None)
        losses = tuple(loss for loss in raised if self.constructor(loss) is init)
        return Slotless(definition, init, losses) if any(map(self._is_made_of_an_answer, losses)) else None

    def _has_slot(self, init: cst.FunctionDef) -> bool:
        name = slot(init)
        return name is not None and not drops(self._semantics.tree, init, name)

    def answers(self, slotless: Slotless) -> Iterator[tuple[cst.Call, Failure]]:
        """Where the file makes an instance with an answer at hand, be its id lost there or not."""
        for call in dict.fromkeys(self._semantics.evaluator.callers(slotless.init)):
            handed_up = isinstance(call.func, cst.Attribute) and call.func.attr.value == "__init__"
            failure = self._losses.failures.at_hand(call) if not handed_up else None
            if failure is not None:
                yield call, failure

    def is_told_at_class(self, loss: Loss) -> bool:
        """Whether a loss is one of those for which the class that is raised has no place."""
        init = self.constructor(loss)
        definition = self._semantics.tree.enclosing(init, cst.ClassDef) if init is not None else None
        slotless = self.slotless(definition) if definition is not None else None
        return slotless is not None and any(one is loss for one in slotless.losses)

    def constructor(self, loss: Loss) -> cst.FunctionDef | None:
        """The ``__init__`` of this file that makes what is raised there: that of its class, or the next above it."""
        types = self._semantics.types
        name = types.named(loss.raised.func) if isinstance(loss.raised, cst.Call) else None
        classes = (types.definition(sheet.name) for sheet in types.ancestors(name)) if name is not None else ()
        return next((init for one in classes if one is not None and (init := method(one, "__init__")) is not None), None)

    def _is_made_of_an_answer(self, loss: Loss) -> bool:
        assert isinstance(loss.raised, cst.Call)
        nodes = (node for argument in loss.raised.args for node in (argument.value, *self._semantics.tree.below(argument.value)))
        return any(_is_part(self._semantics.meaning(node)) for node in nodes if isinstance(node, cst.BaseExpression))


def slot(init: cst.FunctionDef) -> str | None:
    """The parameter that can take the id, or what has it."""
    names = [param.name.value for param in parameters(init)]
    return next((name for name in names if any(name.lower().replace("_", "").startswith(one.replace("_", "")) for one in _SLOTS)), None)


def parameters(init: cst.FunctionDef) -> list[cst.Param]:
    """All named parameters but ``self``."""
    return [*init.params.posonly_params, *init.params.params, *init.params.kwonly_params][1:]


def takes_anything(init: cst.FunctionDef) -> bool:
    """Whether it has ``*args`` or ``**kwargs``."""
    return isinstance(init.params.star_arg, cst.Param) or init.params.star_kwarg is not None


def _is_part(meaning: Meaning | None) -> bool:
    return meaning is not None and meaning.kind in _PARTS
