"""Many files: which setup each of them is linted with, and what becomes of it.

The unit of work is a function of a path, its settings and the mode: it writes no more than that one file and shares nothing.
"""

from __future__ import annotations

import enum
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from errlint import registry
from errlint.engine import Setup, check_bytes, failure
from errlint.model import FileReport, Finding

if TYPE_CHECKING:
    from errlint.config import Config, Configs
    from errlint.rule import Rule


class Mode(enum.Enum):
    """What happens to fixes."""

    CHECK = "check"
    """Nothing: they are only shown."""
    FIX = "fix"
    """They are written to the files."""
    DIFF = "diff"
    """They are made, and nothing is written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    :ivar report: what was found; with fixes, what remains; :ivar fixed: how many findings were fixed;
    :ivar before, after: the bytes, equal unless something was fixed; empty if the file could not be read.
    """

    report: FileReport
    fixed: int = 0
    before: bytes = b""
    after: bytes = b""


@dataclass(frozen=True)
class Options:
    """What the command line says about every file; it goes before the configuration.

    :ivar select: None leaves the selection to the configuration; :ivar api: the API that every file is bound to.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    preview: bool = False
    catalogues: tuple[Path, ...] = ()
    api: str | None = None

