"""Did-you-mean: the remedy for a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 200
"""Of a name, up to which length it is compared: the time grows with the square of it."""


def did_you_mean(name: str, known: Iterable[str], *, else_list: str | None = None) -> str | None:
    """The known name that was probably meant, as the end of an error message.

    :param else_list: if nothing is near, the known names are listed after these words ("the keys here are"), when they are few.
    :return: ``did you mean 'select'?``, a list, or None.
    """
    from difflib import get_close_matches

    candidates = list(dict.fromkeys(known))
    folded: dict[str, str] = {}
    for candidate in candidates:
        folded.setdefault(candidate.casefold(), candidate)
    wanted = name.casefold()
    near = get_close_matches(wanted, folded, n=3) if len(wanted) <= _LONGEST else ()
    meant = next((one for one in near if _is_slip(wanted, one)), None)
    if meant is not None:
        return f"did you mean '{folded[meant]}'?"
    if else_list is not None and 0 < len(candidates) <= 20:
        return f"{else_list} {', '.join(candidates)}"
    return None


def _is_slip(name: str, known: str) -> bool:
    """Whether a name is another one mistyped: one edit away, or one for every four characters; names that begin alike may be cut short."""
    from difflib import SequenceMatcher

    allowed = max(1, max(len(name), len(known)) // 4)
    edits = sum(
        max(end - start, other_end - other_start)
        for tag, start, end, other_start, other_end in SequenceMatcher(None, name, known, autojunk=False).get_opcodes()
        if tag != "equal"
    )
    return edits <= allowed or known.startswith(name) or sorted(name) == sorted(known)
