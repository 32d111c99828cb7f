"""The rest of the project, as one file sees it: what the names mean that it imports from other modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from errlint.model import Location
    from errlint.semantics.project.modules import Modules
    from errlint.semantics.project.summaries import (
        ByType,
        Decision,
        Fixed,
        FunctionSummary,
        Given,
        Making,
        Onward,
        RaisedFor,
        Retrier,
        Retrying,
        Spot,
        Value,
        Waiting,
    )
    from errlint.sheets.library import TypeSheet


class Imported:
    """Answers for one file.

    :ivar hops: how many modules deep answers may look. Each module answers with one hop less, so that answers depend neither on what was
        asked before nor on cycles of imports; what would need more is unknown.
    """

    def __init__(self, modules: Modules, file: str, hops: int) -> None:
        self._modules = modules
        self.file = file
        self.hops = hops

    def resolve(self, dotted: str) -> str | None:
        """What an imported dotted name stands for (:mod:`errlint.first_party`); None: unknown."""
        return self._modules.first_party.resolve(self.file, dotted)

    def starred(self, stars: tuple[str, ...], name: str) -> str | None:
        """What a name stands for that one of the file's ``from … import *`` may bring."""
        return self._modules.first_party.starred(self.file, stars, name)

    def type(self, name: str) -> TypeSheet | None:
        """A class of another module."""
        return self._modules.classes.type(name)

    def has_member(self, class_name: str, member: str) -> bool:
        """Whether a class of another module has a member of its own with this name."""
        return self._modules.classes.has_member(class_name, member)

    def parameters(self, class_name: str) -> tuple[str, ...]:
        """What a class of another module is made of: the parameters of its ``__init__``, or its fields."""
        return self._modules.classes.parameters(class_name)

    def making(self, class_name: str) -> Making | None:
        """How instances of a class of another module are made, if it says so itself."""
        return self._modules.making(class_name, self.hops - 1)

    def made_with(self, class_name: str, keys: tuple[int | str, ...]) -> Value | None:
        """What other modules give the constructor of a class of this one for a parameter, by its position and name."""
        return self._modules.made_with(class_name, keys, self.hops - 1)

    def fixed(self, class_name: str) -> Fixed | None:
        """The numbers that a class of another module is made with."""
        return self._modules.fixed(class_name, self.hops - 1)

    def is_foreign_error(self, class_name: str) -> bool:
        """Whether exceptions of a class of another module come from something else than HTTP, as far as that module raises them."""
        return self._modules.is_foreign_error(class_name, self.hops - 1)

    def raised_for(self, class_name: str) -> RaisedFor | None:
        """What another module raises a class of its own for, if that are error answers alone."""
        return self._modules.raised_for(class_name, self.hops - 1)

    def function(self, name: str, given: Given, *, bound: bool) -> FunctionSummary | None:
        """A function of another module, or a method of a class there; ``bound``: it is called on an instance."""
        return self._modules.function(name, given, self.hops - 1, bound=bound)

    def retrier(self, name: str, asked: Retrying) -> Retrier | None:
        """A function of another module that retries what it is given."""
        return self._modules.retrier(name, asked, self.hops - 1)

    def waiting(self, name: str, answers: tuple[int | str, ...], *, bound: bool) -> Waiting | None:
        """How long a function of another module waits, or says to wait; ``answers``: which arguments are the answer that failed."""
        return self._modules.waiting(name, answers, self.hops - 1, bound=bound)

    def decision(self, name: str, raised: ByType, *, called: bool) -> Decision | None:
        """What a predicate of another module lets through; ``called``: it is no property, which is only read."""
        return self._modules.decision(name, raised, self.hops - 1, called=called)

    def onward(self, name: str, outcomes: int, raised: ByType) -> Onward | None:
        """What a function of another module does with what failed, which it is handed."""
        return self._modules.onward(name, outcomes, raised, self.hops - 1)

    def implementations(self, class_name: str, member: str) -> tuple[str, ...]:
        """The methods that subclasses have for an abstract one of a class, by their names."""
        return self._modules.classes.implementations(class_name, member)

    def is_function(self, name: str) -> bool:
        """Whether a name of another module is that of a function, which is no method."""
        return self._modules.is_function(name)

    def makes(self, name: str) -> cst.BaseExpression | None:
        """What a function of another module makes of its arguments each time (:meth:`~errlint.semantics.program.closed.Closed.made_by`)."""
        return self._modules.makes(name, self.hops - 1)

    def value(self, name: str) -> Value | None:
        """A variable of another module, or an attribute of a class there."""
        return self._modules.value(name, self.hops - 1)

    def constant(self, name: str) -> cst.BaseExpression | None:
        """The literal that a name of another module is bound to, as an expression that needs nothing from around it."""
        return self._modules.constant(name, self.hops - 1)

    def type_names(self, name: str) -> tuple[str, ...]:
        """The types in a tuple of types of another module."""
        return self._modules.type_names(name, self.hops - 1)

    def caught_by(self, name: str) -> tuple[str, ...]:
        """The types that a decorator, or a context manager, of another module catches of what it runs."""
        return self._modules.caught_by(name, self.hops - 1)

    def asks_by_itself(self, spot: Spot) -> bool | None:
        """Whether what is made at a place in another file is a client that waits by itself as long as the server says; None: it is none."""
        return self._modules.asks_by_itself(spot, self.hops - 1)

    def location(self, spot: Spot) -> Location | None:
        """Where a place in another file is, as people are shown it."""
        return self._modules.location(spot)
