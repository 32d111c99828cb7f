"""``errlint rules`` and ``errlint explain``: what errlint looks for, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from errlint.cli import completion
from errlint.cli.group import Choice, color_option, style
from errlint.cli.knowledge import catalogue_option, known_catalogues
from errlint.errors import UsageProblem
from errlint.regex import later
from errlint.terminal import write

if TYPE_CHECKING:
    from errlint.rule import Rule


@click.command(short_help="Explain a rule, or an error code of an API.")
@click.argument("what", metavar="RULE|API:CODE", shell_complete=completion.explained)
@catalogue_option
@color_option
def explain(what: str, files: tuple[Path, ...]) -> None:
    """Explain a RULE (ERR101 or message-branch): why, an example, what to write instead.

    Or the error CODE of an API (girardai:RATE_LIMITED): what it means, whether and when to retry, what to do, which rules make use of it.
    """
    look = style(sys.stdout)
    if ":" in what:
        from errlint.cli.codes import explained

        write(sys.stdout, explained(what, files, look))
        return
    text = _page(what, files)
    if not (look.colour or look.width):
        write(sys.stdout, [text])
        return
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.theme import Theme

    # rich gets the decision about colours that was made here, and only lays out the text
    console = Console(
        width=look.width and min(look.width, 100),
        color_system="standard" if look.colour else None,
        force_terminal=True,
        legacy_windows=False,
        theme=Theme({"markdown.code": "bold cyan"}),  # rich's own has a black ground, whatever the terminal has
    )
    with console.capture() as captured:
        console.print(Markdown(text, code_theme="ansi_dark"))
    write(sys.stdout, [captured.get()])


_SELECTOR = later(r"(?i:ERR\d*)")
"""The beginning of an id, which other commands take for all rules that begin so."""


@click.command()
@click.option("--format", "form", type=Choice(["table", "json"]), default="table", show_default=True, help="How to print them.")
@color_option
def rules(form: str) -> None:
    """List all rules."""
    from errlint import registry
    from errlint.cli.tables import table

    found = registry.rules()
    if form == "json":
        keys = ("id", "name", "title", "since", "preview")
        listing = [{**{key: getattr(rule, key) for key in keys}, "severity": rule.severity.value} for rule in found]
        write(sys.stdout, [json.dumps({"schema": 1, "rules": listing}, ensure_ascii=False, indent=2), "\n"])
        return
    rows = [(rule.id, rule.name, rule.severity.value, _since(rule), rule.title) for rule in found]
    write(sys.stdout, table(("Rule", "Name", "Severity", "Since", "What it finds"), rows, style(sys.stdout)))


def _page(wanted: str, files: tuple[Path, ...]) -> str:
    """The page about a rule, or about what the tool says of itself, in Markdown."""
    from errlint import registry
    from errlint.hints import did_you_mean

    rules = {rule.id: rule for rule in registry.rules()}
    texts = registry.rule_texts()
    for text in texts:
        if wanted.casefold() in {text.id.casefold(), text.name.casefold()}:
            facts = " · ".join((f"Severity: {text.severity.value}", *_more(rules.get(text.id))))
            return f"# {text.id} {text.name}: {text.title}\n\n{facts}\n\n{text.doc.strip().partition(chr(10))[2].strip()}\n"
    known = [name for text in texts for name in (text.id, text.name)]
    codes = [f"{api.id}:{wanted}" for api in known_catalogues(files) if wanted in api.names]
    meant = [text.id for text in texts if text.id.startswith(wanted.upper())] if _SELECTOR.fullmatch(wanted) else []
    if codes:
        hint = f"it is an error code: {', '.join(codes)}"
    elif meant:
        hint = f"a whole id is needed: {', '.join(meant)}"
    else:
        hint = did_you_mean(wanted, known) or "`errlint rules` lists all rules"
    raise UsageProblem(f"there is no rule '{wanted}'", hint=hint)


def _more(rule: Rule | None) -> Iterator[str]:
    if rule is not None:
        yield f"since errlint {rule.since}"
        if rule.preview:
            yield "off by default (preview)"


def _since(rule: Rule) -> str:
    return f"{rule.since} (preview)" if rule.preview else rule.since
