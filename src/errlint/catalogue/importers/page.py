"""A page as facts: its blocks in order, each read in the light of the headings above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from errlint.catalogue.importers.advice import advice
from errlint.catalogue.importers.blocks import Block, Heading, Item, Paragraph, Sample, Table
from errlint.catalogue.importers.bodies import Context, read_body
from errlint.catalogue.importers.codesamples import is_api_host, read_sample
from errlint.catalogue.importers.facts import API, Facts, Place, code, status
from errlint.catalogue.importers.jsonsample import bodies
from errlint.catalogue.importers.prose import read_prose
from errlint.catalogue.importers.section import Section
from errlint.catalogue.importers.tables import read_table
from errlint.catalogue.importers.tokens import looks_like_code, statuses

_ENTRY = re.compile(
    r"^[`*\"]*(?P<name>[A-Za-z][\w.-]*)[`*\"]*\s*(?:\((?P<status>[^)]*)\))?\s*(?:[:–—]|\s-|-\s)\s*(?P<text>\S.*)$", re.DOTALL
)
_STATUS_TITLE = re.compile(r"(?:HTTP )?([45][0-9]{2})\b[\s:|–—-]*(?:[Ee]rror\b[\s:|–—-]*)?([A-Z][\w' ]{2,60})$")
_STATUS_LINE = re.compile(r"(?i)\b(?:http )?(?:status|response)(?: code)?s?\W{1,4}(?=[1-5]\d\d)")
_BASE_URL = re.compile(r"(?i)\b(?:base url|base uri|api (?:url|host|endpoint|root)|endpoint)\b")
_URL = re.compile(r"https?://([A-Za-z0-9.-]+)(/[^\s`\"'<>)]*)?")
_TITLE = re.compile(r"\b(?:the|of|our) ((?:[A-Z][\w.+]*)(?: [A-Z][\w.+]*){0,3}) API\b")

_LONGEST = 50_000
"""Of a text, how much is looked through for bodies."""
_NO_NAMES = {"REST", "HTTP", "JSON", "GraphQL", "Public", "Web", "Error"}
"""What an API is, not what it is called."""


def read_page(blocks: Sequence[Block], source: int, facts: Facts) -> None:
    """Take down what a page says."""
    section = Section()
    fields = _field_names(blocks)
    _name(blocks, source, facts)
    for block in blocks:
        if isinstance(block, Heading):
            section.enter(block)
            for name in section.codes:
                _heads(name, section, source, facts)
            _titled(block, source, facts)
            read_prose(block.text, Place(source, block.line), facts, of_errors=False)
        elif isinstance(block, Table):
            read_table(block, section, source, facts)
        elif isinstance(block, Sample):
            read_sample(block, Context(source, block.line, section.status, section.of_errors), facts)
        else:
            _words(block, section, fields, source, facts)


def _titled(heading: Heading, source: int, facts: Facts) -> None:
    """A heading that begins with a status: ``404 Not Found``."""
    found = _STATUS_TITLE.match(heading.text)
    if found is not None:
        at = Place(source, heading.line)
        facts.add(status(found[1]), "listed", True, at)
        facts.add(status(found[1]), "meaning", found[2], at)


def _heads(name: str, section: Section, source: int, facts: Facts) -> None:
    """A heading that is a code."""
    at = Place(source, section.headings[-1].line)
    facts.add(code(name), "listed", True, at)
    if section.status is not None:
        facts.add(code(name), "status", section.status, at)


def _words(block: Paragraph | Item, section: Section, fields: frozenset[str], source: int, facts: Facts) -> None:
    at = Place(source, block.line)
    _base_url(block.text, at, facts)
    if section.of_errors or _is_title_only(section):
        _bodies(block, Context(source, block.line, section.status, section.of_errors), facts)
    entry = _ENTRY.match(block.text) if isinstance(block, Item) else None
    if entry is not None and section.of_errors and looks_like_code(entry["name"]) and entry["name"] not in fields:
        _entry(entry, section, at, facts)
        return
    under = [section.status] if section.status is not None else []
    read_prose(block.text, at, facts, of_errors=section.of_errors or _is_title_only(section), under=under)
    for name in section.codes:
        _about(name, block, at, facts)


def _bodies(block: Paragraph | Item, context: Context, facts: Facts) -> None:
    """Bodies inside of a sentence: ``returns `{"ok": false, "error": "not_found"}` with HTTP 200``."""
    for node in bodies(block.text[:_LONGEST], inside=True):
        read_body(node, context, facts)


def _is_title_only(section: Section) -> bool:
    """A page without headings that tell: it was given as one about errors."""
    return len(section.headings) <= 1


def _entry(entry: re.Match[str], section: Section, at: Place, facts: Facts) -> None:
    """``rate_limited (429): too many requests``, in a list."""
    name, text = entry["name"], " ".join(entry["text"].split())
    facts.add(code(name), "listed", True, at)
    own = statuses(entry["status"] or "") or ([] if section.status is None else [str(section.status)])
    for key in own or list(statuses(text[:20])):
        if key.isdigit():
            facts.add(code(name), "status", int(key), at)
    facts.add(code(name), "meaning", text, at)
    said = advice(text, imperative=False) or section.verdict
    if said is not None:
        facts.add(code(name), "advice", said, at)


def _about(name: str, block: Paragraph | Item, at: Place, facts: Facts) -> None:
    """Text below a heading that is a code."""
    text = " ".join(block.text.split())
    if _STATUS_LINE.search(text) and len(text) < 60:
        for key in statuses(text):
            if key.isdigit():
                facts.add(code(name), "status", int(key), at)
        return
    if not facts.of(code(name), "meaning"):
        facts.add(code(name), "meaning", text, at)
    said = advice(text, imperative=isinstance(block, Item) or text.lower().startswith(("resolution", "solution", "fix", "action")))
    if said is not None:
        facts.add(code(name), "advice", said, at, "inferred" if said.inferred else "stated")


def _field_names(blocks: Iterable[Block]) -> frozenset[str]:
    """The names of the fields that the page's examples of bodies have."""
    return frozenset(
        found.path[-1] for block in blocks if isinstance(block, Sample) for node in bodies(block.text[:_LONGEST]) for found in node.fields()
    )


def _base_url(text: str, at: Place, facts: Facts) -> None:
    if not _BASE_URL.search(text):
        return
    for match in _URL.finditer(text):
        if is_api_host(match[1].lower(), match[2] or "/api"):
            facts.add(API, "host", match[1].lower().rstrip("."), at)


def _name(blocks: Sequence[Block], source: int, facts: Facts) -> None:
    """What the page calls the API, and itself."""
    for block in blocks:
        if not isinstance(block, (Paragraph, Item)):
            continue
        found = _TITLE.search(block.text)
        if found is not None and found[1] not in _NO_NAMES:
            facts.add(API, "name", found[1], Place(source, block.line))
            break
    own = [block for block in blocks if not getattr(block, "text", "").lower().startswith("skip to")]
    title = next((block for block in own if isinstance(block, Heading) and (block is own[0] or block.level == 1)), None)
    if title is not None:
        facts.add(API, "title", title.text, Place(source, title.line))
