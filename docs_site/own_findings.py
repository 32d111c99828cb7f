"""What the findings of the tool itself (ERR0xx) mean, and what to do about them."""

from __future__ import annotations

SAID = {
    "ERR001": (
        "A file cannot be decoded or parsed. The other files are checked all the same.\n\n"
        "The message says what Python has against the file, or that it is nested too deeply to be parsed safely. Files of other kinds "
        "that end in `.py` (templates, Python 2) belong into `exclude`."
    ),
    "ERR002": (
        "A rule crashed. That is a mistake in the rule: please report it with the code around the place.\n\n"
        "Everything else is checked all the same. Only a comment that names ERR002 silences it."
    ),
    "ERR003": (
        "Something is wrong with a comment that silences findings. It is malformed, names a rule that does not exist, has ended "
        "(`until=`), gives no reason although `require-reason` is set, or silences nothing.\n\n"
        "A comment that silences nothing is taken away by `--fix`; one with a reason only by `--fix --unsafe-fixes`."
    ),
    "ERR004": (
        "A file cannot be rewritten without losing white space, so its fixes are held back. The findings are right all the same.\n\n"
        "Form feeds, and spaces before the colon of `except (…) :`, are the reasons that are known: take them out, or mend by hand."
    ),
    "ERR005": (
        "A file cannot be read or written. The message says why: it vanished, it is no regular file, it changed while it was being fixed, "
        "the disk is full, it is read-only.\n\nA file that cannot be written is left as it was, to the byte."
    ),
    "ERR006": (
        "A comment that names an API (`# errlint: api=…`) cannot be understood, or names one that there is no catalogue of.\n\n"
        "`errlint catalogue list` shows the ids; `api=none` stands for an API that no catalogue describes."
    ),
    "ERR007": (
        "An entry of `per-file-ignores` silences nothing, or matches no file. Only a run over the whole folder of the settings, in which "
        "all rules that the entry means did run, can tell.\n\n"
        "`--fix` takes the entry away, and `--unsafe-fixes` also one with a comment beside it."
    ),
}
"""By id, the text of the page; its first sentence stands in the list."""
