"""The command line. ``errlint --version`` and ``--help`` import click and nothing else that is heavy: keep imports inside functions."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from errlint import __version__
from errlint.cli.group import Commands

_MODULES = {
    "check": "errlint.cli.check",
    "init": "errlint.cli.init",
    "explain": "errlint.cli.rules",
    "rules": "errlint.cli.rules",
    "catalogue": "errlint.cli.catalogue",
    "baseline": "errlint.cli.baseline",
    "debug": "errlint.cli.debug",
}


@click.group(cls=Commands, modules=_MODULES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="errlint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find, and fix, Python code that mishandles the errors of HTTP APIs.

    \b
    Exit codes: 0  nothing found
                1  findings
                2  errlint could not do its job
    """


def main() -> NoReturn:
    """Run the command line and leave (:mod:`errlint.process` sees to a quick end)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started us
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
    cli.main(prog_name="errlint")
    raise AssertionError  # click has ended the process
