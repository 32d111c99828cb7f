"""Policies held against what the API says: which failures are retried although the same request cannot succeed?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.lean import dataclass
from errlint.semantics.retries.answered import answered
from errlint.semantics.retries.below import Below, types_named
from errlint.semantics.retries.contracts import CLIENT_ERRORS, Contracts, all_in_vain, in_vain, may_succeed, rules_out, tried_by_sdks
from errlint.semantics.retries.exception_types import FEW
from errlint.semantics.retries.misjudged import Misjudged, misjudged
from errlint.semantics.retries.outcomes import LIMITED, members
from errlint.semantics.retries.policy import Attempt, RetryPolicy
from errlint.semantics.retries.sent.services import services_of
from errlint.semantics.values.status_sets import ERRORS

if TYPE_CHECKING:
    from errlint.semantics.analysis import Semantics

_OFTEN_TRANSIENT = frozenset({401, 402, 403, 404, 407, 408, 409, 412, 418, 420, 421, 423, 424, 425, 428, 429, 440, 444, 449, 460, 498, 499})
"""Where no catalogue knows the API, whoever names one of these may know that *this* API means something temporary by it."""
_OF_THE_REQUEST = frozenset({401, 404})
"""Those of them that mean nothing temporary to a layer below all calls of a client: it sends the same key, and waits for nothing."""
_OF_WHAT_IS_SENT = frozenset({400, 411, 413, 414, 415, 422, 431})
"""Those that are about the bytes of the request alone, which are the same the next time, whatever has changed at the server."""
_FORBIDDEN = 403
"""Firewalls answer so, too, when they are asked too often; who lists it beside errors that cannot pass has not thought of them."""
_COMMON = sum(1 << status for status in (400, 401, 403, 404))
"""The client errors (a set) that nearly all APIs answer with: who gives up on each of them is not waiting for the others."""
_OF_A_BODY = 1 << 422
"""One more of them, where a request has a body, or next to nothing else is tried again."""
_WITH_BODIES = frozenset({"POST", "PUT", "PATCH"})
_FEW = 3
"""Statuses that a test names one by one."""
_FEW_ALONE = 2
"""Client errors that a test asks for: more of them are a list."""
_FEW_OF_AN_API = 6
"""As many as that, where they are all of which the catalogue of an API says that the same request fails again."""


@dataclass(frozen=True, eq=False)
class Hopeless:
    """Failures that a policy retries in vain.

    :ivar statuses: client errors; :ivar named: those of them that the source names; :ivar codes: error codes; :ivar catalogue: who says so;
    :ivar under_success: the codes come with a status of success: no status tells them from what may succeed.
    """

    statuses: tuple[int, ...]
    named: tuple[int, ...]
    codes: tuple[str, ...]
    catalogue: Catalogue
    under_success: bool = False


@dataclass(frozen=True)
class Worth:
    """What is worth a further attempt, for code that has to say it.

    :ivar keep: client errors after which the same request may succeed; :ivar drop: server errors after which it cannot;
    :ivar codes: codes with which it cannot although their status is worth it; :ivar only: codes with which it may although it is not;
    :ivar guessed: codes that the API does not list are taken to be among those with which it cannot;
    :ivar vain: the client errors that are retried although the same request fails again, where they are few enough to name them;
    :ivar exact: whoever gives up on what is neither kept nor in vain goes no further than what is known to fail again.
    """

    keep: tuple[int, ...]
    drop: tuple[int, ...]
    codes: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    guessed: bool = False
    vain: tuple[int, ...] = ()
    exact: bool = True

    def allows(self, status: int) -> bool:
        """Whether a status, as far as it alone tells, is worth a further attempt."""
        return status in self.keep if status < 500 else status not in self.drop


class Judge:
    """Verdicts on the policies of one file."""

    def __init__(self, semantics: Semantics) -> None:
        self._semantics = semantics
        self._below = Below(semantics)
        self._contracts = Contracts(semantics.catalogues.generic)
        self._hopeless_of: dict[RetryPolicy, Hopeless | None] = {}
        self._temporary_of: dict[RetryPolicy, frozenset[int]] = {}

    def catalogue(self, policy: RetryPolicy) -> Catalogue | None:
        """The API that a policy talks to, else HTTP itself."""
        return policy.catalogue or self._semantics.catalogues.generic

    def hopeless(self, policy: RetryPolicy) -> Hopeless | None:
        """What is certainly retried and certainly cannot succeed; None where nothing of the kind is known.

        With several attempts, each of their APIs has to say so. A status that comes with a code which may be retried is left out, and what
        the source names is taken to be meant, unless the API's own catalogue says otherwise.
        """
        if policy not in self._hopeless_of:
            self._hopeless_of[policy] = self._found_hopeless(policy)
        return self._hopeless_of[policy]

    def _found_hopeless(self, policy: RetryPolicy) -> Hopeless | None:
        catalogue = self.catalogue(policy)
        if catalogue is None or not policy.trail:
            return None
        if under_success := tuple(self._under_success(policy)):
            return Hopeless((), (), under_success, catalogue, under_success=True)
        found = self._hopeless_statuses(policy)
        named = tuple(status for status in found if policy.retried.named >> status & 1)
        codes = tuple(code for code in sorted(policy.retried.codes) if self._code_is_hopeless(policy, code))
        return Hopeless(found, named, codes, catalogue) if found or codes else None

    def _hopeless_statuses(self, policy: RetryPolicy) -> tuple[int, ...]:
        """Those of which the API says so; of what its catalogue leaves out HTTP says it, if it is named, or the API rules nothing out."""
        certain, catalogue = policy.retried.statuses.must & CLIENT_ERRORS, policy.catalogue
        told = {status for status in members(certain | self._without_named_codes(policy)) if self._is_hopeless(policy, status)}
        if catalogue is None:
            several = {one for one, _ in self._told(policy)} - {self._semantics.catalogues.generic}
            if several and not any(map(rules_out, several)):
                told |= {status for status in members(certain) if self._is_hopeless(policy, status, by_http=True)}
            return self._unless_meant(policy, tuple(sorted(told)))
        meant = {status for status in members(policy.retried.named) if status in _OFTEN_TRANSIENT}
        meant |= self._singled_out(policy)
        by_name = rules_out(catalogue) or _gives_up_what_is_common(policy)
        left_out = set(members(certain if not by_name else certain & policy.retried.named)) - meant - told
        return tuple(sorted(told | {status for status in left_out if self._is_hopeless(policy, status, by_http=True)}))

    def _singled_out(self, policy: RetryPolicy) -> set[int]:
        """The client errors that are asked for by themselves, not in a list of failures: who does so knows what the API means by them.

        That cannot be what HTTP says of the request as it was sent.
        """
        tests = [place.node for place in policy.retried.places if isinstance(place.node, cst.BaseExpression)]
        asked = [self._semantics.predicates.named.in_test(test) for test in tests] if policy.written_by_hand else []
        found = set()
        for statuses_asked in (policy.retried.statuses.may & ERRORS, *asked):
            alone = statuses_asked & policy.retried.named
            if alone == statuses_asked and not alone & ~CLIENT_ERRORS and alone.bit_count() <= _FEW_ALONE:
                found |= set(members(alone)) - _OF_WHAT_IS_SENT
        return found

    def _without_named_codes(self, policy: RetryPolicy) -> int:
        """The statuses that are retried with any other code than the named ones, and with which none of those comes."""
        catalogue, retried = policy.catalogue, policy.retried
        named = {str(literal.value) for literal in retried.written} | retried.codes | retried.dropped
        known = [catalogue.statuses_of(code) for code in named] if catalogue is not None else []
        if retried.unnamed is None or not known or not all(known):
            return 0
        return retried.unnamed.must & CLIENT_ERRORS & ~sum(1 << status for status in {one for statuses in known for one in statuses})

    def _unless_meant(self, policy: RetryPolicy, hopeless: tuple[int, ...]) -> tuple[int, ...]:
        """Without those that may mean something temporary to an API that nobody knows, if they are named."""
        meant = {one for one in members(policy.retried.named) if one in _OFTEN_TRANSIENT and not self._is_of_the_request(policy, one)}
        found = tuple(status for status in hopeless if status not in meant)
        is_rest = _gives_up_what_is_common(policy)
        if not any((status < LIMITED and not is_rest) or policy.retried.named >> status & 1 for status in found):
            return ()  # `range(400, 429)`, or all that is common, is given up: what is left is hardly ever sent
        if not (policy.attempts or policy.code or policy.covers_client or policy.written_by_hand):
            # what is retried by it is not seen: beside errors that cannot pass they are listed as errors, not for what one API means
            return tuple(sorted({*found, *(one for one in meant & {*_OF_THE_REQUEST, _FORBIDDEN} if not self._is_said_to_pass(one))}))
        if _FORBIDDEN in meant and self._is_for_all(policy, _FORBIDDEN) and self._is_hopeless(policy, _FORBIDDEN):
            return tuple(sorted((*found, _FORBIDDEN)))
        return found

    def _is_of_the_request(self, policy: RetryPolicy, status: int) -> bool:
        return status in _OF_THE_REQUEST and self._is_for_all(policy, status)

    def _is_for_all(self, policy: RetryPolicy, status: int) -> bool:
        """Whether a policy is set for all requests of a client, and no API that the file names says that the status may pass."""
        return policy.covers_client and not policy.covers_call and not self._is_said_to_pass(status)

    def _is_said_to_pass(self, status: int) -> bool:
        return any(may_succeed(catalogue, status) for catalogue in self._semantics.mentioned_apis)

    def _under_success(self, policy: RetryPolicy) -> Iterator[str]:
        """The permanent codes of an API whose errors come with a status of success, where all that its SDK raises is tried again."""
        catalogue, retried = policy.catalogue, policy.retried
        if catalogue is None or retried.unnamed is not None or retried.named or retried.statuses.must != ERRORS:
            return
        permanent = [code for code in catalogue.names if catalogue.verdict(code=code).can_succeed is False]
        in_bodies = any(test.json for test in catalogue.failure) and not any(map(catalogue.statuses_of, permanent))
        if in_bodies and all(self._raised_by_sdk(attempt, catalogue) for attempt in policy.attempts):
            yield from permanent

    def _raised_by_sdk(self, attempt: Attempt, catalogue: Catalogue) -> bool:
        """Whether it is the API's own SDK that raises: other libraries raise for statuses, and for nothing in a body."""
        types = self._semantics.raises_for_status(attempt.call).types
        roots = {root for sdk in catalogue.sdks for root in sdk.import_roots}
        return attempt.assumed or (bool(types) and all(name.partition(".")[0] in roots for name in types))

    def _told(self, policy: RetryPolicy) -> Iterator[tuple[Catalogue, Attempt | None]]:
        generic = self._semantics.catalogues.generic
        if not policy.attempts and generic is not None:
            yield generic, None
        for attempt in policy.attempts:
            catalogue = attempt.catalogue or generic
            if catalogue is not None:
                yield catalogue, attempt

    def _is_hopeless(self, policy: RetryPolicy, status: int, *, by_http: bool = False) -> bool:
        """Whether all APIs of the attempts say that the same request fails again.

        :param by_http: what an API's catalogue leaves out is left to HTTP, unless the API's own SDK tries again after it.
        """
        generic = self._semantics.catalogues.generic
        if policy.catalogue is None and status in self._temporary(policy):
            return False
        for catalogue, attempt in self._told(policy):
            operation, method = (attempt.operation, attempt.method) if attempt is not None else (None, None)
            verdict = catalogue.verdict(status=status, operation=operation, method=method)
            if by_http and generic is not None and verdict.says is None and status not in tried_by_sdks(catalogue):
                verdict = generic.verdict(status=status, method=method)
            if verdict.can_succeed is not False and not (catalogue is generic and self._is_of_the_request(policy, status)):
                return False
            for code in catalogue.codes_at(status):
                verdict = catalogue.verdict(status=status, code=code, operation=operation, method=method)
                if verdict.can_succeed is not False and code not in policy.retried.dropped:
                    return False
        return True

    def _code_is_hopeless(self, policy: RetryPolicy, code: str) -> bool:
        """A code of client errors only: one that hides behind a status that looks temporary is a mistake of another kind."""
        catalogue = policy.catalogue
        if catalogue is None or catalogue.code(code) is None or catalogue.verdict(code=code).can_succeed is not False:
            return False
        statuses = catalogue.statuses_of(code)
        return bool(statuses) and all(400 <= status < 500 and status != 429 for status in statuses)

    def misjudged(self, policy: RetryPolicy) -> Iterator[Misjudged]:
        """The codes that a policy treats otherwise than their API asks; not those of client errors, whose status tells enough."""
        for found in misjudged(policy, self._semantics.tree):
            if found.missing or not found.retried or not any(self._code_is_hopeless(policy, code) for code in found.codes):
                yield found

    def worth_retrying(self, policy: RetryPolicy, at: cst.CSTNode | None = None) -> tuple[int, ...]:
        """The client errors after which an attempt may succeed, be it another request: what a guard (at a place) has to let through."""
        meant = policy.retried.named | answered(policy, self._semantics.tree, at)
        named = members(meant & CLIENT_ERRORS & ~self._hopeless_bits(policy))
        apis = {catalogue for catalogue, _ in self._told(policy)}
        hopeful = (status for catalogue in apis for status in self._contracts.hopeful(catalogue))
        own = self._temporary(policy) if policy.catalogue is None else ()
        return tuple(sorted({*named, *hopeful, *own}))

    def _temporary(self, policy: RetryPolicy) -> frozenset[int]:
        """The client errors that the libraries of the attempts know to pass."""
        if policy not in self._temporary_of:
            raised = {name for attempt in policy.attempts for name in self._semantics.raises_for_status(attempt.call).types}
            known = (status for name in raised for status in self._semantics.libraries.temporary(name))
            self._temporary_of[policy] = frozenset(known)
        return self._temporary_of[policy]

    def worth(self, policy: RetryPolicy, *, by_code: bool = False, at: cst.CSTNode | None = None) -> Worth:
        """What a predicate or guard (at a place) for a policy has to let through, and what not.

        :param by_code: it can ask for the error code; if not, a status is let through if any of its codes may succeed.
        """
        keep, catalogue = self.worth_retrying(policy, at), policy.catalogue
        vain = tuple(status for status in members(policy.retried.statuses.may & CLIENT_ERRORS) if status not in keep)
        vain = vain if len(vain) <= _FEW else ()
        if catalogue is None:
            return Worth(keep, (), vain=vain)
        found = self.hopeless(policy)
        few = found is not None and len(found.statuses) <= _FEW_OF_AN_API
        if found is not None and few and found.statuses:
            vain = found.statuses
        methods = {attempt.method for attempt in policy.attempts}
        method = methods.pop() if len(methods) == 1 else None
        known = [int(key) for key in catalogue.status if key.isdigit()]
        drop = tuple(status for status in sorted(known) if status >= 500 and all_in_vain(catalogue, status, method))
        if not by_code:
            return Worth(keep, drop, vain=vain, exact=not few)
        some = [status for status in keep if self._contracts.is_exception(catalogue, status, method)]
        worth = Worth(tuple(status for status in keep if status not in some), drop)
        codes, only, met = [], [], services_of(policy, catalogue)
        for code in catalogue.names:
            rule = catalogue.code(code)
            said = {status: in_vain(catalogue, status, code, method) for status in catalogue.statuses_of(code)}
            is_rare = rule is not None and rule.services and (all(said.values()) or (met and met.isdisjoint(rule.services)))
            if is_rare or catalogue.part_of((code,)) != "code":
                continue  # what this client may never meet; or a type, which stands elsewhere, and its status says as much
            if said and all(said.values()) and any(worth.allows(status) for status in said):
                codes.append(code)
            elif any(status in some and not vain for status, vain in said.items()):
                only.append(code)
        guessed = catalogue.envelope.codes == "open" and any(catalogue.verdict(status=one).retry == "by_code" for one in some)
        return Worth(worth.keep, drop, tuple(codes), tuple(only), guessed, vain if not some else (), exact=not few)

    def _hopeless_bits(self, policy: RetryPolicy) -> int:
        found = self.hopeless(policy)
        return sum(1 << status for status in found.statuses) if found is not None else 0

    def may_have_arrived(self, policy: RetryPolicy) -> bool:
        """Whether failures of the network are retried after which the server may have got the request."""
        if policy.retried.transport is not None or policy.retried.statuses.may:
            return policy.retried.transport is True
        sheets = [self._semantics.libraries.type(name) for name in types_named(self._semantics, policy)]
        return not sheets or not all(sheet is not None and sheet.unsent for sheet in sheets)

    def told_when(self, policy: RetryPolicy) -> tuple[int, ...]:
        """The named statuses that are retried, after which the API says when to come back; 429 first.

        Any server may say so with 503 and others, but only an API that promises it will.
        """
        named = [status for status in members(policy.retried.named) if policy.retried.status(status) is not False]
        return tuple(status for status in sorted(named, key=lambda status: status != LIMITED) if self._tells_when(policy, status))

    def _tells_when(self, policy: RetryPolicy, status: int) -> bool:
        return any(
            place.applies(status=status, codes=catalogue.codes_at(status))
            for catalogue, _ in self._told(policy)
            for place in catalogue.retry_after
            if status == LIMITED or (policy.catalogue is not None and place.on)
        )

    def honoured_below(self, policy: RetryPolicy) -> bool:
        """Whether a layer below (an SDK's own retries, a mounted adapter) already waits as long as the server says."""
        return self._below.honour(policy)


def _gives_up_what_is_common(policy: RetryPolicy) -> bool:
    left = policy.retried.statuses.may & CLIENT_ERRORS
    sends = any(attempt.method in _WITH_BODIES for attempt in policy.attempts)
    return not left & (_COMMON if left.bit_count() > FEW and not sends else _COMMON | _OF_A_BODY)


def head(node: cst.CSTNode) -> cst.CSTNode:
    """The part of a policy's node that a finding marks: not the whole body of a loop."""
    if isinstance(node, cst.For):
        return node.iter
    if isinstance(node, cst.While):
        return node.test
    if isinstance(node, cst.FunctionDef):
        return node.name
    if isinstance(node, cst.Decorator):
        return node.decorator
    if isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)):
        return node.type or node
    return node
