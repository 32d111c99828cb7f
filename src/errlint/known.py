"""What has to be known of sheets and catalogues to leave a file aside: a page of names, where the whole would be read for it else.

It is kept with results; and a pack ships that of its own sheets and catalogues, with a digest of these, so that it is used only while
they are what it was made of. The tests write it (``--update``) and compare it with what is read from the whole.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from errlint.digests import digest
from errlint.lean import dataclass
from errlint.project import Project
from errlint.screens.gate import Gate

if TYPE_CHECKING:
    from errlint.engine import Setup
    from errlint.registry import Pack

SHIPPED = "known"
"""The name of the file in a pack's folder."""


@dataclass(frozen=True, eq=False)
class Known:
    """What has to be known of sheets and catalogues to tell that a file has nothing to do with them, or was looked at before.

    :ivar gate: the byte gate; :ivar members: names of members that tell a value of unknown type; :ivar versioned: the packages whose
    version makes a difference; :ivar apis: the ids of the catalogues.
    """

    gate: Gate
    members: tuple[str, ...]
    versioned: tuple[str, ...]
    apis: tuple[str, ...]

    @classmethod
    def of(cls, bare: Setup) -> Known:
        """What a setup without rules speaks of."""
        versioned = {*bare.libraries.versioned, *bare.catalogues.versioned}
        names = bare.knowledge.told_by, versioned, (one.id for one in bare.catalogues)
        return cls(bare.passes, *(tuple(sorted(some)) for some in names))

    @classmethod
    def read(cls, body: bytes) -> Known:
        """From what :meth:`written` gave.

        :raises ValueError: it is something else.
        """
        roots, members, versioned, apis = map(tuple, json.loads(body))
        return cls(Gate(roots, Project(), members), members, versioned, apis)

    def written(self) -> bytes:
        """As JSON."""
        return json.dumps([self.gate.roots, self.members, self.versioned, self.apis]).encode()


def shipped(pack: Pack) -> Known | None:
    """What a pack ships; None when it ships nothing, or that of other sheets and catalogues than it has."""
    try:
        made_of, _, body = (pack.folder / SHIPPED).read_bytes().partition(b"\n")
        return Known.read(body) if made_of.decode() == sources(pack) else None
    except (OSError, ValueError, TypeError):
        return None


def to_ship(pack: Pack, known: Known) -> bytes:
    """What stands in the file that a pack ships: a digest of what it was made of, and what is known.

    :raises OSError: a sheet or a catalogue cannot be read.
    """
    return b"%s\n%s\n" % (sources(pack).encode(), known.written())


def sources(pack: Pack) -> str:
    """A digest of the names and contents of a pack's sheets and catalogues.

    :raises OSError: one cannot be read.
    """
    return digest(*(part for file, contents in pack.digests.items() for part in (file.name.encode(), contents))).hex()
