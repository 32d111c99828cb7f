"""Which API a call talks to: every way to say it, and which of them wins."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from errlint.catalogue import Catalogues, load_catalogues
from tests.semantics.asking import meaning

ACME = """
schema = 1
[api]
id = "acme"
name = "Acme"
hosts = ["api.acme.example", "*.shop.acme.example"]
host_env_hint = ["ACME_URL"]
[envelope]
code = [{ json = "$.error.code" }]
[[sdk]]
package = "openai"
import_roots = ["openai"]
shared_protocol = true
"""
OTHER = """
schema = 1
[api]
id = "other"
name = "Other"
hosts = ["api.other.example"]
[envelope]
code = [{ json = "$.code" }]
[[sdk]]
package = "stripe"
import_roots = ["stripe"]
"""
SELF_HOSTED = """
schema = 1
[api]
id = "self-hosted"
name = "Self-hosted"
[[sdk]]
package = "openai"
import_roots = ["openai"]
clients = ["openai.AzureOpenAI"]
"""


@pytest.fixture(scope="module")
def apis(tmp_path_factory: pytest.TempPathFactory) -> Catalogues:
    folder = tmp_path_factory.mktemp("catalogues")
    texts: dict[str, str] = {"acme": ACME, "other": OTHER, "self-hosted": SELF_HOSTED}
    paths: list[Path] = []
    for name, text in texts.items():
        paths.append(folder / f"{name}.toml")
        paths[-1].write_text(text, encoding="utf-8")
    return load_catalogues(paths)


def api_of(code: str, of: str, apis: Catalogues, api: str | None = None) -> str | None:
    found = meaning(code, of, api=api, catalogues=apis)
    assert found is not None, f"`{of}` has no meaning"
    return found.catalogue.id if found.catalogue is not None else None


@pytest.mark.parametrize(
    "address",
    [
        '"https://api.acme.example/v1/items"',
        '"https://api.acme.example:8443/v1"',
        'f"{BASE}/items/{item}"',
        'f"{SCHEME}://api.acme.example/items"',
        'f"https://{HOST}/items"',
        'f"https://{tenant}.shop.acme.example/items"',
        'BASE + "/items"',
        'BASE.rstrip("/") + "/items"',
        '"%s/items/%s" % (BASE, item)',
        '"%s/items" % BASE',
        '"{}/items".format(BASE)',
        '"{base}/items".format(base=BASE)',
        "PATTERN.format(item=item)",
        'urljoin(BASE, "items")',
        'urljoin(anything, "https://api.acme.example/items")',
        '"/".join([BASE, "items", item])',
        'os.path.join(BASE, "items")',
        'yarl.URL(BASE) / "items"',
        "str(yarl.URL(BASE))",
        'os.environ["ACME_URL"] + "/items"',
        'os.getenv("ACME_URL")',
        "f\"{os.environ.get('ANY_URL', BASE)}/items\"",
        '(os.environ.get("ANY_URL") or BASE) + "/items"',
        'URLS["items"]',
        "url_of(item)",
        "Urls.ITEMS",
        "Urls().ITEMS if item else BASE",
        "HOSTED + item",
        'f"{HOSTED}{item}"',
        'f"{HOSTED}{tenant}{item}.json"',
        '"%s%s" % (HOSTED, item)',
        '"{}{}".format(HOSTED, item)',
        '"{0}{1}".format(HOSTED, item)',
        "urljoin(HOSTED, item)",
        '"".join((HOSTED, item))',
        'f"https://{tenant}.shop.acme.example{item}"',
        "url_under(item)",
    ],
)
def test_the_host_is_read_however_the_url_is_put_together(address: str, apis: Catalogues) -> None:
    code = f"""
import os
from urllib.parse import urljoin
import requests
import yarl

SCHEME = os.environ["SCHEME"]
HOST = "api.acme.example"
BASE = f"https://{{HOST}}/v1"
PATTERN = "https://api.acme.example/{{item}}"
HOSTED = "https://api.acme.example"
URLS = {{"other": "https://api.other.example", "items": "https://api.acme.example/items"}}

class Urls:
    ITEMS = BASE + "/items"

def url_under(path, base_url=HOSTED):
    url = base_url
    url += path
    return url

def url_of(item):
    return f"{{BASE}}/items/{{item}}"

def fetch(item, tenant, anything):
    return requests.get({address}, timeout=5)
"""
    assert api_of(code, f"requests.get({address}, timeout=5)", apis) == "acme"


@pytest.mark.parametrize(
    "address",
    [
        '"https://unknown.example/items"',
        'f"https://{host}/items"',
        "url",
        '"/items"',
        'f"{base}/https://api.acme.example"',
        '"api acme"',
        "42",
        '"https://api.acme.example" + ".evil.example"',
        '"https://api.acme.example" + ".evil.example" + url',
        '"https://api." + host',
        '"https://api.acme." + host',
        'f"https://api.{host}.example"',
        'f"https://api.acme.{host}/items"',
        'host + ".example"',
    ],
)
def test_without_a_host_that_is_known_nothing_is_bound(address: str, apis: Catalogues) -> None:
    code = f"""
import requests

def fetch(host, url, base):
    return requests.get({address}, timeout=5)
"""
    assert api_of(code, f"requests.get({address}, timeout=5)", apis) is None


@pytest.mark.parametrize(
    ("made", "call"),
    [
        ('httpx.Client(base_url="https://api.acme.example")', 'client.get("/items")'),
        ("httpx.AsyncClient(base_url=BASE, timeout=5)", 'client.get("/items")'),
        ('aiohttp.ClientSession("https://api.acme.example")', 'client.get("/items")'),
        ("http.client.HTTPSConnection(HOST)", "client.getresponse()"),
        ('openai.OpenAI(api_key="k")', "client.responses.create()"),
        ("openai.OpenAI(base_url=BASE)", "client.responses.create()"),
        ("openai.OpenAI(base_url=None)", "client.responses.create()"),
    ],
)
def test_a_call_belongs_to_the_api_of_its_client(made: str, call: str, apis: Catalogues) -> None:
    code = f"""
import aiohttp, http.client, httpx, openai

HOST = "api.acme.example"
BASE = "https://" + HOST
client = {made}

def fetch():
    return {call}
"""
    assert api_of(code, call, apis) == "acme"


def test_a_path_may_follow_without_a_slash(apis: Catalogues) -> None:
    code = """
import requests

class Client:
    def __init__(self, base_url="https://api.acme.example"):
        self.base_url = base_url
        self.session = requests.Session()

    def url(self, path):
        return self.base_url + path

    def get(self, path):
        return self.session.get(self.url(path), timeout=5)
"""
    assert api_of(code, "self.session.get(self.url(path), timeout=5)", apis) == "acme"


def test_attributes_of_classes_carry_addresses_and_clients(apis: Catalogues) -> None:
    code = """
    import requests

    class Client:
        host = "api.acme.example"

        def __init__(self, base_url="https://api.acme.example"):
            self.base_url = base_url
            self.session = requests.Session()

        @property
        def items(self):
            return f"https://{self.host}/items"

        def _url(self, path):
            return f"{self.base_url}/{path}"

        def one(self):
            return self.session.get(self._url("items"))

        def two(self):
            return self.session.post(self.items)
    """
    assert api_of(code, 'self.session.get(self._url("items"))', apis) == "acme"
    assert api_of(code, "self.session.post(self.items)", apis) == "acme"


@pytest.mark.parametrize(
    ("made", "answer"),
    [
        ("openai.OpenAI()", "acme"),
        ('openai.OpenAI(base_url="https://api.other.example/v1")', "other"),
        ('openai.OpenAI(base_url="https://unknown.example/v1")', None),
        ("openai.OpenAI(base_url=settings.url)", None),
        ('openai.OpenAI(base_url=os.environ["SOME_URL"])', None),
    ],
)
def test_the_host_beats_the_sdk_for_calls_and_for_exceptions(made: str, answer: str | None, apis: Catalogues) -> None:
    code = f"""
    import os
    import openai
    from app import settings

    client = {made}

    def ask():
        try:
            return client.responses.create(input="")
        except openai.RateLimitError as e:
            return e.code

    def elsewhere(work):
        try:
            return work()
        except openai.RateLimitError as error:
            return error.code
    """
    assert api_of(code, 'client.responses.create(input="")', apis) == answer
    assert api_of(code, "e.code", apis) == answer
    assert api_of(code, "error.code", apis) == answer


@pytest.mark.parametrize("made", ["stripe.StripeClient()", 'stripe.StripeClient(base_url="http://localhost:12111")'])
def test_an_sdk_that_nobody_else_answers_to_calls_its_vendor_whatever_the_address(made: str, apis: Catalogues) -> None:
    assert api_of(f"import stripe\nclient = {made}\nclient.charges.create()\n", "client.charges.create()", apis) == "other"


def test_a_class_of_an_sdk_may_call_another_api_than_the_rest(apis: Catalogues) -> None:
    code = """
    import openai

    client = openai.AzureOpenAI(api_key="k")

    def ask():
        try:
            return client.responses.create()
        except openai.RateLimitError as e:
            return e.code
    """
    assert api_of(code, "client.responses.create()", apis) == "self-hosted"
    assert api_of(code, "e.code", apis) == "self-hosted"


def test_two_clients_of_one_sdk_are_told_apart_where_the_call_is_seen(apis: Catalogues) -> None:
    code = """
    import openai

    ours = openai.OpenAI(base_url="https://api.other.example/v1")
    theirs = openai.OpenAI()

    def ask():
        try:
            return ours.responses.create(input="")
        except openai.RateLimitError as e:
            return e.code

    def ask_them():
        try:
            return theirs.responses.create(input="")
        except openai.RateLimitError as error:
            return error.code

    def work(job):
        try:
            return job()
        except openai.RateLimitError as problem:
            return problem.code
    """
    assert api_of(code, "e.code", apis) == "other"
    assert api_of(code, "error.code", apis) == "acme"
    assert api_of(code, "problem.code", apis) is None


def test_an_address_that_an_sdk_sends_somewhere_is_not_the_api(apis: Catalogues) -> None:
    code = """
    import openai
    import stripe

    client = openai.OpenAI()

    def hook():
        stripe.WebhookEndpoint.create(url="https://api.acme.example/hook")
        client.hooks.create(url="https://api.other.example/hook")
    """
    assert api_of(code, 'stripe.WebhookEndpoint.create(url="https://api.acme.example/hook")', apis) == "other"
    assert api_of(code, 'client.hooks.create(url="https://api.other.example/hook")', apis) == "acme"


def test_the_error_of_one_sdk_is_not_that_of_the_call_beside_it(apis: Catalogues) -> None:
    code = """
    import openai, requests, stripe

    def pay():
        try:
            requests.get("https://api.acme.example/price").raise_for_status()
            stripe.Charge.create()
        except stripe.CardError as e:
            return e.code
        except requests.HTTPError as error:
            return error.response

    def pay_anyhow():
        try:
            requests.get("https://api.acme.example/price").raise_for_status()
            stripe.Charge.create()
        except Exception as problem:
            return str(problem)
    """
    assert api_of(code, "e.code", apis) == "other"
    assert api_of(code, "error.response", apis) == "acme"
    assert api_of(code, "str(problem)", apis) is None


def test_what_the_user_names_serves_where_nothing_else_is_known(apis: Catalogues) -> None:
    code = """
    import requests, stripe

    def fetch(url):
        requests.get(url)
        requests.post("https://unknown.example")
        requests.put("https://api.acme.example")
        stripe.Charge.create()
    """
    calls = ["requests.get(url)", 'requests.post("https://unknown.example")', 'requests.put("https://api.acme.example")']
    assert [api_of(code, call, apis, "self-hosted") for call in (*calls, "stripe.Charge.create()")] == [
        "self-hosted", "self-hosted", "acme", "other",
    ]  # fmt: skip


COMMENTS = {
    "on the line of a statement": """
        def fetch(url):
            answer = requests.get(url)  # errlint: api=acme the staging host
            other = requests.post(url)
    """,
    "on the last line of a statement": """
        def fetch(url):
            answer = requests.get(
                url
            )  # errlint: api=acme
            other = requests.post(url)
    """,
    "alone above a statement": """
        def fetch(url):
            # errlint: api=acme
            # (the staging host)
            answer = requests.get(url)
            other = requests.post(url)
    """,
    "on a def": """
        def fetch(url):  # errlint: api=acme
            answer = requests.get(url)

        def push(url):
            other = requests.post(url)
    """,
    "on a class": """
        class Client:  # errlint: ignore[ERR101]  # errlint: api=acme
            def fetch(self, url):
                answer = requests.get(url)

        def push(url):
            other = requests.post(url)
    """,
    "above a class": """
        # errlint: api=acme
        class Client:
            def fetch(self, url):
                answer = requests.get(url)

        def push(url):
            other = requests.post(url)
    """,
    "a call is nearer than its class": """
        class Client:  # errlint: api=other
            def fetch(self, url):
                answer = requests.get(url)  # errlint: api = acme

        def push(url):
            other = requests.post(url)
    """,
    "a comment beats the host": """
        def fetch(url):
            answer = requests.get("https://api.other.example")  # errlint: api=acme
            other = requests.post(url)
    """,
}


@pytest.mark.parametrize("where", COMMENTS)
def test_a_comment_binds_what_it_stands_at(where: str, apis: Catalogues) -> None:
    code = "import requests\n" + dedent(COMMENTS[where])
    call = next(line.partition("answer = ")[2].partition("  #")[0] for line in code.splitlines() if "answer = " in line)
    call = call if call.endswith(")") else "requests.get(\n        url\n    )"
    assert api_of(code, call, apis) == "acme"
    assert api_of(code, "requests.post(url)", apis) is None


def test_a_comment_at_the_top_binds_the_file(apis: Catalogues) -> None:
    code = '''
    #!/usr/bin/env python
    # errlint: api=self-hosted
    """The client."""
    import requests

    def fetch(url):
        requests.get(url)
        requests.post("https://unknown.example")
        requests.put("https://api.acme.example")
        requests.patch(url)  # errlint: api=none
    '''
    calls = ["requests.get(url)", 'requests.post("https://unknown.example")', 'requests.put("https://api.acme.example")']
    assert [api_of(code, call, apis) for call in calls] == ["self-hosted", "self-hosted", "acme"]
    assert api_of(code, "requests.patch(url)", apis) is None


def test_why_is_told(apis: Catalogues) -> None:
    code = """
    import openai, requests

    client = openai.OpenAI()
    requests.get("https://api.acme.example")
    requests.post("https://unknown.example")
    requests.put(url)  # errlint: api=other
    """
    reasons = {}
    for of in (
        "openai.OpenAI()",
        'requests.get("https://api.acme.example")',
        'requests.post("https://unknown.example")',
        "requests.put(url)",
    ):
        found = meaning(code, of, catalogues=apis)
        assert found is not None
        assert found.api is not None
        reasons[of.partition("(")[0]] = found.api.because
    assert reasons == {
        "openai.OpenAI": "the SDK `openai`",
        "requests.get": "the host `api.acme.example`",
        "requests.post": "no catalogue knows the host `unknown.example`",
        "requests.put": "the comment in line 7",
    }
