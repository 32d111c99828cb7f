"""How code asks a failed attempt what went wrong: the type of its exception, the status, the error code."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import partial

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.catalogue.schema import sdk_expression
from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.errors.raising import Answer, Raising
from errlint.semantics.program.names import dotted
from errlint.semantics.retries.exception_types import Raised
from errlint.semantics.retries.judge import Worth
from errlint.semantics.retries.policy import RetryPolicy, repeated
from errlint.semantics.rewrites.helpers import Helpers
from errlint.semantics.rewrites.writing import Writing
from errlint.semantics.values.status_sets import ERRORS
from errlint.sheets.library import TypeSheet

_NOT_NONE = " is not None"
_HAS_MEMBER = "hasattr("
_ATTRIBUTE = re.compile(r"\{e\}\.(\w+)")
_OWN = ("status_code", "http_status", "status")


@dataclass(frozen=True, eq=False)
class Failure:
    """An exception that stands for an answer with an error status.

    :ivar type: how the file writes its type; :ivar edits: the imports that this needs;
    :ivar answered: how the file writes the type below it that always has the status, where that is at hand.
    """

    sheet: TypeSheet
    type: str
    edits: tuple[Edit, ...]
    answered: str = ""

    certain: bool = True
    """It always stands for an error."""

    def status(self, exception: str) -> str:
        """The expression of its status."""
        return self.sheet.status.format(e=exception)

    def present(self, exception: str) -> str:
        """What is true where it has a status; empty where it always has one."""
        if self.answered:
            return f"isinstance({exception}, {self.answered})"
        return self.sheet.status_guard.format(e=exception)

    def absent(self, exception: str) -> str:
        """What is true where it has none; empty where it always has one."""
        guard = self.present(exception)
        if not guard:
            return ""
        return f"{guard.removesuffix(_NOT_NONE)} is None" if guard.endswith(_NOT_NONE) else f"not {guard}"


class Failures:
    """Answers for one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._helpers = Helpers(writing)
        self._written: dict[str, tuple[str, tuple[Edit, ...]] | None] = {}

    def of(self, policy: RetryPolicy, tried: cst.CSTNode | None = None, taken: Callable[[str], bool] = lambda _: True) -> Failure | None:
        """The exception by which an error status leaves the attempts; None where nothing is known of it.

        Several have one in common, of which the sheet says when it has a status.

        :param tried: the code that a handler stands by: what it raises arrives there, what else is run for an attempt may not;
        :param taken: whether a type is one that is tried again.
        """
        return self._of_types([name for name in self.raised(policy, tried) if taken(name)])

    def of_name(self, name: str) -> Failure | None:
        """The same for the exceptions of one type."""
        return self._of_types([name])

    def of_raising(self, raising: Raising) -> Failure | None:
        """The exception by which an error status leaves a piece of code."""
        return self._of_types(raising.types)

    def _of_types(self, names: Collection[str]) -> Failure | None:
        sheet = self._in_common(names)
        if sheet is None or not sheet.status or not (sheet.carries_status or sheet.status_guard):
            return None
        return self.of_type(sheet)

    def holder(self, policy: RetryPolicy, tried: cst.CSTNode | None = None) -> str | None:
        """The attribute in which the exceptions of an attempt (as in :meth:`of`) hold the answer; ``"headers"`` for those themselves."""
        failure = self.of(policy, tried)
        names = [failure.sheet.name] if failure is not None else self.raised(policy, tried)
        members = {self.member(name) for name in names if failure is not None or self.attribute(name) is not None}
        return members.pop() if len(members) == 1 else None

    def attribute(self, name: str) -> str | None:
        """The attribute in which exceptions of a type hold the status; of classes of the project, by its name."""
        written = next((sheet.status for sheet in self._semantics.libraries.ancestors(name) if sheet.status), "")
        attribute = _ATTRIBUTE.fullmatch(written)
        if attribute is not None:
            return attribute[1]
        own = self._semantics.types.type(name)
        return next((word for word in _OWN if own is not None and self._semantics.evaluator.defines(own, word)), None)

    def raised(self, policy: RetryPolicy, tried: cst.CSTNode | None) -> list[str]:
        """The types by which error statuses leave the attempts; none where it can be others, too."""
        found = self._raisings(policy, tried)
        return list(dict.fromkeys(name for one in found for name in one.types))

    def under(self, policy: RetryPolicy, tried: cst.CSTNode | None) -> dict[str, int]:
        """The same types, each with the error statuses that it is raised for: all of them, where nothing is known of these."""
        found: dict[str, int] = {}
        for raising in self._raisings(policy, tried):
            for names, statuses in raising.by_type:
                found.update({name: found.get(name, 0) | statuses & ERRORS for name in names})
        return found

    def _raisings(self, policy: RetryPolicy, tried: cst.CSTNode | None) -> list[Raising]:
        calls = [self._semantics.raises_for_status(attempt.call) for attempt in policy.attempts]
        if any(one.answer is Answer.YES and not one.types for one in calls):
            return []
        found: list[Raising] = [*calls, *([self._semantics.raises_for_status(tried)] if tried is not None else [])]
        if tried is None or not any(one.types for one in found):
            found += map(self._semantics.raises_for_status, map(repeated, policy.code))
        return found

    def arriving(self, handler: cst.CSTNode | None) -> int:
        """The error statuses whose exceptions can come to a handler from the code that it stands by: it takes them, and no earlier one."""
        tried = self._semantics.tree.tried(handler)
        raising = self._semantics.raises_for_status(tried) if tried is not None else None
        if raising is None or (raising.answer is not Answer.NO and not raising.types):
            return self._taken(handler, Raised((), ERRORS))
        found = 0
        under = dict(raising.under)
        for name in raising.types if raising.answer is not Answer.NO else ():
            raised = Raised((name,), under.get(name, ERRORS))
            found |= self._taken(handler, raised) & ~self._taken_before(handler, raised)
        return found

    def _taken(self, handler: cst.CSTNode | None, raised: Raised) -> int:
        """Those that a handler may take; all of them where it names types that only the project, or nobody, knows."""
        types = self._semantics.predicates.types
        names = types.named(handler.type) if isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)) else []
        known = all(self._semantics.libraries.type(name) is not None for name in names) or self._are_classes_of_the_project(raised.types)
        return types.taken(names, raised).may if names and known else raised.outcomes

    def _are_classes_of_the_project(self, names: Collection[str]) -> bool:
        """Whether types are those of classes of which all is known that they inherit from, so that it is known who takes them."""
        types = self._semantics.predicates.types
        return bool(names) and all(self._semantics.libraries.type(name) is None and types.ancestry(name)[1] for name in names)

    def _taken_before(self, handler: cst.CSTNode | None, raised: Raised) -> int:
        outer = self._semantics.tree.parent.get(handler) if handler is not None else None
        types, taken = self._semantics.predicates.types, 0
        for earlier in outer.handlers if isinstance(outer, (cst.Try, cst.TryStar)) else ():
            if earlier is handler:
                break
            taken |= types.taken(types.named(earlier.type), raised).must
        return taken

    def _in_common(self, names: Collection[str]) -> TypeSheet | None:
        """The nearest type that all of these are."""
        lines = [list(self._semantics.libraries.ancestors(name)) for name in names]
        known = [{sheet.name for sheet in line} for line in lines]
        return next((sheet for sheet in lines[0] if all(sheet.name in line for line in known)), None) if lines else None

    def of_type(self, sheet: TypeSheet) -> Failure | None:
        """The same for one type."""
        written = self.written(sheet.name)
        return Failure(sheet, *written, self._answered_below(sheet), self._is_certain(sheet)) if written is not None else None

    def _is_certain(self, sheet: TypeSheet) -> bool:
        """Whether exceptions of a type that have a status always stand for an error."""
        libraries = self._semantics.libraries
        doubtful = [one for library in libraries.sheets for one in library.type if one.any_status]
        above = {found.name for found in libraries.ancestors(sheet.name)}
        return not any(one.name in above or sheet.name in {found.name for found in libraries.ancestors(one.name)} for one in doubtful)

    def _answered_below(self, sheet: TypeSheet) -> str:
        """How the file writes the one type below another whose exceptions all have the status; empty where it would need an import.

        It says better what is meant than a question for a member, ``hasattr(error, "status")``.
        """
        if not sheet.status_guard.startswith(_HAS_MEMBER):
            return ""
        libraries = self._semantics.libraries
        every = (one for library in libraries.sheets for one in library.type if one.carries_status and one.status == sheet.status)
        above = {one.name: {found.name for found in libraries.ancestors(one.name)} - {one.name} for one in every}
        below = {name: line for name, line in above.items() if sheet.name in line}
        tops = [name for name, line in below.items() if line.isdisjoint(below)]
        written = self.written(tops[0]) if len(tops) == 1 else None
        return written[0] if written is not None and not written[1] else ""

    def written(self, name: str) -> tuple[str, tuple[Edit, ...]] | None:
        """How the file writes a type, with the imports that this needs; by whichever of its names the file has already.

        First by a name of its own, then by that of a module whose other types it reads: a file with ``stripe.error.CardError`` may be
        one for versions that have no ``stripe.StripeError``.
        """
        if name not in self._written:
            self._written[name] = self._find_written(name)
        return self._written[name]

    def _find_written(self, name: str) -> tuple[str, tuple[Edit, ...]] | None:
        sheet = self._semantics.libraries.type(name)
        names = (sheet.name, *filter(partial(self._may_be_written, sheet.name), sheet.also)) if sheet is not None else (name,)
        found = [written for written in map(self._writing.named, names) if written is not None]
        imported = next((written for written in found if not written[1] and "." not in written[0]), None)
        read = next(filter(None, map(self._as_read, names)), None) if imported is None else None
        if read is not None:
            return read, ()
        return imported or next((written for written in found if not written[1]), found[0] if found else None)

    def _may_be_written(self, name: str, other: str) -> bool:
        """Whether another name of a type is one to write: that of a package around its module, or one that the file has already.

        ``urllib.request.HTTPError`` is there only because that module needs ``urllib.error.HTTPError`` itself.
        """
        module, others = name.rpartition(".")[0], other.rpartition(".")[0]
        if f"{module}.".startswith(f"{others}.") or f"{others}.".startswith(f"{module}."):
            return True
        named = self._writing.named(other)
        if named is not None and not named[1] and "." not in named[0]:
            return True
        return any(self._semantics.names.qualified(member) == other for member in self._semantics.tree.all(cst.Attribute))

    def _as_read(self, name: str) -> str | None:
        """``package.module.Type``, as the file writes it, where it reads something else of ``package.module``."""
        module, _, last = name.rpartition(".")
        members = self._semantics.tree.all(cst.Attribute) if "." in module else ()
        # what `package.Type` names may be called as its module is: only what has members there is the module
        written = (dotted(member.value) for member in members if self._semantics.names.qualified(member.value) == module)
        return next((f"{found}.{last}" for found in written if found is not None), None)

    def member(self, exception: str) -> str | None:
        """The attribute of an exception that is the response, or the headers."""
        libraries = self._semantics.libraries
        members = {name: kind.rstrip("?") for sheet in libraries.ancestors(exception) for name, kind in sheet.attributes.items()}
        if members.get("headers") == "headers":
            return "headers"
        for name, kind in members.items():
            inner = libraries.type(kind)
            if inner is not None and inner.is_a == "response" and "headers" in inner.attributes:
                return name
        return None

    def has_plain_headers(self, exception: str) -> bool:
        """Whether the headers that come with an exception are an ordinary dict, for which case counts."""
        libraries = self._semantics.libraries
        line = list(libraries.ancestors(exception))
        kept = (libraries.type(kind.rstrip("?")) for sheet in line for kind in sheet.attributes.values())
        return any(sheet is not None and sheet.plain_headers for sheet in (*line, *kept))

    # tests -----------------------------------------------------------------------------------------------------------------------

    def code_of(self, failure: Failure, exception: str, catalogue: Catalogue | None) -> tuple[str, tuple[Edit, ...]] | None:
        """The expression of the error code, and a helper that it needs; None where the exception does not lead to it."""
        if catalogue is None:
            return None
        root = failure.sheet.name.partition(".")[0]
        written = {sdk.attrs.get("code", "") for sdk in catalogue.sdks if root in sdk.import_roots}
        if written:
            if len(written) != 1 or not all(written):
                return None
            expression = sdk_expression(written.pop(), exception)
            return (f"({expression})" if " if " in expression else expression), ()
        response = next((member for member in ("response",) if self._reads_json(failure.sheet, member)), None)
        path = next((place.json for place in catalogue.envelope.code if place.json), None)
        if response is None or path is None or any(step == "*" for step in path):
            return None
        return self.code_in(f"{exception}.{response}", path)

    def code_in(self, response: str, path: Sequence[str | int]) -> tuple[str, tuple[Edit, ...]]:
        """The expression of the error code in the body of a response, and the helper that reads it."""
        keys = "".join(f"[{quoted(step) if isinstance(step, str) else step}]" for step in path)
        body = [
            '"""The code of an error; None where the body is not the API\'s."""',
            "try:",
            f"    return response.json(){keys}",
            "except (LookupError, TypeError, ValueError):",
            "    return None",
        ]
        name, edits = self._helpers.function("_error_code", "response", body)
        return f"{name}({response})", edits

    def _reads_json(self, sheet: TypeSheet, member: str) -> bool:
        libraries = self._semantics.libraries
        declared = next((found.attributes[member] for found in libraries.ancestors(sheet.name) if member in found.attributes), "")
        inner = libraries.type(declared.rstrip("?"))
        return inner is not None and any(found.methods.get("json") == "body" for found in libraries.ancestors(inner.name))


def permanent(status: str, worth: Worth, *, certain: bool = True) -> str:
    """The test that is true for the statuses after which the same request fails again.

    :param certain: the answer is known to be an error.
    """
    if worth.vain:
        return _is_in(status, (*worth.vain, *worth.drop))
    test = f"{status} < 500" if certain else f"400 <= {status} < 500"
    if worth.keep:
        test = f"{test} and {_is_in(status, worth.keep, negated=True)}"
    if not worth.drop:
        return test
    return f"{f'({test})' if worth.keep else test} or {_is_in(status, worth.drop)}"


def worthwhile(status: str, worth: Worth, *, certain: bool = True) -> str:
    """The test that is true for the statuses after which the same request may succeed; as for :func:`permanent`."""
    server = f"{status} >= 500" if certain else f"not 400 <= {status} < 500"
    if worth.drop:
        server = f"{server} and {_is_in(status, worth.drop, negated=True)}"
    if not worth.keep:
        return server
    kept = _is_in(status, worth.keep)
    return f"({server}) or {kept}" if worth.drop else f"{server} or {kept}"


def one_of(expression: str, codes: Sequence[str], *, negated: bool = False) -> str:
    """The test whether a code is one of several, or none of them."""
    if len(codes) == 1:
        return f"{expression} {'!=' if negated else '=='} {quoted(codes[0])}"
    return f"{expression} {'not in' if negated else 'in'} {{{', '.join(map(quoted, codes))}}}"


def _is_in(status: str, numbers: Sequence[int], *, negated: bool = False) -> str:
    if len(numbers) == 1:
        return f"{status} {'!=' if negated else '=='} {numbers[0]}"
    return f"{status} {'not in' if negated else 'in'} ({', '.join(map(str, numbers))})"


def quoted(text: str) -> str:
    """A text as it is written in code."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
