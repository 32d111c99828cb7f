"""All retry policies of a file, from every builder, made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.semantics.retries.by_hand import loops
from errlint.semantics.retries.by_hand.once import waits_once
from errlint.semantics.retries.library.last_failures import LastFailures
from errlint.semantics.retries.library.policies import library_policies
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.retries.wrapped import foreign, wrappers

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

Builder = Callable[["Semantics"], Iterable[RetryPolicy]]
"""Finds the policies of one mechanism in a file."""

BUILDERS: tuple[Builder, ...] = (loops.policies, wrappers.policies, foreign.policies, library_policies)
"""One for each mechanism. Every policy is built by exactly one of them."""


class Retries:
    """The policies of one file, in document order."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics

    @cached_property
    def layers(self) -> tuple[RetryPolicy, ...]:
        """Every policy, those included that libraries follow by themselves."""
        order = self._semantics.tree.order
        found = [policy for build in BUILDERS for policy in build(self._semantics)]
        return tuple(sorted(found, key=lambda policy: order[policy.node]))

    @cached_property
    def policies(self) -> tuple[RetryPolicy, ...]:
        """Every policy that this file decides on, those included for which nothing shows that they are about HTTP."""
        return tuple(policy for policy in self.layers if not policy.builtin)

    @cached_property
    def _by_node(self) -> dict[cst.CSTNode, tuple[RetryPolicy, ...]]:
        found: dict[cst.CSTNode, tuple[RetryPolicy, ...]] = {}
        for policy in self.policies:
            found[policy.node] = (*found.get(policy.node, ()), policy)
        return found

    @cached_property
    def once(self) -> tuple[RetryPolicy, ...]:
        """Waits for a limit with no retry around them, after which the same or the next request is sent; no policies otherwise."""
        return tuple(waits_once(self._semantics))

    @cached_property
    def last_failures(self) -> LastFailures:
        """What comes out of functions that libraries retry."""
        return LastFailures(self._semantics)

    def once_at(self, node: cst.CSTNode) -> tuple[RetryPolicy, ...]:
        """Those whose wait stands at the node."""
        return tuple(policy for policy in self.once if policy.node is node)

    def at(self, node: cst.CSTNode) -> tuple[RetryPolicy, ...]:
        """The policies that stand at the node."""
        return self._by_node.get(node, ())
