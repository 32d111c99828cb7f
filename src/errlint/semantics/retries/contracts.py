"""What an API says of further attempts after a status or a code, whoever makes them."""

from __future__ import annotations

from errlint.catalogue import Catalogue
from errlint.semantics.retries.outcomes import members
from errlint.semantics.values.status_sets import statuses

CLIENT_ERRORS = statuses(400, 500)
_OF_THE_MOMENT = (408, 425)
"""Who waited too long for a request, or got it too early, may take it the next time (RFC 9110, section 15.5.9; RFC 8470, section 5.2),
unless an API says otherwise."""
_LOCKED = 423
"""Of the statuses on which HTTP is silent, the one that speaks of the moment; it counts where no catalogue knows the API."""


class Contracts:
    """Answers for the catalogues of one file.

    :param generic: what HTTP itself says.
    """

    def __init__(self, generic: Catalogue | None) -> None:
        self._generic = generic
        self._hopeful_of: dict[Catalogue, tuple[int, ...]] = {}

    def hopeful(self, catalogue: Catalogue) -> tuple[int, ...]:
        """The client errors after which an API says that a request may succeed, or does not rule it out while its own SDK tries again."""
        if catalogue not in self._hopeful_of:
            moment = (*_OF_THE_MOMENT, _LOCKED) if catalogue is self._generic else _OF_THE_MOMENT
            again = (*tried_by_sdks(catalogue), *moment)
            tried_again = {one for one in again if catalogue.verdict(status=one).can_succeed is not False}
            tried_again |= self._left_open(catalogue)
            found = tuple(status for status in members(CLIENT_ERRORS) if status in tried_again or may_succeed(catalogue, status))
            self._hopeful_of[catalogue] = found
        return self._hopeful_of[catalogue]

    def _left_open(self, catalogue: Catalogue) -> set[int]:
        """The client errors that an API lists without a word on another attempt: that is its answer, and nobody else's fills the gap."""
        if catalogue is self._generic:
            return set()
        listed = {int(key) for key in catalogue.status if key.isdigit()} & set(members(CLIENT_ERRORS))
        return {status for status in listed if catalogue.verdict(status=status).retry == "unstated"}

    def is_exception(self, catalogue: Catalogue, status: int, method: str | None) -> bool:
        """Whether a status is worth it with a few of its codes only; of a code that the catalogue does not list, HTTP itself tells that."""
        codes = catalogue.codes_at(status)
        vain = [code for code in codes if in_vain(catalogue, status, code, method)]
        hopeful = len(codes) - len(vain)
        if not hopeful:
            return False
        alone = catalogue.verdict(status=status, method=method)
        generic = self._generic
        passes = generic is not None and generic.verdict(status=status).can_succeed is True
        is_open = catalogue.envelope.codes == "open"
        few = hopeful < len(vain) or (is_open and generic is not None and in_vain(generic, status, None, method))
        return alone.can_succeed is False or (alone.retry == "by_code" and few and not (passes and is_open))


def in_vain(catalogue: Catalogue, status: int, code: str | None, method: str | None) -> bool:
    """Whether an API says that the same request fails again after a status, with a code of it or with any."""
    return catalogue.verdict(status=status, code=code, method=method).can_succeed is False


def all_in_vain(catalogue: Catalogue, status: int, method: str | None) -> bool:
    """Whether an API says so of a status and of each code that comes with it."""
    return all(in_vain(catalogue, status, code, method) for code in (None, *catalogue.codes_at(status)))


def may_succeed(catalogue: Catalogue, status: int) -> bool:
    """Whether an API says of a status, or of one of its codes, that the same request may succeed."""
    verdicts = (catalogue.verdict(status=status, code=code) for code in (None, *catalogue.codes_at(status)))
    return any(verdict.retry in ("yes", "by_code", "ambiguous") or verdict.disputed for verdict in verdicts)


def rules_out(catalogue: Catalogue) -> bool:
    """Whether an API says of any client error, by its status, that the same request fails again."""
    listed = (int(key) if key.isdigit() else 400 for key in catalogue.status if key.startswith("4"))
    return any(catalogue.verdict(status=status).can_succeed is False for status in listed)


def tried_by_sdks(catalogue: Catalogue) -> frozenset[int]:
    """The statuses after which the SDKs of an API try again by themselves; without those that they know by their class."""
    settings = (sdk.builtin_retry for sdk in catalogue.sdks)
    return frozenset(one for setting in settings if setting is not None for one in setting.statuses if isinstance(one, int))
