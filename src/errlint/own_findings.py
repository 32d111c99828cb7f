"""What the findings of the tool itself (ERR0xx) mean, and what to do about them."""

from __future__ import annotations

from errlint.model import TOOL_RULES, RuleText, Severity

PAGE = "https://errlint.readthedocs.io/rules/{name}/"
"""The address of the page about one of them."""

_SAID = {
    "ERR001": """A file that cannot be decoded or parsed

The message says what Python has against the file, or that it is nested too deeply to be parsed safely. The other files are checked all the
same. Files of other kinds that end in `.py` (templates, Python 2) belong into `exclude`.
""",
    "ERR002": """A rule that crashed

That is a mistake in the rule: please report it with the code around the place. Everything else is checked all the same. Only a comment that
names ERR002 silences it.
""",
    "ERR003": """A comment that silences findings, and is wrong

It is malformed, names a rule that does not exist, has ended (`until=`), gives no reason although `require-reason` is set, or silences
nothing.

A comment that silences nothing is taken away by `--fix`; one with a reason only by `--fix --unsafe-fixes`.
""",
    "ERR004": """A file that cannot be rewritten without losing white space

Its fixes are held back; its findings are right all the same. Form feeds, and spaces before the colon of `except (…) :`, are the reasons
that are known: take them out, or mend by hand.
""",
    "ERR005": """A file that cannot be read or written

The message says why: it vanished, it is no regular file, it changed while it was being fixed, the disk is full, it is read-only. A file
that cannot be written is left as it was, to the byte.
""",
    "ERR006": """A comment that names an API, and is wrong

The comment (`# errlint: api=…`) cannot be understood, or names an API that there is no catalogue of. `errlint catalogue list` shows the
ids; `api=none` stands for an API that no catalogue describes.
""",
    "ERR007": """An entry of `per-file-ignores` that silences nothing

Or it matches no file. Only a run over the whole folder of the settings, in which all rules that the entry means did run, can tell.

`--fix` takes the entry away, and `--unsafe-fixes` also one with a comment beside it.
""",
}
_WARNINGS = frozenset({"ERR003", "ERR006"})
"""Comments; what keeps a file from being checked is an error."""


def own_texts() -> tuple[RuleText, ...]:
    """What formats tell of them, by id."""
    return tuple(_text(id, name) for id, name in TOOL_RULES.items())  # noqa: A001


def _text(id: str, name: str) -> RuleText:  # noqa: A002
    doc = _SAID[id]
    severity = Severity.WARNING if id in _WARNINGS else Severity.ERROR
    return RuleText(id, name, doc.partition("\n")[0], doc, severity, PAGE.format(name=name))
