"""From a literal in code to the errors whose text it could be matched against.

Texts are compared as words: without regard to case, white space, punctuation and the shape of apostrophes.
"""

from __future__ import annotations

from collections.abc import Iterable

from errlint.regex import later

Words = tuple[str, ...]

_WORD = later(r"[^\W_]+(?:'[^\W_]+)*")
_HUMP = later(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_of(text: str) -> Words:
    """The words of ``text``, casefolded: ``"Rate limit exceeded."`` and ``"rate-limit exceeded"`` are the same."""
    return tuple(_WORD.findall(text.replace("’", "'").casefold()))


def words_of_name(name: str) -> Words:
    """A code spelt as words: ``RATE_LIMIT_EXCEEDED`` and ``rateLimitExceeded`` are both "rate limit exceeded"."""
    return words_of(_HUMP.sub(" ", name))


def is_phrase_of(phrase: Words, text: Words) -> bool:
    """True if the words of ``phrase`` stand in ``text`` next to each other, in this order."""
    return bool(phrase) and any(text[at : at + len(phrase)] == phrase for at in range(len(text) - len(phrase) + 1))


def matching(literal: str, texts: Iterable[tuple[str, str]], names: Iterable[str] = ()) -> tuple[str, ...]:
    """The keys whose text the literal could stand for.

    :param literal: what the code compares with or searches for.
    :param texts: (key, text on the wire), several texts a key allowed.
    :param names: keys that are themselves names and may be spelt as words.
    :return: keys without repetition, in the order they came in, names first.

    One word matches only a whole text or a whole name. Two and more also match as a phrase inside a text; a name with the same
    phrase in it is then a candidate too, for its text, which the document does not show, is likely to say the same: "not found"
    stands in the text of WORKFLOW_NOT_FOUND, and would in that of RUN_NOT_FOUND.
    """
    wanted = words_of(literal)
    if not wanted:
        return ()
    spelt = {name: words_of_name(name) for name in names}
    known = [(key, words_of(text)) for key, text in texts]
    equal = {key for key, said in (*spelt.items(), *known) if said == wanted}
    equal |= {name for name in spelt if name.casefold() == literal.strip().casefold()}
    inside = {key for key, said in known if len(wanted) > 1 and is_phrase_of(wanted, said)}
    if inside - equal:
        inside |= {name for name, said in spelt.items() if is_phrase_of(wanted, said)}
    order = dict.fromkeys((*spelt, *(key for key, _ in known)))
    return tuple(key for key in order if key in equal or key in inside)
