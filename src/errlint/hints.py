"""Did-you-mean: the remedy for a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable


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
    near = get_close_matches(name.casefold(), folded, n=1)
    if near:
        return f"did you mean '{folded[near[0]]}'?"
    if else_list is not None and 0 < len(candidates) <= 20:
        return f"{else_list} {', '.join(candidates)}"
    return None
