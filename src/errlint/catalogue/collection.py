"""All catalogues of a run, and which of them a piece of code speaks to."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property

from errlint.catalogue.model import Catalogue
from errlint.errors import UsageProblem
from errlint.hints import did_you_mean
from errlint.installed import Installed
from errlint.lean import dataclass

GENERIC = "http"
"""The id of the catalogue that holds where no API is known."""
_FOR_READERS = frozenset({"blog", "developer", "developers", "docs", "help", "status", "support", "www"})
"""First labels of hosts that a glob does not mean: they serve pages for people, not the API."""


@dataclass(frozen=True, eq=False)
class Catalogues:
    """Catalogues by id, iterated in the order of their ids; a surface is found as ``api/surface`` and is not iterated."""

    catalogues: tuple[Catalogue, ...] = ()

    def __iter__(self) -> Iterator[Catalogue]:
        return iter(sorted(self.catalogues, key=lambda one: one.id))

    def __len__(self) -> int:
        return len(self.catalogues)

    def at(self, installed: Installed) -> Catalogues:
        """The catalogues for a project with these versions of their SDKs."""
        return Catalogues(tuple(one.at(installed) for one in self.catalogues))

    @cached_property
    def versioned(self) -> frozenset[str]:
        """The packages whose version makes a difference."""
        return frozenset(sdk.package for one in self for sdk in one.sdks if sdk.versions)

    @cached_property
    def code_names(self) -> frozenset[str]:
        """The names of all error codes."""
        return frozenset(name for part in self.everything for name in part.names)

    @cached_property
    def part_keys(self) -> frozenset[str]:
        """The keys under which codes, messages and request ids stand in bodies."""
        envelopes = [part.envelope for part in self.everything]
        places = (place for found in envelopes for group in (found.code, found.message, found.request_id) for place in group)
        return frozenset(str(place.json[-1]) for place in places if place.json)

    @cached_property
    def hints(self) -> frozenset[str]:
        """The headers by which servers say of an answer whether to send the request again, in small letters."""
        return frozenset(name.lower() for part in self.everything for name in part.override_headers)

    def get(self, id: str) -> Catalogue | None:  # noqa: A002 -- the catalogue's own word
        """The catalogue, or surface, with this id."""
        return self._by_id.get(id)

    def require(self, id: str) -> Catalogue:  # noqa: A002
        """As :meth:`get`.

        :raises UsageProblem: there is none; with the nearest id as the remedy.
        """
        found = self._by_id.get(id)
        if found is not None:
            return found
        near = did_you_mean(id, sorted(self._by_id))
        raise UsageProblem(
            f"no catalogue has the id '{id}'", hint=near or did_you_mean(id, [one.id for one in self], else_list="there are")
        )

    def for_host(self, host: str, path: str = "") -> Catalogue | None:
        """The API that answers at this address; the most precise host wins, then the longest path prefix.

        :param host: a host name, with or without a port, in any case.
        :param path: the path of the URL, empty if unknown. A catalogue that names path prefixes does not answer for other paths.
        """
        wanted = host.casefold().partition(":")[0].rstrip(".")
        best: tuple[tuple[bool, int, int], Catalogue] | None = None
        for one in self.everything:
            prefix = _prefix(one.path_prefixes, path)
            for pattern in one.hosts if prefix is not None else ():
                precision = ("*" not in pattern, len(pattern), len(prefix or ""))
                if _answers(pattern, wanted) and (best is None or precision > best[0]):
                    best = (precision, one)
        return best[1] if best else None

    def for_name(self, name: str) -> Catalogue | None:
        """The API that a dotted name (``stripe``, ``google.genai.Client``) belongs to.

        The longest import root, or client class, of an SDK that it begins with decides; None if there is none, or several APIs have it.
        """
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            found = self._by_root.get(".".join(parts[:end]), ())
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def for_variable(self, variable: str) -> Catalogue | None:
        """The API whose address customarily stands in this environment variable; None if there is none, or more than one."""
        found = [one for one in self if variable in one.api.host_env_hint]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_root(self) -> dict[str, tuple[Catalogue, ...]]:
        found: dict[str, tuple[Catalogue, ...]] = {}
        for one in self:
            for root in dict.fromkeys(root for sdk in one.sdks for root in (sdk.clients or sdk.import_roots)):
                found[root] = (*found.get(root, ()), one)
        return found

    @property
    def generic(self) -> Catalogue | None:
        """What holds for every API: the catalogue of HTTP itself."""
        return self._by_id.get(GENERIC)

    @cached_property
    def everything(self) -> tuple[Catalogue, ...]:
        """The catalogues and their surfaces."""
        return tuple(part for one in self for part in (one, *one.surfaces))

    @cached_property
    def _by_id(self) -> dict[str, Catalogue]:
        return {one.id: one for one in self.everything}


def _answers(pattern: str, host: str) -> bool:
    if "*" not in pattern:
        return host == pattern
    return fnmatchcase(host, pattern) and host.partition(".")[0] not in _FOR_READERS


def _prefix(prefixes: tuple[str, ...], path: str) -> str | None:
    """The longest prefix that the path has; "" if nothing restricts it; None if it lies outside."""
    if not prefixes or not path:
        return ""
    return max((prefix for prefix in prefixes if path.startswith(prefix)), key=len, default=None)
