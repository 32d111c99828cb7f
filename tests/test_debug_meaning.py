"""`errlint debug meaning` tells what is known of the expressions on a line, and how."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from errlint.cli import cli

CLIENT = """\
import openai, requests

API = "https://api.girardai.com/v1"

def workflow(session: requests.Session, identifier):
    try:
        answer = session.get(f"{API}/workflows/{identifier}")
    except Exception as e:
        return str(e)
    if answer.status_code == 404 and answer.json()["error"]["code"] in ("RUN_NOT_FOUND", "WORKFLOW_NOT_FOUND"):
        return None
    if "rate limit" in answer.json()["error"]["message"].lower():
        return None
    match answer.json()["error"]:
        case {"code": "TIMEOUT"}:
            return None
    return openai.OpenAI(base_url="https://llm.example").responses.create()
"""


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("client.py").write_text(CLIENT, encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["debug", "meaning", *arguments])


def told(place: str, *arguments: str) -> dict[str, Any]:
    result = run(place, "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    listing: dict[str, Any] = json.loads(result.output)
    return {one["source"]: one for one in listing["expressions"]}


def test_a_line_in_words() -> None:
    result = run("client.py:12:21")
    assert result.exit_code == 0
    assert result.output == textwrap.dedent("""\
        client.py:12  if "rate limit" in answer.json()["error"]["message"].lower():

        12:8  "rate limit" in answer.json()["error"]["message"].lower()
          asks     whether the text `answer.json()["error"]["message"].lower()` contains 'rate limit'
    """)
    assert "  asks     whether the HTTP status `answer.status_code` is 404\n" in run("client.py:10").output


def test_what_is_known_of_a_value() -> None:
    code = told("client.py:10")['answer.json()["error"]["code"]']
    assert (code["kind"], code["path"], code["api"], code["statuses"]) == ("the error code", ["error", "code"], "girardai", "404")
    assert code["because"] == "the host `api.girardai.com`"
    assert [step["note"] for step in code["trail"]] == [
        "`session` is annotated as `requests.Session`",
        "`.get()` makes an HTTP call",
        "kept in `answer`",
        "the body: `.json()`",
        "the error code: `['error']['code']` of the body",
    ]


def test_handlers_parameters_and_cases_are_told_too() -> None:
    assert told("client.py:5")["session"]["type"] == "requests.Session"
    assert told("client.py:8")["except Exception as e"]["kind"] == "the exception"
    assert told("client.py:8")["except Exception as e"]["proven"] is False
    (case,) = told("client.py:15").values()
    assert (case["source"], case["asks"]) == (
        'case {"code": "TIMEOUT"}',
        ["whether the error code is 'TIMEOUT'"],
    )


def test_a_test_of_text_is_told() -> None:
    comparison = next(iter(told("client.py:12").values()))
    assert comparison["asks"] == ['whether the text `answer.json()["error"]["message"].lower()` contains \'rate limit\'']


def test_why_there_is_no_api_is_told() -> None:
    client = told("client.py:17")['openai.OpenAI(base_url="https://llm.example")']
    assert client["api"] is None
    assert client["because"] == "no catalogue knows the host `llm.example`"


def test_the_api_may_be_named_and_settings_hold() -> None:
    Path("other.py").write_text("import requests\nanswer = requests.get(url)\n", encoding="utf-8")
    assert told("other.py:2")["requests.get(url)"]["api"] is None
    assert told("other.py:2", "--api", "withgiga")["requests.get(url)"]["api"] == "withgiga"
    Path("errlint.toml").write_text('[apis]\n"other.py" = "girardai"\n', encoding="utf-8")
    assert told("other.py:2")["requests.get(url)"]["because"] == "the configuration, or `--api`"


def test_a_place_without_expressions() -> None:
    result = run("client.py:4")
    assert (result.exit_code, result.output) == (0, "client.py:4  \n\nno expression begins on this line\n")
    assert run("client.py:1:1").output.endswith("no expression stands there\n")


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("client.py", "names no line"),
        ("client.py:x", "names no line"),
        ("client.py:0", "counted from 1"),
        ("client.py:1:0", "counted from 1"),
        ("client.py:99", "client.py has no line 99"),
        ("clint.py:1", "did you mean 'client.py'?"),
        (".:1", "cannot read"),
    ],
)
def test_what_is_no_place_is_a_problem_of_the_user(place: str, complaint: str) -> None:
    result = run(place)
    assert result.exit_code == 2
    assert complaint in result.output
