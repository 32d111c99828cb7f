"""How much of an error a value keeps, and which calls tell people something."""

from __future__ import annotations

import importlib
from functools import reduce
from importlib.util import find_spec

import libcst as cst
import pytest

from errlint import registry
from errlint.semantics.request_ids.failures import Failures
from errlint.semantics.request_ids.keeping import Keeping, Kept
from errlint.semantics.request_ids.speech import Speaking
from tests.semantics.asking import semantics

AWS = """
import json, traceback
import boto3
from botocore.exceptions import ClientError

def helper(error):
    return {{"error": str(error)}}

try:
    boto3.client("s3").get_object(Bucket="b", Key="k")
except ClientError as e:
    told = e.response["Error"]
    whole = e
    last = {value}
    print(last)
"""
ANTHROPIC = """
import anthropic

try:
    anthropic.Anthropic().messages.create(model="m", max_tokens=1, messages=[])
except anthropic.APIStatusError as e:
    last = {value}
    print(last)
"""
GITHUB = """
import requests

r = requests.get("https://api.github.com/user", timeout=9)
if r.status_code != 200:
    last = {value}
    print(last)
"""


def kept(code: str, value: str) -> Kept:
    """What the last value of the code keeps."""
    layer, _ = semantics(code.format(value=value))
    failure = next(found for _, found in Failures(layer).all)
    assign = layer.tree.all(cst.Assign)[-1]
    return Keeping(layer, Speaking(layer), failure).of(assign.value)


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        (AWS, "e", Kept.ID),
        (AWS, "[1, (e, 2)]", Kept.ID),
        (AWS, "Problem(e)", Kept.ID),
        (AWS, "whole", Kept.ID),
        (AWS, "e.response", Kept.ID),
        (AWS, 'e.response["ResponseMetadata"]', Kept.ID),
        (AWS, 'e.response["ResponseMetadata"]["HTTPStatusCode"]', Kept.NOTHING),
        (AWS, 'e.response.get("ResponseMetadata", {}).get("RequestId")', Kept.ID),
        (AWS, "traceback.format_exc()", Kept.ID),
        (AWS, "e.operation_name_of_some_sort", Kept.ID),
        (AWS, "str(e)", Kept.TEXT),
        (AWS, 'f"failed: {e!r}"', Kept.TEXT),
        (AWS, '"failed: %s" % e', Kept.TEXT),
        (AWS, '"failed: {}".format(e)', Kept.TEXT),
        (AWS, 'told["Message"]', Kept.TEXT),
        (AWS, "helper(e)", Kept.TEXT),
        (AWS, "json.dumps({'error': str(e)})", Kept.TEXT),
        (AWS, "f\"{told['Code']}\"", Kept.MARK),
        (AWS, "told['Code']", Kept.NOTHING),
        (AWS, "type(e).__name__", Kept.NOTHING),
        (AWS, "isinstance(e, ValueError)", Kept.NOTHING),
        (AWS, '"404" in str(e)', Kept.NOTHING),
        (AWS, "dict(request_id=None)", Kept.NOTHING),
        (ANTHROPIC, "str(e)", Kept.ID),
        (ANTHROPIC, "e.body", Kept.ID),
        (ANTHROPIC, "e.status_code", Kept.NOTHING),
        (GITHUB, "r", Kept.ID),
        (GITHUB, "r.headers", Kept.ID),
        (GITHUB, 'r.headers["X-GitHub-Request-Id"]', Kept.ID),
        (GITHUB, 'r.headers["Server"]', Kept.NOTHING),
        (GITHUB, "r.text", Kept.TEXT),
        (GITHUB, "r.json()", Kept.TEXT),
        (GITHUB, 'f"{r}"', Kept.TEXT),
    ],
)
def test_what_a_value_keeps_of_an_error(code: str, value: str, expected: Kept) -> None:
    assert kept(code, value) is expected


@pytest.mark.parametrize("root", ["logging", "warnings", "click", "rich", "sys", "os", "pprint"])
def test_what_tells_people_something_exists(root: str) -> None:
    if find_spec(root) is None:
        pytest.skip(f"{root} is not installed")
    names = [name for sheet in registry.libraries().speeches.sheets for name in (*sheet.names, *sheet.makers) if name.split(".")[0] == root]
    assert names
    for name in names:
        module, _, member = name.partition(".")
        parts = member.split(".")
        if root == "rich":
            module, parts = ("rich.console", parts[1:]) if parts[0] == "console" else ("rich", parts)
        if root == "click" and parts[0] == "exceptions":
            module, parts = "click.exceptions", parts[1:]
        assert callable(reduce(getattr, parts, importlib.import_module(module))), name
