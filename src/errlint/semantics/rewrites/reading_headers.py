"""The body of the function that fixes add to a module, which reads from the headers of an answer how long to wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from errlint.catalogue import Catalogue
from errlint.lean import dataclass

_LONGEST = 120
"""Seconds: nobody should be able to make a client wait for hours by a header; one that waits for longer anyway may be told to."""
_SECONDS = frozenset({"delta-seconds", "decimal-seconds"})
_OTHERS = {"milliseconds": "float({told}) / 1000", "epoch-seconds": "float({told}) - time.time()"}
_A_DATE = "calendar.timegm(email.utils.parsedate_to_datetime(told).utctimetuple()) - time.time()"


@dataclass(frozen=True, eq=False)
class ToldIn:
    """A header in which an API says how long to wait.

    :ivar format: what stands in it: ``seconds-or-date``, ``milliseconds`` or ``epoch-seconds``;
    :ivar only_if: the header, and its value, without which it says something else.
    """

    header: str
    format: str
    only_if: tuple[str, str] | None = None


def told_in(catalogue: Catalogue | None, status: int) -> Iterator[ToldIn]:
    """The headers that an API has for that after a status, those that can be read; Retry-After first."""
    if catalogue is None:
        return
    codes = catalogue.codes_at(status)
    places = [entry for entry in catalogue.retry_after if entry.place.header and entry.applies(status=status, codes=codes)]
    for entry in sorted(places, key=lambda entry: (entry.place.header or "").lower() != "retry-after"):
        header, formats = entry.place.header or "", set(entry.formats)
        only_if = (entry.only_if.header, entry.only_if.equals) if entry.only_if is not None else None
        if formats <= _SECONDS | {"http-date"}:
            yield ToldIn(header, "seconds-or-date", only_if)
        elif len(formats) == 1 and formats <= _OTHERS.keys():
            yield ToldIn(header, formats.pop(), only_if)


def told_by(headers: Mapping[str, str]) -> tuple[ToldIn, ...]:
    """The headers that a sheet has for that, and what stands in each; first the first."""
    return tuple(ToldIn(header, "seconds-or-date" if said in _SECONDS else said) for header, said in headers.items())


def reads(places: Sequence[ToldIn], *, plain: bool) -> tuple[Sequence[str], Sequence[str]]:
    """The lines of the body, and the modules that they use.

    :param places: at least one; those behind the first are read where that one is not there;
    :param plain: the headers are an ordinary dict, in which names of any case may stand.
    """
    return _Body(places, plain=plain).written()


class _Body:
    """Writes one body."""

    def __init__(self, places: Sequence[ToldIn], *, plain: bool) -> None:
        self._first = places[0]
        self._rest = [place for place in places[1:] if place.format in _OTHERS]
        alike = places[0].format == "seconds-or-date" and places[0].only_if is None
        self._alike = [place for place in places[1:] if alike and place.format == "seconds-or-date" and place.only_if is None]
        self._plain = plain

    def written(self) -> tuple[Sequence[str], Sequence[str]]:
        """The lines, and the modules that they use."""
        asked = (self._first, *self._alike, *self._rest)
        *others, last = (place.header for place in asked)
        names = f"{', '.join(others)} or {last}" if others else last
        doc = f'"""Seconds until the next attempt: what {names} asks for, but {_LONGEST} or `otherwise` at most; else `otherwise`."""'
        last = f"return min(seconds, max({_LONGEST}, otherwise)) if seconds > 0 else otherwise"
        errors, modules = "ValueError", ["time"] if any(place.format == "epoch-seconds" for place in asked) else []
        if self._first.format == "seconds-or-date":
            errors, modules = "(IndexError, OverflowError, TypeError, ValueError)", ["calendar", "email.utils", "time"]
        lines = ["try:", *(f"    {line}" for line in self._chosen()), f"except {errors}:", "    return otherwise"]
        return [doc, *self._head(), *lines, last], modules

    def _head(self) -> Iterator[str]:
        """The text of the first header, and of others like it; and all headers, where further ones are asked, too."""
        headers = 'getattr(answer, "headers", None) or {}'
        if self._plain:
            yield f"headers = {{name.lower(): value for name, value in ({headers}).items()}}"
        elif self._rest or self._alike or self._first.only_if is not None:
            yield f"headers = {headers}"
        else:
            yield f'told = ({headers}).get({self._key(self._first.header)}, "")'
            return
        *others, last = (self._key(place.header) for place in (self._first, *self._alike))
        told = " or ".join((*(f"headers.get({key})" for key in others), f'headers.get({last}, "")'))
        yield f"told = {told}" if self._first.only_if is None else f'told = {told} if {self._holds(self._first)} else ""'

    def _chosen(self) -> Iterator[str]:
        """The seconds, from the header that is there."""
        ways = [(f"not told and {self._holds(place)}", self._number(place)) for place in self._rest]
        if self._first.format == "seconds-or-date":
            ways.insert(0, ("told[:1].isdigit()", "float(told)"))
            otherwise = _A_DATE
        else:
            otherwise = _OTHERS[self._first.format].format(told="told")
        for position, (test, value) in enumerate(ways):
            yield f"{'elif' if position else 'if'} {test}:"
            yield f"    seconds = {value}"
        if ways:
            yield "else:"
        yield f"{'    ' if ways else ''}seconds = {otherwise}"

    def _holds(self, place: ToldIn) -> str:
        """The condition under which a header says how long to wait."""
        if place.only_if is None:
            return f"headers.get({self._key(place.header)})"
        header, value = place.only_if
        return f'headers.get({self._key(header)}) == "{value}"'

    def _number(self, place: ToldIn) -> str:
        return _OTHERS[place.format].format(told=f'headers.get({self._key(place.header)}, "")')

    def _key(self, header: str) -> str:
        return f'"{header.lower() if self._plain else header}"'
