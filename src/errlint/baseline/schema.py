"""The keys of a baseline file. Imported only when there is one to read."""

from __future__ import annotations

from typing import Literal

import msgspec


class AcceptedFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that is accepted, ``times`` times; ``shown`` is for people."""

    path: str
    rule: str
    code: str
    shown: str = ""
    times: int = 1


class BaselineFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file."""

    version: Literal[1]
    accepted: tuple[AcceptedFinding, ...] = ()
