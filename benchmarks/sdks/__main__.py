"""``python -m benchmarks.sdks``: let each installed SDK meet its API's errors, and hold the catalogues against what comes out.

Prints a table. Ends with 0, with 1 when a catalogue says something else than what was seen.
"""

from __future__ import annotations

from pathlib import Path

import errlint_rules
from benchmarks.sdks.observe import disagreements, installed, observe, sheet
from benchmarks.sdks.specimens import SPECIMENS
from errlint.catalogue import load_catalogues


def main() -> int:
    """Print the table; returns the exit code."""
    catalogues = load_catalogues(sorted((Path(errlint_rules.__path__[0]) / "catalogues").glob("*.toml")))
    wrong = 0
    for specimen in SPECIMENS:
        release = installed(specimen)
        if release is None:
            print(f"-     {specimen} ({specimen.package} is not installed)")
            continue
        try:
            seen = observe(specimen)
            problems = list(disagreements(specimen, seen, sheet(catalogues.require(specimen.api), specimen, release)))
        except LookupError as reason:
            wrong += 1
            print(f"WRONG {reason} ({specimen.package} {release})")
            continue
        wrong += bool(problems)
        print(f"{'WRONG' if problems else 'ok   '} {specimen} ({specimen.package} {release}) -> {seen.classes[0]}")
        print(f"      str(e) shows {', '.join(sorted(seen.shown)) or 'nothing of it'}; the id is at {', '.join(seen.found) or 'no place'}")
        for problem in problems:
            print(f"      {problem}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
