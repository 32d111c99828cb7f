"""The exceptions of real SDKs belong to the API that the call talks to: the vendor's, unless the SDK is sent elsewhere."""

from __future__ import annotations

import libcst as cst
import pytest

from errlint import registry
from errlint.semantics.analysis import Semantics
from errlint.semantics.program.tree import Tree

HANDLER = """
import boto3, github, openai, requests
from botocore.exceptions import ClientError
from settings import ADDRESS

try:
    {call}
except {error} as e:
    print(e)
"""


@pytest.mark.parametrize(
    ("call", "error", "api"),
    [
        ("openai.OpenAI().chat.completions.create()", "openai.APIError", "openai"),
        ("openai.OpenAI(base_url='https://api.openai.com/v1').models.list()", "openai.APIError", "openai"),
        ("openai.AzureOpenAI(azure_endpoint=ADDRESS).models.list()", "openai.APIError", "azure-openai"),
        ("openai.OpenAI(base_url='https://llm.example.org/v1').models.list()", "openai.APIError", None),
        ("openai.OpenAI(base_url=ADDRESS).models.list()", "openai.APIError", None),
        ("openai.OpenAI(base_url='https://api.groq.com/openai/v1').models.list()", "openai.APIError", "groq"),
        ("client.models.list()", "openai.APIError", "openai"),
        ("github.Github(base_url=ADDRESS).get_repo('a/b')", "github.GithubException", "github"),
        ("boto3.client('s3', endpoint_url=ADDRESS).list_buckets()", "ClientError", "aws"),
        ("requests.get('https://api.github.com/user').raise_for_status()", "requests.HTTPError", "github"),
        ("requests.get(ADDRESS).raise_for_status()", "requests.HTTPError", None),
        ("requests.get('https://api.example.org/user').raise_for_status()", "Exception", None),
    ],
)
def test_the_exception_of_a_handler_belongs_to_the_api_of_the_call(call: str, error: str, api: str | None) -> None:
    code = HANDLER.format(call=call, error=error)
    semantics = Semantics(Tree.of(cst.parse_module(code)), registry.libraries(), registry.catalogues(()))
    (handler,) = semantics.tree.all(cst.ExceptHandler)
    caught = semantics.evaluator.caught(handler)
    assert caught is not None
    assert (caught.catalogue.id if caught.catalogue else None) == api
