"""A retry policy, whatever it is written in: a loop, a recursion, a decorator of one's own, a library, an SDK's argument.

Builders (one module a mechanism) make policies; rules only question them. Everything that is not known stays unknown (``None``, or a gap
between *may* and *must*), and rules stay silent about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from typing import Literal

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.lean import dataclass
from errlint.semantics.meaning import Place
from errlint.semantics.program import members
from errlint.semantics.program.tree import Tree
from errlint.semantics.project.summaries import Spot
from errlint.semantics.values.status_sets import ERRORS, Range

_OF_ONE_CLIENT = sum(1 << status for status in range(400, 500) if status not in (408, 425, 429))
"""The client errors (a set) that speak of a request or of what it is about, not of how busy a server is."""


@dataclass(frozen=True, eq=False)
class Attempt:
    """A call that a policy sends again.

    :ivar trail: why it is an HTTP call; never empty. :ivar method: ``"POST"``, in capitals, if known. :ivar operation: the name of the
    API's operation, if known. :ivar raises: whether an error status leaves the call as an exception; None if not known.
    :ivar handed_by: the call that hands the function over in which this one stands; others call that function without this retry;
    :ivar assumed: nothing is known of the call but that the type which an SDK raises for its API's errors is retried;
    :ivar error: that type, where it is one of the project's own.
    """

    call: cst.Call
    trail: tuple[Place, ...]
    catalogue: Catalogue | None = None
    method: str | None = None
    operation: str | None = None
    raises: bool | None = None
    handed_by: cst.Call | None = None
    assumed: bool = False
    error: str = ""


@dataclass(frozen=True, eq=False)
class Retried:
    """The failures after which a policy tries again.

    :ivar statuses: the error statuses that may be, and that certainly are, retried;
    :ivar transport: whether failures of the network are
    (no answer, so no status); :ivar codes: error codes that are named as retried; :ivar dropped: error codes that are named as not retried;
    :ivar perhaps: error codes that are named, and retried where a condition allows it;
    :ivar named: the statuses (a set, as in :mod:`~errlint.semantics.values.status_sets`) that the source names one by one, by type
    (``RateLimitError``) or, of those that say when to come back, by a code that comes with no other; not as a rest or a range;
    :ivar places: where the source says all this; :ivar sent_back: of these, which statuses handlers and tests let through, if it is known;
    :ivar unnamed: the statuses again, of failures whose code is not among the named ones; None where codes play no part;
    :ivar written: where the codes are written that tests of the policy ask for;
    :ivar answered: where statuses are answered by another request (new credentials, something mended), and which of them are.
    """

    statuses: Range = field(default_factory=lambda: Range(ERRORS, 0))
    transport: bool | None = None
    codes: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    named: int = 0
    places: tuple[Place, ...] = ()
    unnamed: Range | None = None
    written: tuple[members.Literal, ...] = ()
    answered: tuple[tuple[cst.CSTNode, int], ...] = ()
    sent_back: tuple[tuple[cst.CSTNode, int], ...] = ()

    def place_of(self, statuses: Iterable[int]) -> Place | None:
        """The place that lets most of these statuses through; the first of all places where none is known to."""
        wanted, let = sum(1 << status for status in statuses), dict(self.sent_back)
        return max(self.places, key=lambda place: (let.get(place.node, 0) & wanted).bit_count(), default=None)

    @property
    def outcomes(self) -> Range:
        """The same as outcomes: the statuses, and 0 for no answer."""
        may, must = self.transport is not False, self.transport is True
        return Range(self.statuses.may | may, self.statuses.must | must)

    def status(self, status: int, code: str | None = None) -> bool | None:
        """Is an answer with this status (and code) retried? None if it cannot be told."""
        if code is not None and code in self.dropped:
            return False
        if code is not None and code in self.codes:
            return True
        if code is not None and code in self.perhaps:
            return None
        statuses = self.statuses if code is None or self.unnamed is None else self.unnamed
        if statuses.must >> status & 1:
            return True
        return None if statuses.may >> status & 1 else False


def seen_in(places: Sequence[Place], tree: Tree, use: cst.CSTNode) -> tuple[Place, ...]:
    """The same places in a file whose node ``use`` stands for what another module says."""
    return tuple(place if place.node in tree.order else replace(place, node=use) for place in places)


Growth = Literal["none", "constant", "growing", "unknown"]
"""How the delays of one policy relate: no delay, always the same, longer each time, not known."""


@dataclass(frozen=True, eq=False)
class Wait:
    """How long a policy waits between two attempts.

    :ivar growth: see :data:`Growth`; :ivar seconds: the first delay in seconds, if it is written out, without the chance in it;
    :ivar jitter: whether chance is in it;
    :ivar server: whether it follows what the server says (Retry-After, a reset, an SDK's attribute), in this layer or below it;
    :ivar cap: the longest delay in seconds, if there is one; :ivar node: the expression, call or argument that says how long, if any;
    :ivar next_pass: the next pass begins with it, so the answer that failed is looked at elsewhere;
    :ivar steady: it grows, but under a condition it is always the same;
    :ivar otherwise: the wait after failures that are not the ones it is about, where they have one of their own;
    :ivar apart: the waits that it stands for, where some of the failures that it is about have others than the rest.
    """

    growth: Growth = "unknown"
    seconds: float | None = None
    jitter: bool | None = None
    server: bool | None = None
    cap: float | None = None
    node: cst.CSTNode | None = None
    places: tuple[Place, ...] = ()
    next_pass: bool = False
    steady: bool = False
    otherwise: Wait | None = None
    apart: tuple[Wait, ...] = ()

    @property
    def each(self) -> tuple[Wait, ...]:
        """Every wait of the policy, by itself; one after each of its failures."""
        return (*(self.apart or (self,)), *(self.otherwise.each if self.otherwise is not None else ()))

    def seen_in(self, tree: Tree, use: cst.CSTNode) -> Wait:
        """The same in a file whose node ``use`` stands for what another module says."""
        node = self.node if self.node is None or self.node in tree.order else use
        return replace(self, node=node, places=seen_in(self.places, tree, use))


def either(waits: Sequence[Wait]) -> Wait:
    """Several waits as one: it asks the server, grows or has chance in it if any of them does.

    :param waits: at least one.
    """
    ranks = ("growing", "unknown", "constant", "none")
    first = min(waits, key=lambda wait: ranks.index(wait.growth))
    caps = [wait.cap for wait in waits if wait.cap is not None]
    # the uses of a wrapper may each say how long
    agreed = {wait.seconds for wait in waits if wait.node is first.node} == {first.seconds}
    return Wait(
        first.growth,
        first.seconds if agreed else None,
        _any([wait.jitter for wait in waits]),
        _any([wait.server for wait in waits]),
        max(caps, default=None),
        first.node,
        tuple(dict.fromkeys(place for wait in waits for place in wait.places)),
        steady=first.steady,
    )


def _any(answers: Sequence[bool | None]) -> bool | None:
    """Whether one of several answers is yes, as far as it is known."""
    return True if True in answers else None if None in answers else False


@dataclass(frozen=True, eq=False)
class Stop:
    """When a policy gives up.

    :ivar bounded: whether it does at all; :ivar attempts: all attempts, the first one included, if known; :ivar seconds: the limit in
    seconds, if known; :ivar node: what says so.
    """

    bounded: bool | None = None
    attempts: int | None = None
    seconds: float | None = None
    node: cst.CSTNode | None = None
    places: tuple[Place, ...] = ()

    def seen_in(self, tree: Tree, use: cst.CSTNode) -> Stop:
        """The same in a file whose node ``use`` stands for what another module says."""
        node = self.node if self.node is None or self.node in tree.order else use
        return replace(self, node=node, places=seen_in(self.places, tree, use))


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """How long a retry that another module makes waits, and when it gives up, with the places that say so there.

    Rules question what stands in the file that they look at; this is for people, and for what only the use can tell.

    :ivar by_use: what is retried, and so which statuses the wait follows, shows in the use alone.
    """

    wait: Wait
    stop: Stop
    waits: tuple[Spot, ...] = ()
    stops: tuple[Spot, ...] = ()
    by_use: bool = False


@dataclass(frozen=True, eq=False)
class RetryPolicy:
    """One retry.

    :ivar mechanism: ``loop``, ``recursion``, ``wrapper`` (a decorator or function of the project), ``once`` (a wait with no retry around
    it), or the id of the library whose sheet describes it; :ivar node: where it stands: the loop, the function that calls itself, the
    decorator, the call that configures it or waits;
    :ivar attempts: what is sent again; empty when nothing shows that the policy is about HTTP;
    :ivar methods: the only HTTP methods that are sent again, None for any;
    :ivar evidence: what shows that it is about HTTP although no attempt is seen in this file;
    :ivar covers_client: it is a property of a client, below all code that calls it; :ivar covers_call: or of one call of the client;
    :ivar builtin: what is retried is a library's own choice: a layer that multiplies others, and no mistake of this file;
    :ivar code: what is run once for each attempt: the body of the loop (by its loop), a function, a lambda; empty for a client.
    :ivar answered: of a library, and of a retry of another module: what the wait is handed after a named status is known to carry the
    answer; :ivar elsewhere: what another module says of the wait and the end, of which nothing is known here.
    """

    mechanism: str
    node: cst.CSTNode
    attempts: tuple[Attempt, ...]
    retried: Retried
    wait: Wait
    stop: Stop
    methods: frozenset[str] | None = None
    evidence: tuple[Place, ...] = ()
    covers_client: bool = False
    covers_call: bool = False
    builtin: bool = False
    code: tuple[cst.CSTNode, ...] = ()
    answered: bool = False
    elsewhere: Elsewhere | None = None

    @property
    def written_by_hand(self) -> bool:
        """Whether it is code of this file, and not of a library, that tries again."""
        return self.mechanism in ("loop", "recursion", "wrapper", "once")

    @property
    def trail(self) -> tuple[Place, ...]:
        """Why this is about an HTTP API, and what is retried; empty without evidence."""
        shown = self.attempts[0].trail if self.attempts else self.evidence
        return (*shown, *self.retried.places) if shown else ()

    @property
    def may_fail_for_many(self) -> bool:
        """Whether others may have failed at the same time: a server or network in trouble, not what one client has asked of it.

        Client errors that the source names are of the latter kind, but for 429 and the like, unless a catalogue knows better: AWS tells
        clients to slow down with 400.
        """
        retried, catalogue = self.retried, self.catalogue
        own = retried.named & _OF_ONE_CLIENT
        if catalogue is not None:
            own &= sum(
                1 << status for status in range(400, 500) if own >> status & 1 and catalogue.verdict(status=status).can_succeed is False
            )
        return retried.transport is not False or not own or bool(retried.statuses.may & ~own)

    @property
    def catalogue(self) -> Catalogue | None:
        """The API, where the attempts agree on one."""
        found = {attempt.catalogue for attempt in self.attempts}
        return found.pop() if len(found) == 1 else None


def repeated(code: cst.CSTNode) -> cst.CSTNode:
    """What is run again of the code of a policy: of a ``for``, not what it goes over."""
    return code.body if isinstance(code, cst.For) else code
