"""Projects of more than one module."""

from __future__ import annotations

CLIENT = """\
import requests

from texts import GONE


def find(url):
    try:
        requests.get(url, timeout=5).raise_for_status()
    except requests.HTTPError as e:
        if GONE in str(e):
            return None
        raise
"""
"""A client whose mistake is told by a constant of a module beside it."""
