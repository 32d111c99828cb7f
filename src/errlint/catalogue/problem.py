"""A mistake in a catalogue: what, where, and the remedy."""

from __future__ import annotations

from collections.abc import Iterable

from errlint.hints import did_you_mean
from errlint.lean import dataclass
from errlint.toml import KeyPath

__all__ = ["KeyPath", "Problem", "nearest"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: ``at`` leads to the value in the TOML, ``hint`` is the remedy."""

    message: str
    at: KeyPath
    hint: str


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for a code that is not known: the one that was probably meant, else those there are."""
    candidates = list(known)
    if not candidates:
        return "the catalogue has no codes"
    return did_you_mean(name, candidates, else_list="the codes are") or "give it a [[code]], or correct it"
