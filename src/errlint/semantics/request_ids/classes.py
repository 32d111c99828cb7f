"""Exceptions of the project that are made of an answer, and have no place for its request id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.meaning import Kind, Meaning
from errlint.semantics.program.functions import method
from errlint.semantics.request_ids.judging import Loss, Lost
from errlint.semantics.request_ids.losses import Losses

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_SLOTS = ("request_id", "requestid", "correlation", "trace", "response", "resp", "headers", "cause", "exc", "error_obj", "raw")
_PARTS = (Kind.STATUS, Kind.CODE, Kind.MESSAGE, Kind.TEXT, Kind.REASON)


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
        init = constructor(definition)
        if init is None or slot(init) is not None or takes_anything(init):
            return None
        losses = tuple(
            loss
            for loss in self._losses.all
            if loss.lost is Lost.RAISED and loss.failure.handler is None and self.raised_class(loss) is definition
        )
        return Slotless(definition, init, losses) if any(map(self._is_made_of_an_answer, losses)) else None

    def is_told_at_class(self, loss: Loss) -> bool:
        """Whether a loss is one of those for which the class that is raised has no place."""
        definition = self.raised_class(loss)
        slotless = self.slotless(definition) if definition is not None else None
        return slotless is not None and any(one is loss for one in slotless.losses)

    def raised_class(self, loss: Loss) -> cst.ClassDef | None:
        """The class of this file that is raised there."""
        raised = loss.raised
        if not isinstance(raised, cst.Call):
            return None
        name = self._semantics.types.named(raised.func)
        return self._semantics.types.definition(name) if name is not None else None

    def _is_made_of_an_answer(self, loss: Loss) -> bool:
        assert isinstance(loss.raised, cst.Call)
        nodes = (node for argument in loss.raised.args for node in (argument.value, *self._semantics.tree.below(argument.value)))
        return any(_is_part(self._semantics.meaning(node)) for node in nodes if isinstance(node, cst.BaseExpression))


def constructor(definition: cst.ClassDef) -> cst.FunctionDef | None:
    """The ``__init__`` that a class defines itself."""
    return method(definition, "__init__")


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
