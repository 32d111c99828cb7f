"""In what names speak of another attempt: screens look for it in bytes, the semantic layer in names."""

from __future__ import annotations

SPEAKS_OF_AGAIN = r"(?i:retr(?:y|ie[rs]|ying)|attempt|again(?!st)|back_?off)"
"""In what a project may call its retries."""
