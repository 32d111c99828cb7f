"""Where an API says when to retry: headers and fields, each with its format and the errors it is promised on."""

from __future__ import annotations

from errlint.catalogue.importers.facts import STRENGTH, Facts, Place, Subject, lines_of, note
from errlint.catalogue.importers.fields import format_of
from errlint.catalogue.importers.prose import formats_in_words
from errlint.catalogue.problem import KeyPath
from errlint.catalogue.schema import RetryAfterSheet


def retry_after(facts: Facts, places: dict[KeyPath, tuple[Place, ...]]) -> tuple[RetryAfterSheet, ...]:
    """The places, Retry-After first, then fields of the body, then other headers: the more it was made for the purpose the better."""
    _shown_headers(facts)
    sheets: list[RetryAfterSheet] = []
    for subject in sorted(_united(facts), key=lambda subject: _preference(subject, facts)):
        told = facts.of(subject, "format")
        best = max(STRENGTH[fact.evidence] for fact in told)
        formats = [fact for fact in told if STRENGTH[fact.evidence] == best]
        on = facts.of(subject, "on")
        at: KeyPath = ("retry_after", len(sheets))
        note(places, (*at, "formats"), lines_of(formats))
        note(places, (*at, "on"), lines_of(on))
        _, kind, name = subject
        values = tuple(dict.fromkeys(fact.value for fact in on))
        sheets.append(
            RetryAfterSheet(
                formats=tuple(dict.fromkeys(fact.value for fact in formats)),
                header=name if kind == "header" else "",
                json=name if kind == "json" else "",
                on=values,
                optional=kind == "json",
            )
        )
    return tuple(sheets)


def _united(facts: Facts) -> list[Subject]:
    """The subjects with a format; a header that is spelt in two ways is one."""
    known: dict[tuple[str, ...], Subject] = {}
    for subject in facts.subjects("retry_after"):
        folded = (subject[1], subject[2].lower() if subject[1] == "header" else subject[2])
        about = known.setdefault(folded, subject)
        if about != subject:
            facts.rename(subject, about)
    return [subject for subject in known.values() if facts.of(subject, "format")]


def _shown_headers(facts: Facts) -> None:
    """Headers that only an example of an answer has."""
    for subject in facts.subjects("header"):
        name = subject[1]
        for fact in facts.of(subject, "shown"):
            status, value = fact.value
            low = name.lower()
            if not ("retry-after" in low or "reset" in low) or any(one[2].lower() == low for one in facts.subjects("retry_after")):
                continue
            shape = format_of(name, value)
            if shape is not None:
                formats = formats_in_words(name, "") if low == "retry-after" else (shape,)
                for one in formats:
                    facts.add(("retry_after", "header", name), "format", one, fact.at, "example")
                facts.add(("retry_after", "header", name), "on", status, fact.at, "example")


def _preference(subject: Subject, facts: Facts) -> tuple[int, bool]:
    """Retry-After before a field of the body before another header; times to wait before times of the clock."""
    _, kind, name = subject
    absolute = any(fact.value in {"rfc3339", "epoch-seconds", "epoch-ms", "http-date"} for fact in facts.of(subject, "format"))
    return (1 if kind == "json" else 0 if "retry-after" in name.lower() else 2), absolute
