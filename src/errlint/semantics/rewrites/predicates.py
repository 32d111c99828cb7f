"""Retries of a library that look at the exception: they are given a predicate, in the words of the library.

Which words those are is in the sheets: an argument may say *when* to try again, or (inverted) *unless*; or it takes parts that are joined
by ``&``, one of which says *when*. A library that knows nothing but types is given those of failures of the network.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.retries.exception_types import BROAD, Raised
from errlint.semantics.retries.library.calls import Given, RetryCalls, RetrySite
from errlint.semantics.retries.policy import RetryPolicy, repeated
from errlint.semantics.rewrites.assorted import Assorted, Assortment, taken_by
from errlint.semantics.rewrites.failures import Failure, Failures, one_of, quoted, worthwhile
from errlint.semantics.rewrites.helpers import Helpers
from errlint.semantics.rewrites.parts import added, part_that_says
from errlint.semantics.rewrites.wrapped_ends import WrappedEnds
from errlint.semantics.rewrites.writing import Writing
from errlint.semantics.values.status_sets import ERRORS
from errlint.sheets.retry import RetryArgument

_WIDTH = 110
"""Letters of a line of codes."""
_OTHER = "    return …"
"""Stands for what is said of exceptions that are no answer."""
_IF_EXCEPTION = "isinstance(error, Exception)"
_BY_RESULT = frozenset({"result", "not-result"})


@dataclass(frozen=True, eq=False)
class Narrowed:
    """Edits that leave a retry only what may succeed.

    :ivar network_only: no status is left, but those that have :ivar types: of their own.
    """

    edits: tuple[Edit, ...]
    network_only: bool = False
    types: tuple[str, ...] = ()


class Predicates:
    """Gives predicates to the retries of one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._failures = Failures(writing)
        self._helpers = Helpers(writing)
        self._calls = RetryCalls(writing.semantics)

    def of(self, policy: RetryPolicy) -> Narrowed | None:
        """The edits for a policy of a library; None where its words do not allow it."""
        site = self._calls.written_at(policy.node)
        if site is None:
            return None
        if not any({"types", "when", "unless", "retried"}.intersection(argument.says) for argument in site.described.sheet.arguments):
            return None
        if site.is_called_back:
            return None  # what is given up is raised: nobody would be called back
        taken = self._taken(site)
        failure = self._failures.of(policy, taken=taken) or Assortment(self._writing, self._failures).of(policy, None, taken)
        by_types = self._by_types(site)
        if by_types is not None:
            return self._network_only(site, by_types, policy)
        found = self._given(site, policy, failure) if failure is not None else None
        ends = WrappedEnds(self._writing)
        handlers = ends.handlers(site, policy) if found is not None else []
        if found is None or not handlers:
            return found
        widened = ends.widened(handlers, failure.type) if isinstance(failure, Failure) else None
        return Narrowed((*found.edits, *widened)) if widened is not None else None

    # the idioms ------------------------------------------------------------------------------------------------------------------

    def _given(self, site: RetrySite, policy: RetryPolicy, failure: Failure | Assorted) -> Narrowed | None:
        for argument in site.described.sheet.arguments:
            given = next((one for one in site.given() if one.argument is argument), None)
            if given is None and site.is_open:
                continue
            if "unless" in argument.says:
                return self._unless(site, argument, given, policy, failure)
            if "when" in argument.says:
                return self._when(site, argument, given, policy, failure)
            if "retried" in argument.says:
                return self._joined(site, argument, given, policy, failure)
        return None

    def _unless(
        self, site: RetrySite, argument: RetryArgument, given: Given | None, policy: RetryPolicy, failure: Failure | Assorted
    ) -> Narrowed | None:
        """``giveup=lambda error: not _may_succeed(error)``: true means to stop."""
        if given is not None:
            return None
        name, edits = may_succeed(self._writing, policy, failure)
        return self._added(site, f"{argument.name}=lambda error: not {name}(error)", edits)

    def _when(
        self, site: RetrySite, argument: RetryArgument, given: Given | None, policy: RetryPolicy, failure: Failure | Assorted
    ) -> Narrowed | None:
        """``on=_may_succeed``, which then also has to say which types are meant."""
        only = self._types_of(given, argument)
        if only is None:
            return None
        interrupts = argument.interrupts and not self._names_all(given)
        name, edits = may_succeed(self._writing, policy, failure, only=only, interrupts=interrupts)
        if given is None:
            return self._added(site, f"{argument.name}={name}", edits)
        return Narrowed((*edits, self._writing.replace(given.value, name)))

    def _joined(
        self, site: RetrySite, argument: RetryArgument, given: Given | None, policy: RetryPolicy, failure: Failure | Assorted
    ) -> Narrowed | None:
        """``retry=… & retry_if_exception(_may_succeed)``."""
        part = part_that_says(self._semantics.libraries, site.described.library, "when")
        named = self._writing.named(part) if part is not None else None
        if named is None or (given is not None and self._asks_results(given.value)):
            return None
        interrupts = self._hears_of_interrupts(site.described.library) and not self._names_all(given)
        name, edits = may_succeed(self._writing, policy, failure, interrupts=interrupts)
        code = f"{named[0]}({name})"
        everything = (*named[1], *edits)
        if given is None:
            return self._added(site, f"{argument.name}={code}", everything)
        old = self._writing.code(given.value)
        bracketed = self._writing.source.full(given.value).lpar
        if isinstance(given.value, cst.BinaryOperation) and not bracketed and isinstance(given.value.operator, cst.BitOr):
            old = f"({old})"
        return Narrowed((*everything, self._writing.replace(given.value, f"{old} & {code}")))

    def _network_only(self, site: RetrySite, argument: RetryArgument, policy: RetryPolicy) -> Narrowed | None:
        """``autoretry_for=(requests.ConnectionError, requests.Timeout)``."""
        given = next((one for one in site.given() if one.argument is argument), None)
        if given is None and site.is_open:
            return None
        homes = {name for attempt in policy.attempts for name in self._network_of(attempt.call)}
        for code in policy.code:
            homes |= set(self._network_of(repeated(code)))
        if len(homes) != 1:
            return None
        own = self._types_worth_it(policy)
        written = [self._failures.written(name) for name in self._retried_so_far((*homes.pop(), *own), given)]
        if not written or not all(written):
            return None
        names = [one[0] for one in written if one is not None]
        edits = tuple(edit for one in written if one is not None for edit in one[1])
        if given is None:
            changed = added(self._writing, site, f"{argument.name}={_grouped(names, None)}")
        else:
            changed = (self._writing.replace(given.value, _grouped(names, given.value)),)
        return Narrowed((*edits, *changed), network_only=True, types=own)

    def _types_worth_it(self, policy: RetryPolicy) -> tuple[str, ...]:
        """The types that an SDK has for statuses after which the same request may succeed."""
        raised = {name for attempt in policy.attempts for name in self._semantics.raises_for_status(attempt.call).types}
        worth = self._semantics.judge.worth(policy)
        found: dict[str, None] = {}
        roots = {name.partition(".")[0] for name in raised}
        libraries = (library for library in self._semantics.libraries.sheets if roots.intersection(library.library.roots))
        for sheet in (entry for library in libraries for entry in library.type if entry.statuses or entry.status_class):
            above = {ancestor.name for ancestor in self._semantics.libraries.ancestors(sheet.name)} - {sheet.name}
            wanted = all(map(worth.allows, sheet.statuses)) if sheet.statuses else sheet.status_class == "5xx"
            if wanted and sheet.is_a == "exception" and raised & above and not above & found.keys():
                found[sheet.name] = None
        return tuple(found)

    def _retried_so_far(self, network: Sequence[str], given: Given | None) -> list[str]:
        """The failures of the network that are of the types that were given: no other shall be retried from now on."""
        names = self._semantics.predicates.types.named(given.value) if given is not None else list(BROAD)
        if BROAD.intersection(names):
            return list(network)

        def is_a(name: str, other: str) -> bool:
            return name == other or any(above.name == other for above in self._semantics.types.ancestors(name))

        kept = [failure for failure in network if any(is_a(failure, name) for name in names)]
        return kept + [name for name in names if name not in kept and any(is_a(name, failure) for failure in network)]

    def _taken(self, site: RetrySite) -> Callable[[str], bool]:
        """Whether a type of exceptions is one that is tried again so far; true where it is not only the types that tell."""
        given = [one for one in site.given() if {"types", "when", "retried"}.intersection(one.argument.says)]
        if len(given) != 1:
            return lambda _: True
        types, value = self._semantics.predicates.types, given[0].value
        parts = list(self._parts_in(value)) if "retried" in given[0].argument.says else []
        inner = [one for part in parts for one in part.given()]
        if inner and all("types" in one.argument.says for one in inner) and not isinstance(value, cst.Name):
            return taken_by(self._writing, [name for one in inner for name in types.named(one.value)])
        if len(inner) == 1 and "not-types" in inner[0].argument.says:
            left = types.named(inner[0].value)
            return lambda name: not types.taken(left, Raised((name,), ERRORS)).must
        if parts or "types" not in given[0].argument.says or self._semantics.functions.behind(value):
            return lambda _: True
        return taken_by(self._writing, types.named(value))

    # their parts -----------------------------------------------------------------------------------------------------------------

    def _added(self, site: RetrySite, code: str, edits: Sequence[Edit]) -> Narrowed:
        return Narrowed((*edits, *added(self._writing, site, code)))

    def _by_types(self, site: RetrySite) -> RetryArgument | None:
        """The argument of a library that knows nothing but types."""
        arguments = site.described.sheet.arguments
        if any({"when", "unless", "retried"}.intersection(argument.says) for argument in arguments):
            return None
        return next((argument for argument in arguments if argument.says == ("types",)), None)

    def _types_of(self, given: Given | None, argument: RetryArgument) -> tuple[str, ...] | None:
        """The types that were meant so far, as the file writes them; None where a function decides, or something that is not known."""
        if given is None:
            return ()
        types = self._semantics.predicates.types
        value = given.value
        parts = self._calls.behind(value) if "retried" in argument.says else []
        if len(parts) == 1:
            # `predicate=if_exception_type(X)`: a part of the library around the types
            inner = [one for one in parts[0].given() if "types" in one.argument.says]
            if not inner or len(inner) != len(parts[0].given()):
                return None
            if any(name in BROAD for one in inner for name in types.named(one.value)):
                return ()  # they exclude nothing
            return tuple(self._writing.code(one.value) for one in inner)
        if self._semantics.functions.behind(value) or "types" not in argument.says:
            return None
        names = types.named(value)
        if any(name in BROAD for name in names):
            return ()
        return (self._writing.code(value),) if all("?" not in name for name in names) else None

    def _asks_results(self, value: cst.BaseExpression) -> bool:
        return any(_BY_RESULT.intersection(given.argument.says) for site in self._parts_in(value) for given in site.given())

    def _parts_in(self, value: cst.BaseExpression) -> Iterator[RetrySite]:
        for node in (value, *self._semantics.tree.below(value)):
            if isinstance(node, (cst.Name, cst.Attribute, cst.Call)):
                yield from self._calls.behind(node)

    def _network_of(self, code: cst.CSTNode) -> list[tuple[str, ...]]:
        """The types of failures of the network, of the libraries that code makes requests with."""
        evidence = self._semantics.does_http(code)
        names = [place.node for place in evidence.trail if place.http] if evidence is not None else []
        types = self._semantics.raises_for_status(code).types
        roots = {name.partition(".")[0] for name in types}
        for node in names:
            name = self._semantics.names.qualified(node.func) if isinstance(node, cst.Call) else None
            roots |= {name.partition(".")[0]} if name is not None else set()
        return [
            sheet.library.network
            for sheet in self._semantics.libraries.sheets
            if sheet.library.network and roots.intersection(sheet.library.roots)
        ]

    def _hears_of_interrupts(self, library: str) -> bool:
        """Whether predicates of a library are asked about what is no ``Exception``."""
        described = (entry for sheet in self._semantics.libraries.sheets if sheet.library.id == library for entry in sheet.retry)
        return any(argument.interrupts for entry in described for argument in (*entry.arguments, *entry.called))

    def _names_all(self, given: Given | None) -> bool:
        """Whether the source says that it means what is no ``Exception`` as well."""
        nodes = (given.value, *self._semantics.tree.below(given.value)) if given is not None else ()
        return any(self._semantics.names.qualified(node) == "BaseException" for node in nodes if isinstance(node, cst.Name))


def may_succeed(
    writing: Writing,
    policy: RetryPolicy,
    failure: Failure | Assorted,
    *,
    only: Sequence[str] = (),
    interrupts: bool = False,
    at: cst.CSTNode | None = None,
) -> tuple[str, tuple[Edit, ...]]:
    """The function that says of an exception whether the same request may succeed if it is sent again, and the edits that add it.

    :param only: the types that it is true for at all; :param interrupts: it is asked about what is no ``Exception``, too: Ctrl-C, say;
    :param at: where a retry that is written by hand asks: failures that do not get there are none of its business.
    """
    body = ['"""Whether the same request may succeed if it is sent again."""']
    if only and (isinstance(failure, Assorted) or list(only) != [failure.type]):
        body += [f"if not isinstance(error, {_grouped(only, None)}):", "    return False"]
    narrow = isinstance(failure, Failure) and list(only) == [failure.type]
    if isinstance(failure, Assorted):
        asked, edits = _of_several(writing, policy, failure, at)
    else:
        asked, edits = _of_one(writing, policy, failure, at)

    def telling(other: str) -> list[str]:
        """The body, which says this of other exceptions."""
        return [*body, *(f"    return {other}" if line is _OTHER else line for line in asked)]

    strict = telling(_IF_EXCEPTION)
    if narrow or only or not interrupts:
        name, more = Helpers(writing).function("_may_succeed", "error", telling("False" if narrow else "True"), like=() if only else strict)
    else:
        name, more = Helpers(writing).function("_may_succeed", "error", strict)
    return name, (*edits, *more)


def _of_several(writing: Writing, policy: RetryPolicy, failure: Assorted, at: cst.CSTNode | None) -> tuple[list[str], tuple[Edit, ...]]:
    """The questions to exceptions of several types."""
    if len(failure.others) == 1 and not failure.attributes:
        asked, edits = _of_one(writing, policy, failure.others[0], at)
        return [*failure.given_up("error"), *asked], edits
    worth = writing.semantics.judge.worth(policy, at=at)
    asked = [*failure.given_up("error"), *failure.status("error"), "if not isinstance(status, int):", _OTHER]
    return [*asked, f"return {worthwhile('status', worth, certain=all(one.certain for one in failure.others))}"], failure.edits


def _of_one(writing: Writing, policy: RetryPolicy, failure: Failure, at: cst.CSTNode | None) -> tuple[list[str], tuple[Edit, ...]]:
    """The questions to exceptions of one type."""
    code = Failures(writing).code_of(failure, "error", policy.catalogue)
    worth = writing.semantics.judge.worth(policy, by_code=code is not None, at=at)
    absent = failure.absent("error")
    body = [f"if not isinstance(error, {failure.type}){f' or {absent}' if absent else ''}:", _OTHER]
    edits: tuple[Edit, ...] = ()
    if code is not None and (worth.codes or worth.only):
        expression, edits = code
        if worth.codes and worth.only:
            body.append(f"code = {expression}")
            expression = "code"
        body += [*_if_one_of(expression, worth.only), "    return True"] if worth.only else []
        body += [*_if_one_of(expression, worth.codes), "    return False"] if worth.codes else []
    status = failure.status("error")
    short = status if status.replace(".", "").isidentifier() and status.count(".") == 1 else "status"
    if short == "status":
        body.append(f"status = {status}")
    return [*body, f"return {worthwhile(short, worth, certain=failure.certain)}"], (*failure.edits, *edits)


def _if_one_of(expression: str, codes: Sequence[str]) -> Iterator[str]:
    """The head of an ``if`` that asks for codes; over several lines where they are many."""
    line = f"if {one_of(expression, codes)}:"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"if {expression} in {{"
    yield from (f"    {part}" for part in textwrap.wrap(", ".join(map(quoted, codes)) + ",", _WIDTH, break_long_words=False))
    yield "}:"


def _grouped(names: Sequence[str], like: cst.BaseExpression | None) -> str:
    """Several types as one argument; as a set or list where one stood there."""
    if isinstance(like, cst.Set):
        return f"{{{', '.join(names)}}}"
    if isinstance(like, cst.List):
        return f"[{', '.join(names)}]"
    if isinstance(like, cst.Tuple) and len(names) == 1:
        return f"({names[0]},)"
    return names[0] if len(names) == 1 else f"({', '.join(names)})"
