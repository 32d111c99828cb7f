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
  wait  longer each time, at most 30 s, with jitter, does not ask the server (line 10: min(30, 2 ** attempt) + random.random())
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
  stop  there is a limit (line 11: tries)
"""


def test_only_what_sends_back_is_named_and_the_wait_after_what_is_limited(tmp_path: Path) -> None:
    assert run(tmp_path, TOLD).output.replace(f"{tmp_path}/", "") == TOLD_TABLE


def test_no_retries(tmp_path: Path) -> None:
    assert run(tmp_path, "import requests\n").output.endswith("client.py: no retries\n")


def test_the_api_may_be_named(tmp_path: Path) -> None:
    assert "loop [girardai]" in run(tmp_path, CLIENT, "--api", "girardai").output


def test_what_cannot_be_read_or_parsed_is_a_problem_of_the_user(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["debug", "retries", str(tmp_path / "nothing.py")])
    assert (result.exit_code, "cannot read" in result.output) == (2, True)
    result = run(tmp_path, "def f(:\n")
    assert (result.exit_code, "cannot be parsed" in result.output) == (2, True)
