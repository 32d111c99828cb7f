"""``python -m benchmarks.openapi``: import the OpenAPI documents of real APIs, and hold what comes out against the record.

Prints a line for each document. Ends with 0, with 1 when something else comes out than the record has.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.ecosystem.corpus import cache_folder, fetch, members, read_pins
from errlint.catalogue import catalogue_problems
from errlint.catalogue.importers import Imported, import_sources

RECORD = Path(__file__).with_name("record.json")
PINS = """
openapi-spec-validator==0.9.0 openapi_spec_validator-0.9.0.tar.gz 6d648cff6490ebb799dcfe273792f2941c050158854c721f086599d845da78b8
apache-airflow-core==3.3.2 apache_airflow_core-3.3.2-py3-none-any.whl 99258922bccec15be4700ff89f3c942b8acd93407e263c287ce863e671bb3c50
"""
DOCUMENTS = {
    "github": "tests/bench/specs/github.yaml",
    "stripe": "tests/bench/specs/stripe.yaml",
    "kubernetes": "tests/bench/specs/kubernetes.yaml",
    "docker": "tests/bench/specs/docker.yaml",
    "airflow": "core_api/openapi/v2-rest-api-generated.yaml",
}
"""Documents by name, and how their paths in the archives end."""


def documents(folder: Path) -> Iterator[tuple[str, Path]]:
    """The documents, each as a file below ``folder``."""
    for pin in read_pins(PINS):
        for member, content in members(fetch(pin, cache_folder() / "downloads")):
            for name, ending in DOCUMENTS.items():
                if member.endswith(ending):
                    path = folder / f"{name}.yaml"
                    path.write_bytes(content)
                    yield name, path


def gist(done: Imported) -> dict[str, Any]:
    """What of an import goes into the record."""
    file = done.file
    return {
        "hosts": list(file.api.hosts),
        "places": {
            part: [sheet.json or f"header {sheet.header}" for sheet in getattr(file.envelope, part)]
            for part in ("code", "message", "type", "param", "details", "request_id")
            if getattr(file.envelope, part)
        },
        "codes": sum(len(rule.names) for rule in file.code),
        "statuses": {key: rule.retry for key, rule in file.status.items()},
        "retry_after": [sheet.header or sheet.json for sheet in file.retry_after],
        "message_contract": file.envelope.message_contract,
        "doubtful": list(done.report.doubtful),
    }


def main() -> int:
    """Import everything; returns the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.openapi", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write what comes out into the record")
    update = parser.parse_args().update
    record: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    found: dict[str, Any] = {}
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, path in documents(folder):
            started = time.process_time()
            done = import_sources([path])
            seconds = time.process_time() - started
            catalogue = folder / f"{name}.toml"
            catalogue.write_text(done.toml, encoding="utf-8")
            found[name] = gist(done)
            same = update or found[name] == record.get(name)
            loads = not catalogue_problems(catalogue)
            wrong += not (same and loads)
            size = path.stat().st_size / 1e6
            print(f"{'ok   ' if same and loads else 'WRONG'} {name}: {size:.1f} MB in {seconds:.1f} s; {'; '.join(done.report.found)}")
            for key in found[name] if not same else ():
                if found[name][key] != record.get(name, {}).get(key):
                    print(f"      {key}: {found[name][key]}, but the record has {record.get(name, {}).get(key)}")
    if update:
        RECORD.write_text(json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
