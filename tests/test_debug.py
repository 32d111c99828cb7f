"""`errlint debug retries` tells what is attempted, which failures are retried, how long it waits, when it stops."""

from __future__ import annotations

import textwrap
from pathlib import Path

from click.testing import CliRunner, Result

from errlint.cli import cli

CLIENT = """
import random, time
import requests

def fetch(url):
    for attempt in range(5):
        response = requests.get(url)
        if response.status_code not in (429, 500, 503, 504):
            return response
        time.sleep(min(30, 2 ** attempt) + random.random())

def once(url):
    return requests.get(url)
"""
TABLE = """\
client.py:6 loop
  what  requests.get(url) (GET, an error status is returned; line 7)
  which again after 429, 500, 503-504
        by name 429, 500, 503-504
        line 6: whatever is not a success goes into another pass
  wait  longer each time, first 1 s, at most 30 s, with jitter, does not ask the server (line 10: min(30, 2 ** attempt) + random.random())
  stop  after 5 attempts (line 6: range(5))
"""


def run(folder: Path, code: str, *arguments: str) -> Result:
    path = folder / "client.py"
    path.write_text(textwrap.dedent(code))
    return CliRunner().invoke(cli, ["debug", "retries", str(path), *arguments])


def test_a_policy_in_words(tmp_path: Path) -> None:
    result = run(tmp_path, CLIENT)
    assert result.output.replace(f"{tmp_path}/", "") == TABLE
    assert result.exit_code == 0


TOLD = """
import time
import requests

def fetch(url):
    while True:
        response = requests.get(url)
        if response.headers.get("X-Old") == "yes" and response.status_code != 429:
            print("old")
        if response.status_code == 429:
            if not tries:
                raise RuntimeError(url)
            tries -= 1
            time.sleep(int(response.headers["Retry-After"]))
            continue
        if response.status_code >= 500:
            time.sleep(2 + time.time() % 1)
            continue
        return response
"""
TOLD_TABLE = """\
client.py:6 loop
  what  requests.get(url) (GET, an error status is returned; line 7)
  which again after 429, 5xx
        by name 429
        line 16: after this test the call is made again
        line 10: after this test the call is made again
  wait  as long as the server says after 429, without jitter, follows the server (line 14: int(response.headers["Retry-After"]))
        line 14: what the server says about the wait
        after other failures: always the same, first 2 s, jitter not known, does not ask the server (line 17: 2 + time.time() % 1)
  stop  there is a limit (line 11: tries)
"""


def test_only_what_sends_back_is_named_and_the_wait_after_what_is_limited(tmp_path: Path) -> None:
    assert run(tmp_path, TOLD).output.replace(f"{tmp_path}/", "") == TOLD_TABLE


RETRYING = """
import time

def retrying(attempts=3, first=1.0):
    def decorate(work):
        def run(*given):
            delay = first
            for attempt in range(attempts + 1):
                try:
                    return work(*given)
                except Exception:
                    if attempt == attempts:
                        raise
                    time.sleep(delay)
                    delay *= 2
        return run
    return decorate

class Retrier:
    def __init__(self, attempts=3, pause=0):
        self.attempts = attempts
        self.pause = pause

    def run(self, work):
        for attempt in range(self.attempts):
            try:
                return work()
            except Exception:
                time.sleep(self.pause)
"""
USES = """
import requests
from retrying import Retrier, retrying

def fetch():
    requests.get("https://api.example.com/items").raise_for_status()

@retrying()
def as_said_there():
    fetch()

@retrying(first=5, attempts=1)
def as_said_here():
    fetch()

@retrying(settings.attempts)
def as_nobody_knows():
    fetch()

Retrier(2, pause=4).run(fetch)
"""


def test_another_module_says_how_long_and_how_often_and_the_use_with_which_numbers(tmp_path: Path) -> None:
    (tmp_path / "retrying.py").write_text(RETRYING)
    rows = [line.replace(f"{tmp_path}/", "")[8:] for line in run(tmp_path, USES).output.splitlines() if line[2:6] in ("wait", "stop")]
    assert rows == [
        "longer each time, first 1 s, without jitter, does not ask the server (retrying.py:14)",
        "after 4 attempts (retrying.py:8)",
        "longer each time, first 5 s, without jitter, does not ask the server (retrying.py:14)",
        "after 2 attempts (retrying.py:8)",
        "longer each time, first 1 s, without jitter, does not ask the server (retrying.py:14)",
        "there is a limit (retrying.py:8)",
        "always the same, first 4 s, without jitter, does not ask the server (retrying.py:29)",
        "after 2 attempts (retrying.py:25)",
    ]


def test_the_uses_of_a_decorator_in_the_file_say_with_which_numbers(tmp_path: Path) -> None:
    one = "\n@retrying(first=5, attempts=1)\ndef fetch():\n    requests.get('https://api.example.com/items').raise_for_status()\n"
    said = run(tmp_path, "import requests\n" + RETRYING + one).output
    assert "first 5 s" in said
    assert "after 2 attempts" in said
    other = "\n@retrying(first=6)\ndef delete():\n    requests.delete('https://api.example.com/items').raise_for_status()\n"
    said = run(tmp_path, "import requests\n" + RETRYING + one + other).output
    assert "wait  longer each time, without jitter" in said
    assert "stop  there is a limit" in said


CODES = """
import time
import boto3

BUSY = ("ThrottlingException", "ConflictException")
BROKEN = ("500", "InternalServerException")
runtime = boto3.client("bedrock-agent-runtime")

def code_of(error):
    response = getattr(error, "response", None)
    return response.get("Error", {}).get("Code", "") if isinstance(response, dict) else ""

def ask(again, **question):
    codes = BUSY + BROKEN if again else BUSY
    for attempt in range(5):
        try:
            return runtime.retrieve(**question)
        except Exception as error:
            if code_of(error) not in codes or attempt == 4:
                raise
            time.sleep(1)
"""


def test_codes_that_a_condition_chooses_are_retried_perhaps(tmp_path: Path) -> None:
    rows = run(tmp_path, CODES).output.splitlines()[2:5]
    assert [row.strip() for row in rows] == [
        "which again after ConflictException, ThrottlingException",
        "perhaps after 500, InternalServerException",
        "not after any other code",
    ]


def test_what_names_the_codes_that_end_it_tries_again_after_all_others(tmp_path: Path) -> None:
    code = CODES.replace("not in codes or attempt == 4", "in BUSY")
    rows = run(tmp_path, code).output.splitlines()[2:4]
    assert [row.strip() for row in rows] == ["which again after 4xx, 5xx, no answer", "not after ConflictException, ThrottlingException"]


BY_A_FLAG = """import time

import praw


def top(reddit: praw.Reddit, name, doubles):
    for attempt in range(3):
        try:
            return list(reddit.subreddit(name).top(limit=5))
        except Exception:
            if doubles:
                delay = 2 * 2**attempt
            else:
                delay = 2
            time.sleep(delay)
"""


def test_a_wait_that_grows_under_a_condition_is_said_to_be_the_same_otherwise(tmp_path: Path) -> None:
    rows = run(tmp_path, BY_A_FLAG).output.splitlines()
    assert "longer each time, or always the same, without jitter" in next(row for row in rows if row.strip().startswith("wait"))


def test_an_object_of_a_client_that_is_made_without_a_request_is_no_attempt(tmp_path: Path) -> None:
    rows = run(tmp_path, BY_A_FLAG).output.splitlines()
    assert [row.strip() for row in rows if row.strip().startswith("what")] == [
        "what  reddit.subreddit(name).top(limit=5) (an error status raises; line 9)"
    ]


def test_no_retries(tmp_path: Path) -> None:
    assert run(tmp_path, "import requests\n").output.endswith("client.py: no retries\n")


def test_the_api_may_be_named(tmp_path: Path) -> None:
    assert "loop [girardai]" in run(tmp_path, CLIENT, "--api", "girardai").output


def test_what_cannot_be_read_or_parsed_is_a_problem_of_the_user(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["debug", "retries", str(tmp_path / "nothing.py")])
    assert (result.exit_code, "cannot read" in result.output) == (2, True)
    result = run(tmp_path, "def f(:\n")
    assert (result.exit_code, "cannot be parsed" in result.output) == (2, True)
