"""``--output-format json-lines``: one JSON object a finding, each as in ``json``; no summary, so that outputs can be joined."""

from __future__ import annotations

import json
from collections.abc import Iterator

from errlint.reporters import Results
from errlint.reporters.json import finding_as_json
from errlint.reporters.sources import Sources
from errlint.terminal import Style


def report(results: Results, sources: Sources, _style: Style) -> Iterator[str]:
    """A line for each finding."""
    for finding in results:
        yield json.dumps(finding_as_json(finding, sources, results.pages), ensure_ascii=False) + "\n"
