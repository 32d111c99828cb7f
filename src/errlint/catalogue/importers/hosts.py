"""Which hosts nobody's API has, whatever kind of document names them."""

from __future__ import annotations

import re

_NOBODYS = re.compile(r"(?:^|\.)(?:localhost|invalid|test|local)$|^example$|(?:^|\.)example\.(?:com|org|net)$")


def is_nobodys(host: str) -> bool:
    """Whether a host is one machine's own, or a domain that stands for any.

    Names below ``.example`` are taken at their word: who writes about an API that is not there yet gives it one of its own.
    """
    return bool(_NOBODYS.search(host))
