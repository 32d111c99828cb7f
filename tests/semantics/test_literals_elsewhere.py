"""Values of constants and tables of another module: what is wrong with a test for them is said where the test stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from errlint import registry
from errlint.engine import Setup, check_bytes
from errlint.model import Finding

CONSTANTS = """
GONE = "404"
GONE_OR_SLOW = ("404", "429")
HINTS = {"404": "gone", "429": "slow"}
UNKNOWN = "NO_SUCH_CODE"
NOT_A_TEXT = 404
"""
CLIENT = """
import requests
from constants import GONE, GONE_OR_SLOW, HINTS, UNKNOWN, NOT_A_TEXT
import constants

def ask(url):
    answer = requests.get("https://api.girardai.com/v1/workflows", timeout=5)
    {}
"""
STATUS = "the status is a number, and never equal to '404'"


def found(folder: Path, test: str, *, screen: bool) -> list[Finding]:
    (folder / "constants.py").write_text(CONSTANTS, encoding="utf-8")
    client = folder / "client.py"
    client.write_text(CLIENT.format(test.replace("\n", "\n    ")), encoding="utf-8")
    setup = Setup(registry.rules(), registry.libraries(), registry.catalogues(()), screen=screen)
    return list(check_bytes(client.read_bytes(), "client.py", setup, client).findings)


@pytest.mark.parametrize(
    "test",
    [
        "return answer.status_code == GONE",
        "return answer.status_code != constants.GONE",
        "return answer.status_code in GONE_OR_SLOW",
        "return HINTS.get(answer.status_code)",
        "return HINTS[answer.status_code]",
        "match answer.status_code:\n    case constants.GONE:\n        return None",
    ],
)
def test_a_status_is_compared_with_a_text_from_elsewhere(test: str, tmp_path: Path) -> None:
    findings = found(tmp_path, test, screen=True)
    assert findings == found(tmp_path, test, screen=False)
    assert STATUS in [finding.message for finding in findings if finding.rule == "ERR103"]
    assert all(
        finding.location.line == 8 + test.count("\n") // 2 and finding.fix is None for finding in findings if finding.rule == "ERR103"
    )


@pytest.mark.parametrize("test", ["== UNKNOWN", "in (UNKNOWN, GONE)", "== NOT_A_TEXT", "!= GONE"])
def test_a_code_is_compared_with_a_value_from_elsewhere(test: str, tmp_path: Path) -> None:
    test = f'return answer.json()["error"]["code"] {test}'
    findings = found(tmp_path, test, screen=True)
    assert findings == found(tmp_path, test, screen=False)
    assert {finding.rule for finding in findings} & {"ERR102", "ERR103"}
    assert "ERR002" not in {finding.rule for finding in findings}
