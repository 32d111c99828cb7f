"""Statuses that the source lists although the same request fails again are taken out of the list."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.lean import dataclass
from errlint.model import Edit
from errlint.semantics.members import Literal
from errlint.semantics.retries.judge import Hopeless
from errlint.semantics.retries.library.calls import RetryCalls
from errlint.semantics.retries.outcomes import members
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.sharing import Sharing
from errlint.semantics.rewrites.writing import Writing

Holder = cst.Set | cst.List | cst.Tuple
_ALL_SERVER_ERRORS = tuple(range(500, 600))


@dataclass(frozen=True)
class Shortened:
    """Edits of lists. :ivar safe: nothing but retries reads these."""

    edits: tuple[Edit, ...]
    safe: bool


class Lists:
    """Edits of the lists of one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._calls = RetryCalls(writing.semantics)
        self._sharing = Sharing(writing.semantics)

    def of(self, policy: RetryPolicy, hopeless: Hopeless) -> Shortened | None:
        """The edits that take every hopeless status out; None where some of them is not listed."""
        given = self._argument(policy)
        if given is not None:
            return self._shortened([given], hopeless) or self._written_anew(given, policy)
        if hopeless.named != hopeless.statuses or hopeless.codes:
            return None
        return self._shortened(self._compared(policy), hopeless)

    def _argument(self, policy: RetryPolicy) -> cst.BaseExpression | None:
        """The statuses that a library is handed as such."""
        site = self._calls.written_at(policy.node) if isinstance(policy.node, cst.Call) else None
        if site is None:
            return None
        return next((one.value for one in site.given() if "statuses" in one.argument.says and not one.argument.adds), None)

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

    def _shortened(self, lists: Iterator[cst.BaseExpression] | list[cst.BaseExpression], hopeless: Hopeless) -> Shortened | None:
        gone: dict[Holder, list[cst.CSTNode]] = {}
        left = set(hopeless.statuses)
        for expression in lists:
            for literal in self._semantics.collections.members(expression).literals:
                holder = self._holder(literal)
                if literal.value in hopeless.statuses and holder is not None:
                    nodes = gone.setdefault(holder, [])
                    nodes += [literal.node] if literal.node not in nodes else []
                    left.discard(int(literal.value))
        edits = [self._writing.listing.remove_elements(holder, nodes) for holder, nodes in gone.items()]
        if left or not edits or None in edits:
            return None
        return Shortened(tuple(edit for found in edits if found is not None for edit in found), not self._are_shared(gone))

    def _are_shared(self, gone: dict[Holder, list[cst.CSTNode]]) -> bool:
        """Whether anything but retries reads the lists, or one of these does so more than once: it may ask for something else then."""
        nodes = {node for found in gone.values() for node in found}
        uses = [self._uses(policy, nodes) for policy in self._semantics.retries.policies]
        if any(len(found) > 1 for found in uses):
            return True
        known = {use for found in uses for use in found}
        return not all(self._sharing.is_only_for(known, holder) for holder in gone)

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
