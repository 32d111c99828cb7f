"""``errlint catalogue diff``: what changed between two versions of an API's contract."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from errlint.cli.group import Choice, color_option, style
from errlint.cli.knowledge import catalogue_named, catalogue_option
from errlint.terminal import Style, printable, write

if TYPE_CHECKING:
    from errlint.catalogue.differences import Difference

_SIGNS = {"added": ("+", "added"), "removed": ("-", "removed"), "changed": ("~", "hunk")}


@click.command(short_help="Compare two catalogues.")
@click.argument("before")
@click.argument("after")
@click.option("--format", "form", type=Choice(["text", "json"]), default="text", show_default=True, help="How to print it.")
@catalogue_option
@color_option
@click.pass_context
def diff(ctx: click.Context, before: str, after: str, form: str, files: tuple[Path, ...]) -> None:
    """Compare the catalogues BEFORE and AFTER, each a file or the id of a catalogue: what changed in the API's contract?

    A verdict *flips* if a client that does as the one catalogue says of a retry does the opposite of what the other says. Exit code 1 if
    there is any difference.
    """
    from errlint.catalogue.differences import differences

    found = differences(catalogue_named(before, files), catalogue_named(after, files))
    if form == "json":
        listing = [{key: getattr(one, key) for key in ("kind", "what", "before", "after", "flips")} for one in found]
        write(sys.stdout, [json.dumps({"schema": 1, "differences": listing}, ensure_ascii=False, indent=2), "\n"])
    else:
        write(sys.stdout, _lines(found, style(sys.stdout)))
    ctx.exit(int(bool(found)))


def _lines(found: Sequence[Difference], look: Style) -> Iterator[str]:
    from errlint.reporters.summary import count

    for one in found:
        sign, purpose = _SIGNS[one.kind]
        text = f"{one.what}: " + (f"{one.before} → {one.after}" if one.kind == "changed" else one.before or one.after).strip()
        flips = f"  {look.paint('flips', 'error')}" if one.flips else ""
        yield f"{look.paint(sign, purpose)} {printable(text).removesuffix(': ')}{flips}\n"
    flipped = sum(one.flips for one in found)
    if found:
        yield f"{count(len(found), 'difference')}, {count(flipped, 'verdict')} on a retry {'flips' if flipped == 1 else 'flip'}.\n"
    else:
        yield "No differences.\n"
