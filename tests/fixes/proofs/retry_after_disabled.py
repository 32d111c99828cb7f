"""ERR302: the retry layer waits as long as the server asks."""

from __future__ import annotations

from functools import partial

from errlint.model import Safety
from tests.fixes.claims import WAITED_AS_TOLD, not_
from tests.fixes.proof import Proof
from tests.support.answers import Answer, ok


def _asks_to_wait(answer: Answer) -> bool:
    """In the header that retry layers read; with 413 too, which they repeat for its sake alone."""
    return answer.status in (413, 429, 503) and any(name == "Retry-After" for name, _ in answer.headers)


def _says_no_wait(answer: Answer) -> bool:
    """Nowhere, or not in the header that the client reads: it takes its own wait, which is no longer random then."""
    return answer.status == 429 and not _asks_to_wait(answer)


ITEMS = "https://api.example.com/items"
BACKOFF, AIOHTTP = "retry_after_disabled/bad_backoff.py", "retry_after_disabled/bad_aiohttp.py"

passed = partial(Proof, "ERR302", "Pass `…`", on=_asks_to_wait, before=not_(WAITED_AS_TOLD), after=WAITED_AS_TOLD, then=(ok(),))
removed = partial(Proof, "ERR302", "Remove `…`", on=_asks_to_wait, before=not_(WAITED_AS_TOLD), after=WAITED_AS_TOLD, then=(ok(),))

PROOFS = [
    removed(
        "retry_after_disabled/bad_import_paths.py",
        "Api().session.get('https://api.example.com/items').status_code",
        "http",
    ),
    removed(
        "retry_after_disabled/bad_urllib3.py", "session().get('https://api.example.com/items').status_code", "http", only=Safety.UNSAFE
    ),
    removed(
        "retry_after_disabled/bad_urllib3.py",
        "first_argument().request('GET', 'https://api.example.com/items').status",
        "http",
        only=Safety.UNSAFE,
    ),
    removed(
        "retry_after_disabled/bad_urllib3.py",
        "session_of_a_gateway().get('https://api.example.com/items').status_code",
        "http",
        only=Safety.UNSAFE,
    ),
    removed("retry_after_disabled/bad_transport_of_httpx.py", "item('i1')", "girardai", only=Safety.SAFE),
    removed("retry_after_disabled/bad_transport_of_httpx.py", "item_later('i1')", "girardai", only=Safety.UNSAFE),
    passed(BACKOFF, f"fetch({ITEMS!r}).status_code", "girardai", only=Safety.SAFE),
    passed(BACKOFF, f"poll({ITEMS!r}).status_code", "girardai", only=Safety.SAFE),
    passed(BACKOFF, f"patient_poll({ITEMS!r}).status_code", "girardai", only=Safety.UNSAFE, changes=_says_no_wait),
    passed(AIOHTTP, "stock('i1')", "girardai", only=Safety.UNSAFE, changes=_says_no_wait),
    passed(AIOHTTP, "price('i1')", "girardai", only=Safety.SAFE),
]
