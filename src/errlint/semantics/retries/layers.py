"""Retries inside of retries: several layers that send the same request again after the same failures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.lean import dataclass
from errlint.semantics.retries.policy import Attempt, RetryPolicy

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics


@dataclass(frozen=True, eq=False)
class Multiplied:
    """A policy each of whose attempts is tried again by a layer below it.

    :ivar attempt: the attempt, as the outer policy makes it.
    """

    outer: RetryPolicy
    inner: RetryPolicy
    attempt: Attempt

    @property
    def requests(self) -> int | None:
        """The most requests that one call may send, if both say how often they try."""
        one, other = self.outer.stop.attempts, self.inner.stop.attempts
        return one * other if one is not None and other is not None else None


def multiplied(semantics: Semantics, outer: RetryPolicy) -> Iterator[Multiplied]:
    """The layers below a policy that follow the same failures; each once."""
    for inner in semantics.retries.layers:
        if inner is outer or outer.builtin or not _same_failures(outer, inner):
            continue
        if inner.builtin and not inner.retried.statuses.may:
            continue  # a client that follows no answer connects again: nothing had been sent
        if outer.covers_call and inner.covers_client:
            continue  # what is said for one call stands in the place of what its client does
        sent = (attempt for attempt in outer.attempts if inner.methods is None or attempt.method in (None, *inner.methods))
        shared = next((attempt for attempt in sent if _requests(attempt) & _all_requests(inner.attempts)), None)
        if shared is not None and _is_below(semantics, inner, outer, shared):
            yield Multiplied(outer, inner, shared)


def _same_failures(one: RetryPolicy, other: RetryPolicy) -> bool:
    if one.retried.statuses.must & other.retried.statuses.must:
        return True
    return one.retried.transport is True and other.retried.transport is True


def _requests(attempt: Attempt) -> frozenset[cst.CSTNode]:
    """The calls of HTTP libraries that an attempt comes down to."""
    return frozenset(place.node for place in attempt.trail if place.http)


def _all_requests(attempts: Sequence[Attempt]) -> frozenset[cst.CSTNode]:
    return frozenset(node for attempt in attempts for node in _requests(attempt))


def _is_below(semantics: Semantics, inner: RetryPolicy, outer: RetryPolicy, attempt: Attempt) -> bool:
    """What a client retries is below what a function retries; of two functions, the one that the other comes by on its way to the request.

    Where each makes the very call that the other makes, the one is below that stands in what the other runs.
    """
    if inner.builtin or inner.covers_client != outer.covers_client:
        return inner.builtin or inner.covers_client
    shared = [one for one in inner.attempts if _requests(one) & _requests(attempt)]
    if not any((one.handed_by or one.call) in _way(attempt) for one in shared):
        return False
    return not any(attempt.call in _way(one) for one in shared) or semantics.tree.within(inner.node, _body_of(semantics, outer.node))


def _way(attempt: Attempt) -> frozenset[cst.CSTNode]:
    """The calls from an attempt down to its request."""
    return frozenset((attempt.call, *(place.node for place in attempt.trail)))


def _body_of(semantics: Semantics, node: cst.CSTNode) -> cst.CSTNode:
    """The code that a policy retries, for one that stands at a decorator: the function that it decorates."""
    decorator = node if isinstance(node, cst.Decorator) else semantics.tree.parent.get(node)
    return semantics.tree.parent[decorator] if isinstance(decorator, cst.Decorator) else node
