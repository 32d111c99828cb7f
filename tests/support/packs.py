"""The pack of knowledge that comes with errlint, and copies of it that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

from errlint import registry
from errlint.registry import Pack


def own_pack() -> Pack:
    """The pack that comes with errlint."""
    return next(pack for pack in registry.packs() if pack.name == "errlint_rules")


def copied(pack: Pack, folder: Path, shipped: str) -> Pack:
    """The same pack's knowledge somewhere else, with the file of this name that it ships."""
    for kind in ("catalogues", "libraries"):
        shutil.copytree(pack.folder / kind, folder / kind)
    shutil.copy(pack.folder / shipped, folder / shipped)
    return Pack(pack.name, folder)
