"""Statuses that the source lists although the same request fails again are taken out of the list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.program.members import Literal
from errlint.semantics.program.scopes import How
from errlint.semantics.retries.judge import Hopeless
from errlint.semantics.retries.library.calls import RetryCalls
from errlint.semantics.retries.outcomes import members
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.left_out import LeftOut, Outcome
from errlint.semantics.rewrites.sharing import Sharing
from errlint.semantics.rewrites.unlisted_answers import UnlistedAnswers
from errlint.semantics.rewrites.wrapped_ends import WrappedEnds
from errlint.semantics.rewrites.writing import Writing

Holder = cst.Set | cst.List | cst.Tuple
_ALL_SERVER_ERRORS = tuple(range(500, 600))


@dataclass(frozen=True)
class Shortened:
    """Edits of lists.

    :ivar safe: nothing but retries reads what is changed, what is taken out ends as it did after the last attempt, and nobody said why it
        is listed;
    :ivar ends_well: it is known to end so, or by an error; it may pass for a success otherwise.
    """

    edits: tuple[Edit, ...]
    safe: bool
    ends_well: bool = True


class Lists:
    """Edits of the lists of one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._calls = RetryCalls(writing.semantics)
        self._sharing = Sharing(writing.semantics)
        self._unlisted = UnlistedAnswers(writing)

    def of(self, policy: RetryPolicy, hopeless: Hopeless) -> Shortened | None:
        """The edits that take every hopeless status out; None where some of them is not listed."""
        given = self._argument(policy)
        if given is not None:
            shortened = self._shortened([given], policy, hopeless) or self._written_anew(given, policy)
            return self._judged(shortened, policy, hopeless) if shortened is not None else None
        if hopeless.named != hopeless.statuses or hopeless.codes:
            return None
        return self._shortened(self._compared(policy), policy, hopeless)

    def _argument(self, policy: RetryPolicy) -> cst.BaseExpression | None:
        """The statuses that a library is handed as such."""
        site = self._calls.written_at(policy.node) if isinstance(policy.node, cst.Call) else None
        if site is None:
            return None
        return next((one.value for one in site.given() if "statuses" in one.argument.says and not one.argument.adds), None)

    def end_alike(self, policy: RetryPolicy, literal: cst.CSTNode) -> bool:
        """Whether what a list has no more, in a retry written by hand, comes to what it came to after the last attempt."""
        region = policy.code[0] if policy.written_by_hand and policy.elsewhere is None and policy.code else None
        comparison = next(self._tree.ancestors(literal, cst.Comparison), None)
        if not isinstance(region, (cst.For, cst.While, cst.FunctionDef)) or not isinstance(comparison, cst.Comparison):
            return False
        return LeftOut(self._writing, policy, region).outcome(comparison) is Outcome.SAME

    def _judged(self, shortened: Shortened, policy: RetryPolicy, hopeless: Hopeless) -> Shortened:
        """The same, safe only where an answer that came to an exception in the end is an error to whoever gets it."""
        site = self._calls.written_at(policy.node)
        alike = site is not None and self._unlisted.end_alike(site, policy, sum(1 << status for status in hopeless.statuses))
        return replace(shortened, safe=shortened.safe and alike)

    def _compared(self, policy: RetryPolicy) -> Iterator[cst.BaseExpression]:
        """The lists that the policy's code, and the predicates it asks, compare a status with."""
        for code in self._asked(policy):
            for node in (code, *self._tree.below(code)):
                if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
                    target = node.comparisons[0]
                    if isinstance(target.operator, (cst.In, cst.NotIn)):
                        yield target.comparator

    def _asked(self, policy: RetryPolicy) -> Iterator[cst.CSTNode]:
        found: dict[cst.CSTNode, None] = dict.fromkeys((policy.node, *policy.code))
        for code in list(found):
            for node in (code, *self._tree.below(code)):
                if isinstance(node, cst.Call):
                    found.update(dict.fromkeys(self._semantics.functions.run_by(node)))
                elif isinstance(node, cst.Arg) and isinstance(node.value, (cst.Name, cst.Attribute)):
                    found.update(dict.fromkeys(self._semantics.functions.behind(node.value)))
        yield from found

    def _shortened(
        self, lists: Iterator[cst.BaseExpression] | list[cst.BaseExpression], policy: RetryPolicy, hopeless: Hopeless
    ) -> Shortened | None:
        gone: dict[Holder, list[cst.CSTNode]] = {}
        left = set(hopeless.statuses)
        for expression in lists:
            for literal in self._semantics.collections.members(expression).literals:
                holder = self._holder(literal)
                if literal.value in hopeless.statuses and holder is not None:
                    nodes = gone.setdefault(holder, [])
                    nodes += [literal.node] if literal.node not in nodes else []
                    left.discard(int(literal.value))
        found = [self._taken_out(holder, nodes) for holder, nodes in gone.items()]
        edits = [edit for some in found if some is not None for edit in some]
        if left or not edits or None in found:
            return None
        taken = {node for found in gone.values() for node in found}
        outcomes = self._outcomes(taken)
        explained = any("#" in self._writing.source.text[edit.start : edit.end] for edit in edits) or self._is_explained(gone)
        safe = not explained and outcomes <= {Outcome.SAME}
        ends_well = Outcome.UNKNOWN not in outcomes
        if not self._are_read_by_others(gone):
            return Shortened(tuple(edits), safe and not self._are_read_twice(taken), ends_well)
        own = self._of_its_own(policy, taken, hopeless)
        return Shortened((own,), safe, ends_well) if own is not None else None

    def _is_explained(self, gone: dict[Holder, list[cst.CSTNode]]) -> bool:
        """Whether a comment above the statement of a list, or behind it, speaks of a status that is taken out of it."""
        for holder, nodes in gone.items():
            statement = self._tree.statement(holder)
            start, end = self._writing.span(holder)
            lines = self._writing.source.text[start : self._writing.source.text.find("\n", end)]
            said = f"{self._writing.said_at(statement)} {lines.partition('#')[2]}"
            if any(self._writing.code(node) in said for node in nodes if isinstance(node, cst.BaseExpression)):
                return True
        return False

    def _taken_out(self, holder: Holder, gone: list[cst.CSTNode]) -> list[Edit] | None:
        """``in (422, 502)`` without 422 is ``== 502``; other lists get shorter."""
        target = self._tree.parent.get(holder)
        comparison = self._tree.parent.get(target) if isinstance(target, cst.ComparisonTarget) else None
        kept = [element.value for element in holder.elements if element.value not in gone]
        if (
            isinstance(comparison, cst.Comparison)
            and isinstance(target, cst.ComparisonTarget)
            and len(kept) == 1
            and len(comparison.comparisons) == 1
        ):
            start, end = self._writing.span(comparison.left)[1], self._writing.span(holder)[1]
            if "\n" not in self._writing.source.text[start:end]:
                return [Edit(start, end, f" {'==' if isinstance(target.operator, cst.In) else '!='} {self._writing.code(kept[0])}")]
        return self._writing.listing.remove_elements(holder, gone)

    def _outcomes(self, gone: set[cst.CSTNode]) -> set[Outcome]:
        """What becomes of the failures in retries whose loop is in this file; others do with them as with all that is not listed."""
        found: set[Outcome] = set()
        for policy in self._semantics.retries.policies:
            site = self._calls.written_at(policy.node) if not policy.written_by_hand else None
            if site is not None and self._uses(policy, gone) and WrappedEnds(self._writing).handlers(site, policy):
                found.add(Outcome.RAISES)
            region = policy.code[0] if policy.written_by_hand and policy.elsewhere is None and policy.code else None
            for use in self._uses(policy, gone) if region is not None else ():
                comparison = self._tree.parent.get(self._tree.parent.get(use) or use)
                if isinstance(region, (cst.For, cst.While, cst.FunctionDef)) and isinstance(comparison, cst.Comparison):
                    found.add(LeftOut(self._writing, policy, region).outcome(comparison))
        return found

    def _are_read_twice(self, nodes: set[cst.CSTNode]) -> bool:
        """Whether one retry reads the lists more than once: it may ask for something else then."""
        return any(len(self._uses(policy, nodes)) > 1 for policy in self._semantics.retries.policies)

    def _are_read_by_others(self, gone: dict[Holder, list[cst.CSTNode]]) -> bool:
        """Whether anything but retries reads the lists, or may do so."""
        nodes = {node for found in gone.values() for node in found}
        known = {use for policy in self._semantics.retries.policies for use in self._uses(policy, nodes)}
        return not all(self._sharing.is_only_for(known, holder) for holder in gone)

    def _of_its_own(self, policy: RetryPolicy, nodes: set[cst.CSTNode], hopeless: Hopeless) -> Edit | None:
        """What the retry lists, written out where it reads the list of all, without what fails again.

        None where others may choose the list.
        """
        uses = self._uses(policy, nodes)
        listed = self._semantics.collections.members(uses[0]) if len(uses) == 1 else None
        if listed is None or not listed.complete or not self._is_one_list(uses[0]):
            return None
        kept = [self._writing.code(literal.node) for literal in listed.literals if literal.value not in hopeless.statuses]
        return self._writing.replace(uses[0], f"[{', '.join(kept)}]") if kept else None

    def _is_one_list(self, use: cst.BaseExpression) -> bool:
        """Whether a name always stands for the list that it is given in this file; callers and subclasses may give others."""
        bindings = self._semantics.scopes.reaching(use) if isinstance(use, cst.Name) else []
        return len(bindings) == 1 and bindings[0].how is How.VALUE

    def _uses(self, policy: RetryPolicy, nodes: set[cst.CSTNode]) -> list[cst.BaseExpression]:
        """Where a policy is given lists, or compares with them, that have one of the nodes in them."""
        given = self._argument(policy)
        lists = dict.fromkeys([given] if given is not None else self._compared(policy))
        members = self._semantics.collections.members
        return [found for found in lists if any(literal.node in nodes for literal in members(found).literals)]

    def _holder(self, literal: Literal) -> Holder | None:
        element = self._tree.parent.get(literal.node)
        holder = self._tree.parent.get(element) if isinstance(element, cst.Element) else None
        return holder if isinstance(holder, (cst.Set, cst.List, cst.Tuple)) else None

    def _written_anew(self, given: cst.BaseExpression, policy: RetryPolicy) -> Shortened | None:
        """``range(400, 600)`` becomes what is worth it of these."""
        if not isinstance(given, (cst.Call, cst.List, cst.Tuple, cst.Set)) or "#" in self._writing.code(given):
            return None
        listed = self._semantics.predicates.members(given)
        if listed is None:
            return None
        worth = self._semantics.judge.worth(policy)
        kept = [status for status in members(listed) if status >= 400 and worth.allows(status)]
        clients = [str(status) for status in kept if status < 500]
        servers = [status for status in kept if status >= 500]
        if tuple(servers) == _ALL_SERVER_ERRORS:
            return Shortened((self._writing.replace(given, f"[{', '.join([*clients, '*range(500, 600)'])}]"),), safe=True)
        if not kept or len(kept) > 12:
            return None
        return Shortened((self._writing.replace(given, f"[{', '.join([*clients, *map(str, servers)])}]"),), safe=True)
