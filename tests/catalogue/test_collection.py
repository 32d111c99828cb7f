"""Which API a host, an import or an id stands for; and the words that wake the gate."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from errlint.catalogue import Catalogues, load_catalogues
from errlint.errors import UsageProblem

SHOP = """\
schema = 1
[api]
id = "shop"
name = "Shop"
hosts = ["*.myshop.com", "shop.example"]
host_env_hint = ["SHOP_URL"]
[[sdk]]
package = "shop"
import_roots = ["shop", "shared_sdk"]
[[surface]]
id = "graphql"
path_prefixes = ["/admin/graphql"]
"""

PLUS = """\
schema = 1
[api]
id = "plus"
name = "Shop Plus"
hosts = ["*.plus.myshop.com", "vip.myshop.com", "*-eu.cloud.example"]
path_prefixes = ["/api/"]
[[sdk]]
package = "plus"
import_roots = ["plus.client", "shared_sdk"]
"""


@pytest.fixture
def shops(write: Callable[..., Path]) -> Catalogues:
    return load_catalogues([write(SHOP, "shop.toml"), write(PLUS, "plus.toml")])


@pytest.mark.parametrize(
    ("host", "path", "answers"),
    [
        ("a.myshop.com", "", "shop"),
        ("A.MyShop.com:443", "", "shop"),
        ("a.myshop.com.", "/products", "shop"),
        ("a.b.myshop.com", "", "shop"),
        ("a.plus.myshop.com", "/api/x", "plus"),
        ("a.plus.myshop.com", "", "plus"),
        ("a.plus.myshop.com", "/shop", "shop"),
        ("vip.myshop.com", "/api/", "plus"),
        ("shop.example", "/admin/graphql.json", "shop/graphql"),
        ("shop.example", "/admin/products.json", "shop"),
        ("west-eu.cloud.example", "/api/1", "plus"),
        ("myshop.com", "", None),
        ("evilmyshop.com", "", None),
        ("a.myshop.com.evil.example", "", None),
        ("docs.myshop.com", "", None),
        ("developers.myshop.com", "/api", None),
        ("", "", None),
    ],
)
def test_the_most_precise_host_answers(shops: Catalogues, host: str, path: str, answers: str | None) -> None:
    found = shops.for_host(host, path)
    assert (found and found.id) == answers


def test_a_docs_host_is_not_the_api(built_in: Catalogues) -> None:
    assert built_in.for_host("docs.withgiga.ai") is None
    found = built_in.for_host("api.withgiga.ai", "/api/deployments/start")
    assert found is not None
    assert found.id == "withgiga"


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("shop", "shop"),
        ("shop.errors.Limited", "shop"),
        ("shopping", None),
        ("plus.client", "plus"),
        ("plus.client.Client", "plus"),
        ("plus", None),
        ("shared_sdk", None),
        ("shared_sdk.Client", None),
        ("requests", None),
    ],
)
def test_an_import_stands_for_an_api_only_if_it_is_its_alone(shops: Catalogues, name: str, answers: str | None) -> None:
    found = shops.for_name(name)
    assert (found and found.id) == answers


def test_ids_lead_to_catalogues_and_to_surfaces(shops: Catalogues) -> None:
    assert [catalogue.id for catalogue in shops] == ["plus", "shop"]
    assert shops.require("shop/graphql") is shops.get("shop/graphql")
    assert shops.get("none") is None


def test_an_unknown_id_is_met_with_the_nearest(built_in: Catalogues) -> None:
    with pytest.raises(UsageProblem) as caught:
        built_in.require("girard-ai")
    assert "girard-ai" in caught.value.message
    assert caught.value.hint == "did you mean 'girardai'?"


def test_an_id_like_no_other_is_met_with_all_there_are(built_in: Catalogues) -> None:
    with pytest.raises(UsageProblem) as caught:
        built_in.require("zzz")
    assert caught.value.hint is not None
    assert "withgiga" in caught.value.hint


def test_a_client_spells_an_address_or_imports_an_sdk(shops: Catalogues, built_in: Catalogues) -> None:
    assert shops.require("shop").addresses == {"myshop.com", "shop.example", "SHOP_URL"}
    assert shops.require("shop").import_roots == {"shop", "shared_sdk"}
    assert shops.require("plus").addresses == {"plus.myshop.com", "vip.myshop.com", "cloud.example"}
    assert shops.require("plus").import_roots == {"plus.client", "shared_sdk"}
    assert "amazonaws.com" in built_in.require("aws").addresses


def test_loading_catalogues_needs_neither_libcst_nor_rich() -> None:
    script = "import sys, errlint.catalogue; print(sorted({'libcst', 'rich', 'pygments', 'click'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
