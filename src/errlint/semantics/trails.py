"""Trails as people see them: nodes of this file, and places in others, become lines and columns."""

from __future__ import annotations

from collections.abc import Iterable

from errlint.model import Step, Trail
from errlint.semantics.meaning import Place
from errlint.semantics.project.imported import Imported
from errlint.source import Source


def steps(trail: Iterable[Place], source: Source, imported: Imported | None) -> Trail:
    """The places of a trail, each once, those in other files where the value came from there."""
    found: dict[Step, None] = {}
    for place in trail:
        for spot in place.elsewhere:
            location = imported.location(spot) if imported is not None else None
            if location is not None:
                found[Step(location, spot.note)] = None
        if place.note:
            found[Step(source.header_location(place.node), place.note)] = None
    return tuple(found)
