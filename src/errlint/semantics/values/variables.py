"""What a name means because of one of its bindings: caught, passed, annotated, assigned, unpacked, walked over, matched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import libcst as cst

from errlint.semantics.errors.handlers import Handlers
from errlint.semantics.meaning import Meaning
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.patterns import captured_path
from errlint.semantics.program.scopes import Binding, How
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.binding import ApiBinding
from errlint.semantics.values.callees import Callees
from errlint.semantics.values.inside import Inside
from errlint.semantics.values.objects import Objects
from errlint.semantics.values.typed import Typed
from errlint.semantics.values.types import Types
from errlint.semantics.values.unknown import Unknown


class Variables:
    """Answers for the bindings of one file.

    :param given: what parameters are known to be, by the node that binds them; :param meaning: what an expression is.
    """

    def __init__(
        self,
        tree: Tree,
        functions: Functions,
        callees: Callees,
        handlers: Handlers,
        *,
        types: Types,
        binding: ApiBinding,
        typed: Typed,
        inside: Inside,
        unknown: Unknown,
        objects: Objects,
        given: Mapping[cst.CSTNode, Meaning],
        meaning: Callable[[cst.BaseExpression], Meaning | None],
    ) -> None:
        self._tree = tree
        self._functions = functions
        self._callees = callees
        self._handlers = handlers
        self._types = types
        self._binding = binding
        self._typed = typed
        self._inside = inside
        self._unknown = unknown
        self._objects = objects
        self._given = given
        self._meaning = meaning

    def meaning(self, binding: Binding) -> Meaning | None:
        """What the name means that is bound so."""
        match binding.how:
            case How.EXCEPT:
                return self._handlers.caught(binding)
            case How.PARAMETER:
                return self._parameter(binding)
            case How.DECLARED:
                return self.annotated(binding)
            case How.MATCH:
                return self._captured(binding)
            case How.VALUE | How.WITH | How.ITEM | How.AUGMENTED if binding.value is not None:
                annotated = self.annotated(binding)
                if annotated is not None:
                    return annotated
                if binding.path:
                    return self._unpacked(binding) if binding.how is How.VALUE else self._walked(binding)
                found = self._meaning(binding.value)
                if found is None:
                    return None
                if binding.how is How.ITEM:
                    return self._inside.item(found, "*", binding.value)
                return self._kept(found, binding)
            case _:
                return None

    def _kept(self, meaning: Meaning, binding: Binding) -> Meaning:
        return meaning.via(binding.node, f"kept in `{binding.name}`")

    def _unpacked(self, binding: Binding) -> Meaning | None:
        """``a, b = f()`` where the tuple itself is written out."""
        value = binding.value.expression if isinstance(binding.value, cst.Await) else binding.value
        summary = self._callees.elsewhere(value) if isinstance(value, cst.Call) else None
        if isinstance(value, cst.Call) and summary is not None:
            item = summary.items[binding.path[0]] if len(binding.path) == 1 and binding.path[0] < len(summary.items) else None
            found = self._callees.returned(value, summary, item, self._callees.client(value))
            return None if found is None else self._kept(found, binding)
        found = self._at(value, binding.path) if value is not None else None
        return None if found is None else self._kept(found, binding)

    def _at(self, value: cst.BaseExpression, path: tuple[int, ...]) -> Meaning | None:
        """What stands at a path of positions: in a tuple that is written out, or in the first that is returned and has a meaning there."""
        if not path:
            return self._meaning(value)
        tuples = list(self._functions.returned_tuples(value))
        for written in tuples:
            element = written.elements[path[0]] if path[0] < len(written.elements) else None
            found = self._at(element.value, path[1:]) if element is not None else None
            if found is not None:
                return found
        # `why, *rest = e.args`
        found = self._meaning(value) if not tuples else None
        for position in path:
            found = self._inside.item(found, position, value) if found is not None else None
        return found

    def _walked(self, binding: Binding) -> Meaning | None:
        """The second variable of ``for field, x in errors.items()`` and of ``for index, x in enumerate(errors)``."""
        call = binding.value
        if binding.how is not How.ITEM or binding.path != (1,) or not isinstance(call, cst.Call):
            return None
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "items":
            walked = call.func.value
        elif isinstance(call.func, cst.Name) and call.func.value == "enumerate" and call.args:
            walked = call.args[0].value
        else:
            return None
        found = self._meaning(walked)
        return self._inside.item(found, "*", walked) if found is not None else None

    def annotated(self, binding: Binding) -> Meaning | None:
        """What its annotation says, if it has one."""
        if binding.annotation is None:
            return None
        return self._typed.annotated(binding.annotation, binding.node, f"`{binding.name}` is annotated as `{{}}`")

    def _parameter(self, binding: Binding) -> Meaning | None:
        given = self._given.get(binding.node) or self._instance(binding)
        if given is not None:
            return given
        annotated = self.annotated(binding)
        if annotated is not None and annotated.proven:
            return annotated
        given_here = [found for found in map(self._meaning, self._functions.passed_for(binding)) if found is not None]
        if not given_here:
            given_here = self._objects.parameter(binding.node) or self._made_elsewhere(binding)
        passed = [found for found in given_here if found.proven]
        if not passed:
            # the text of an exception that further evidence may yet show to be an API's: in the helper, or where it is called
            texts = (found for found in given_here if found.from_exception)
            text = next((found.via(binding.node, f"passed as `{binding.name}`") for found in texts), None)
            return annotated or self._unknown.exception(binding) or text
        # a helper of several APIs knows the codes of none of them
        return replace(passed[0], api=self._binding.of_calls(passed)).via(binding.node, f"passed as `{binding.name}`")

    def _made_elsewhere(self, binding: Binding) -> list[Meaning]:
        """What a constructor is given by the modules that make objects of the class, if nothing else says what it is."""
        if not isinstance(binding.node, cst.Param) or binding.annotation is not None:
            return []
        found = self._callees.made_with(binding.node)
        return [found] if found is not None else []

    def _instance(self, binding: Binding) -> Meaning | None:
        """``self`` and ``cls`` in the methods of a class."""
        if binding.name not in ("self", "cls"):
            return None
        definition = self._tree.enclosing(binding.node, cst.ClassDef)
        sheet = self._types.of_class(definition) if definition is not None else None
        return self._typed.instance(sheet, binding.node) if sheet is not None else None

    def _captured(self, binding: Binding) -> Meaning | None:
        """``case text if "limit" in text``, ``case {"message": text}`` or ``case APIError(code=code)``."""
        captured = captured_path(self._tree, binding.node) if isinstance(binding.node, cst.MatchAs) else None
        if captured is None:
            return None
        subject, keys = captured
        found = self._meaning(subject)
        for key in keys:
            found = self._inside.part(found, key, subject) if found is not None else None
        return None if found is None else self._kept(found, binding)
