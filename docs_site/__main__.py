"""Builds the site into ``build/site``: ``python -m docs_site`` (``make docs``). Every warning of mkdocs is an error."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from docs_site.nav import nav
from docs_site.pages import site

ROOT = Path(__file__).parent.parent


def write(root: Path, folder: Path) -> Path:
    """Put the pages and the configuration of mkdocs into a folder.

    :return: the configuration.
    """
    pages, files = site(root)
    source = folder / "site-pages"
    shutil.rmtree(source, ignore_errors=True)
    for place, text in pages.items():
        (source / place).parent.mkdir(parents=True, exist_ok=True)
        (source / place).write_text(text, encoding="utf-8", newline="\n")
    for place, path in files.items():
        (source / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, source / place)
    settings = yaml.safe_load((root / "docs_site" / "mkdocs.yml").read_text(encoding="utf-8"))
    settings.update(docs_dir=str(source), site_dir=str(folder / "site"), nav=nav(pages))
    config = folder / "mkdocs.yml"
    config.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return config


def build(root: Path, folder: Path) -> int:
    """Build the site of a checkout into a folder; the exit code of mkdocs."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(write(root, folder))]
    return subprocess.run(command, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(build(ROOT, ROOT / "build"))
