"""The pages of the site: those of the repository, with links that lead to where they stand on the site, and those that are made of the
rules, the catalogues, the library sheets and the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

import click

from errlint import registry
from errlint.catalogue import Catalogue
from errlint.cli import cli
from errlint.own_findings import own_texts
from errlint.rule import Rule

_LINK = re.compile(r"\[(?P<text>[^\]\n]*)\]\((?P<target>(?!https?:|#)[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
_CODE = re.compile(r"^( *)(?P<fence>```+).*?^\1(?P=fence) *$|(?P<tick>`+)[^`].*?(?P=tick)", re.MULTILINE | re.DOTALL)

_PLACES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "rules/README.md": "rules/index.md",
    "fixtures/README.md": "fixtures.md",
    "tests/fixes/README.md": "proofs.md",
    "docs/README.md": "contents.md",
    "rules/errlint_rules/catalogues": "apis/index.md",
    "rules/errlint_rules/libraries": "libraries.md",
}
"""Where pages of the repository stand on the site; those of the folder ``docs`` keep their names."""

_STATUS = {True: "off by default (preview)", False: "on by default"}


def site(root: Path) -> tuple[dict[str, str], dict[str, Path]]:
    """The pages, and the files of the repository that pages link to, by their paths on the site."""
    rules = {f"rules/{rule.check.__module__.replace('.', '/')}.py": rule for rule in registry.rules()}
    places = {
        **{path.relative_to(root).as_posix(): path.name for path in sorted((root / "docs").glob("*.md"))},
        **_PLACES,
        **{module: f"rules/{rule.name}.md" for module, rule in rules.items()},
    }
    files: dict[str, Path] = {}
    written = {path: place for path, place in places.items() if path.endswith(".md")}
    pages = {place: _moved((root / path).read_text(encoding="utf-8"), path, places, root, files) for path, place in written.items()}
    pages.update((places[module], _rule_page(rule)) for module, rule in rules.items())
    pages.update(_tool_pages())
    pages.update(_catalogue_pages(registry.catalogues()))
    pages["libraries.md"] = "".join(_library_page())
    pages["commands.md"] = "".join(_command_page(cli, "errlint"))
    return dict(sorted(pages.items())), files


def _moved(text: str, path: str, places: dict[str, str], root: Path, files: dict[str, Path]) -> str:
    """A page with links that lead to pages of the site; files that are no pages are taken along."""
    here = os.path.dirname(places[path])

    def link(match: re.Match[str]) -> str:
        target = os.path.normpath(os.path.join(os.path.dirname(path), match["target"]))
        place = places.get(target)
        if place is None:
            if (root / target).is_dir():
                return match["text"]
            assert (root / target).is_file(), f"{path} links to {target}, which is not there"
            place = f"files/{target}"
            files[place] = root / target
        return f"[{match['text']}]({os.path.relpath(place, here or '.')}{match['anchor'] or ''})"

    code = [_in_table(match) for match in _CODE.finditer(text)]  # may hold what looks like a link, and may stand in the text of one
    hidden = _CODE.sub("\0", text)
    restored = iter(code)
    return re.sub("\0", lambda _: next(restored), _LINK.sub(link, hidden))


def _in_table(code: re.Match[str]) -> str:
    """Code as it stands on the site: GitHub asks for a backslash before a bar in the cell of a table, Python-Markdown shows it."""
    line = code.string[code.string.rfind("\n", 0, code.start()) + 1 : code.start()]
    return code.group().replace("\\|", "|") if line.startswith("|") else code.group()


def _rule_page(rule: Rule) -> str:
    title, _, rest = rule.doc.strip().partition("\n")
    facts = f"**{rule.id}** · `{rule.name}` · {rule.severity.value} · {_STATUS[rule.preview]} · since errlint {rule.since}"
    ignore = f'To silence it at one place: `# errlint: ignore[{rule.id}] why`; everywhere: `ignore = ["{rule.id}"]` in the settings.'
    return f"# {rule.id} {rule.name}: {title}\n\n{facts}\n\n{rest.strip()}\n\n## To silence it\n\n{ignore}\n"


def _tool_pages() -> Iterator[tuple[str, str]]:
    """A page for each thing that errlint says of itself: findings link to them, too."""
    rows = [f"| [{text.id}](rules/{text.name}.md) | {text.name} | {text.title} |" for text in own_texts()]
    yield "own-findings.md", "\n".join(["# What errlint says of itself", "", "| ID | Name | |", "| --- | --- | --- |", *rows, ""])
    for text in own_texts():
        yield f"rules/{text.name}.md", f"# {text.id} {text.name}: {text.doc}"


def _catalogue_pages(catalogues: Iterable[Catalogue]) -> Iterator[tuple[str, str]]:
    found = sorted(catalogues, key=lambda one: one.name.casefold())
    rows = [f"| [{one.name}]({one.id}.md) | `{one.id}` | {len(one.names)} | {_listed(one.hosts)} |" for one in found]
    head = "# The APIs that errlint knows\n\n| API | Id | Codes | Hosts |\n| --- | --- | --- | --- |\n"
    yield "apis/index.md", head + "\n".join(rows) + "\n"
    for one in found:
        yield f"apis/{one.id}.md", "".join(_catalogue_page(one))


def _catalogue_page(one: Catalogue) -> Iterator[str]:
    yield f"# {one.name}\n\nCalls are bound to this catalogue by these hosts and SDKs, or [by name]"
    yield "(../configuration.md#which-api-a-call-talks-to).\n\n"
    about = {
        "Hosts": _listed(one.hosts),
        "SDKs": _listed(dict.fromkeys(f"{sdk.package} {sdk.versions}".strip() for sdk in one.sdks)),
        "Code": _listed(map(str, one.envelope.code)),
        "Message": _listed(map(str, one.envelope.message)),
        "Request id": _listed(map(str, one.envelope.request_id)),
        "Says when to come back": _listed(str(source.place) for source in one.retry_after),
        "Sources": "; ".join(f"[{source.title or source.url}]({source.url})" if source.url else source.title for source in one.api.sources),
    }
    yield f"| Id | `{one.id}` |\n| --- | --- |\n" + "".join(f"| {label} | {text} |\n" for label, text in about.items() if text)
    for part in (one, *one.surfaces):
        name = "" if part is one else f" ({part.name})"
        if part.codes:
            yield f"\n## Codes{name}\n\n| Code | Status | Retry | Wait | What it means |\n| --- | --- | --- | --- | --- |\n"
            for rule in part.codes:
                said = f"{', '.join(map(str, rule.status)) or '–'} | {_words(rule.retry)} | {_words(rule.wait)}"
                yield from (f"| `{code}` | {said} | {_cell(rule.meanings.get(code, ''))} |\n" for code in rule.names)
        if part.status:
            yield f"\n## Statuses{name}\n\n| Status | Retry | Wait |\n| --- | --- | --- |\n"
            yield from (f"| {status} | {_words(told.retry)} | {_words(told.wait)} |\n" for status, told in part.status.items())


def _library_page() -> Iterator[str]:
    yield "# The libraries that errlint knows\n\nWhat is known of each stands in its [sheet](library-sheets.md).\n\n"
    yield "| Library | Imported as | Checked with | Classes | Functions |\n| --- | --- | --- | --- | --- |\n"
    for sheet in sorted(registry.libraries().sheets, key=lambda one: one.library.id.casefold()):
        about = sheet.library
        yield f"| {about.id} | {_listed(about.roots)} | {about.checked or '–'} | {len(sheet.type)} | {len(sheet.function)} |\n"


def _command_page(command: click.Command, name: str) -> Iterator[str]:
    """The help of a command and of those below it."""
    if name == "errlint":
        yield "# The command line\n\n"
    context = click.Context(command, info_name=name, terminal_width=100, **cli.context_settings)  # or click keeps a help without -h
    yield f"## {name}\n\n```text\n{command.get_help(context)}\n```\n\n"
    if isinstance(command, click.Group):
        for child, below in command.commands.items():
            yield from _command_page(below, f"{name} {child}")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _cell(text: str) -> str:
    """Text in which nothing is Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]|])", r"\\\1", escape(text, quote=False))


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ") if name else "–"
