"""Catalogues from the documents that APIs publish about their errors: pages in Markdown, HTML or plain text, and OpenAPI.

Readers take down *facts*, each with its line (:mod:`.facts`); :mod:`.derive` makes a catalogue of the facts of all documents;
:mod:`.overlay` adds what people decided; :mod:`.writing` writes TOML. Nothing is fetched, and what is only in a sample is no advice.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from errlint.catalogue.checks import problems_of
from errlint.catalogue.importers.derive import Derived, derive
from errlint.catalogue.importers.facts import Facts
from errlint.catalogue.importers.grouping import grouped
from errlint.catalogue.importers.merge import comments_for, merge
from errlint.catalogue.importers.overlay import apply, read_overlay
from errlint.catalogue.importers.report import Report, report
from errlint.catalogue.importers.sources import Source, read_source, short_names
from errlint.catalogue.importers.writing import toml_of
from errlint.catalogue.schema import CatalogueFile
from errlint.errors import UsageProblem
from errlint.lean import dataclass

__all__ = ["Imported", "Report", "import_sources"]


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of an import: the catalogue, its text, and the report."""

    file: CatalogueFile
    toml: str
    report: Report


def import_sources(paths: Sequence[Path], *, id: str = "", name: str = "") -> Imported:  # noqa: A002 -- the catalogue's own word
    """Read documents about one API, and overlays, into a catalogue.

    :raises UsageProblem: a document cannot be read, or none of them says anything about errors.
    """
    overlays = [read_overlay(path) for path in paths if path.suffix.lower() == ".toml"]
    documents = [path for path in paths if path.suffix.lower() != ".toml"]
    if not documents:
        raise UsageProblem("there is no document to import", hint="name a page about errors, or an OpenAPI file")
    facts = Facts()
    sources = [read_source(path, facts, index) for index, path in enumerate(documents)]
    for index, source in enumerate(sources):
        _read(source, index, facts)
    told = merge(facts, sources)
    derived = derive(facts, sources, id=id, name=name)
    derived.comments.update(comments_for(told, derived.file))
    for document, overlay in overlays:
        derived = apply(document, overlay, derived, facts)
    derived = grouped(derived)
    for problem in problems_of(derived.file):
        facts.doubt(f"the catalogue needs work: {problem.message} ({'.'.join(map(str, problem.at))})")
    outcome = report(derived.file, facts, sources)
    if outcome.is_empty:
        hint = "import reads tables of codes or statuses, examples of bodies, and sentences about retries"
        raise UsageProblem("nothing is said about errors here", path=sources[0].name, hint=hint)
    return Imported(derived.file, _written(derived, sources, outcome), outcome)


def _read(source: Source, index: int, facts: Facts) -> None:
    from errlint.catalogue.importers.page import read_page

    if source.kind == "markdown":
        from errlint.catalogue.importers.markdown import read_markdown

        read_page(read_markdown(source.text), index, facts)
    elif source.kind == "html":
        from errlint.catalogue.importers.webpage import read_webpage

        read_page(read_webpage(source.text), index, facts)
    elif source.kind == "text":
        from errlint.catalogue.importers.plaintext import read_plaintext

        read_page(read_plaintext(source.text), index, facts)
    else:
        from errlint.catalogue.importers.openapi import read_openapi

        read_openapi(source, index, facts)


def _written(derived: Derived, sources: Sequence[Source], told: Report) -> str:
    names = short_names(sources)
    if len(sources) == 1:
        head = [f"{derived.file.api.name}: numbers in comments are lines of {names[0]}."]
    else:
        letters = ", ".join(f"{chr(ord('a') + index % 26)} {name}" for index, name in enumerate(names))
        head = [f"{derived.file.api.name}: letters and numbers in comments are sources and their lines: {letters}."]
    head += [f"Doubtful: {line}" for line in told.doubtful[:40]]
    return toml_of(derived.file, derived.places, derived.comments, head=head, several=len(sources) > 1)
