"""``python -m tests.fuzz [TARGET …] [--seconds N]``: look for bytes for which something does not hold (``make fuzz``).

What is found is kept in ``tests/fuzz/crashes/TARGET``, and run by the tests from then on. Needs atheris.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

CRASHES = Path(__file__).with_name("crashes")
_LONGEST = 60
"""Seconds for one input, beyond which it counts as a hang."""


def main() -> int:
    """Fuzz the targets one after the other; 1 if something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", default=["suppressions", "catalogues", "importers", "fixer"])
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    parser.add_argument("--in-this-process", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.in_this_process:
        _fuzz(options.targets[0], options.seconds)
    found = False
    for target in options.targets:
        command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", str(options.seconds), "--in-this-process"]
        done = subprocess.run(command, check=False)
        print(f"{target}: {'something does not hold' if done.returncode else 'nothing found'}", flush=True)
        found = found or done.returncode != 0
    return int(found)


def _fuzz(target: str, seconds: int) -> None:
    """Fuzz one target; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["errlint", "errlint_rules"]):
        from tests.fuzz.targets import TARGETS, seeds
    (CRASHES / target).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="errlint-fuzz-") as folder:
        corpus = Path(folder)
        for number, seed in enumerate(seeds(target)):
            (corpus / f"seed-{number}").write_bytes(seed)
        limits = [f"-max_total_time={seconds}", f"-timeout={_LONGEST}", "-rss_limit_mb=4096", "-max_len=20000", "-verbosity=0"]
        limits.append(f"-report_slow_units={_LONGEST}")  # what is only slow, on a busy machine, is no find
        atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={CRASHES / target}/", folder], TARGETS[target])
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
