"""Sentences as facts: the contract about messages and codes, what to do about statuses, the request id, headers, keys for writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from errlint.catalogue.importers.advice import advice, is_hedged
from errlint.catalogue.importers.blocks import sentences
from errlint.catalogue.importers.facts import API, ENVELOPE, FAILURE, IDEMPOTENCY, Advice, Facts, Place, code, status
from errlint.catalogue.importers.tokens import headers, looks_like_code, statuses, with_exceptions
from errlint.catalogue.schema import Format, Wait
from errlint.lean import dataclass

_MESSAGE = (
    r"(?:error )?(?:`?message`?s?|descriptions?|error text|human[- ]readable (?:text|string|message|detail|description)|wording|texts?)"
)
_CHANGES = r"(?:change|be (?:changed|reworded|localized|updated)|subject to change|not (?:stable|guaranteed|part of)|vary|differ)"
_DECIDING = r"(?:branch\w*|rely\w*|depend\w*|pars\w*|match\w*|switch\w*|us(?:e|ing)|compar\w*|program\w*)"
_ON = r"(?:on |by |from )?(?:the |its |their |an? )?(?:\S+ )?"
_UNSTABLE = re.compile(
    rf"\b{_MESSAGE}\b[^.]*\b(?:may|might|can|could|will|are|is)\b (?:also )?{_CHANGES}"
    rf"|\b(?:do not|don'?t|never|avoid|not|instead of|rather than)\b (?:\w+ ){{0,3}}{_DECIDING}\b[^.]{{0,40}}\b{_MESSAGE}\b"
    rf"|(?:[,(—–]|\band|\bbut) ?not {_ON}{_MESSAGE}\b|\b(?:instead of|rather than) {_ON}{_MESSAGE}\b"
    rf"|\bmay change\b[^.]*\b(?:don'?t|do not|never)\b (?:branch|rely|depend|parse|match)",
    re.IGNORECASE,
)
_SUBJECT_TO_CHANGE = re.compile(
    r"\b(?:may|might|can|could) change\b|\bsubject to change\b|\b(?:don'?t|do not|never) (?:branch|rely|depend|parse|match)\b",
    re.IGNORECASE,
)
_STABLE = re.compile(
    rf"\b{_MESSAGE}\b[^.]*\b(?:are|is|will remain) stable\b|\b{_MESSAGE}\b[^.]*\bwill (?:never|not) change\b", re.IGNORECASE
)
_DECIDE = re.compile(
    r"\b(?:branch|switch|decide|check|use|rely|inspect|handle|test|determine|identify|distinguish|key|match|look at|programmatically"
    r"|react)\b",
    re.IGNORECASE,
)
_OF_THE_SERVER = re.compile(r"\b(?:we|the (?:api|server|service))\b(?:\s+\w+){0,3}\s*$", re.IGNORECASE)
_BY_CODE = re.compile(
    r"\b(?:error\.|error[_ -]?|machine[- ]readable )?codes?\b"
    r"(?<!status code)(?<!status codes)(?<!http code)(?<!http codes)(?<!statuscode)|\berror_code\b",
    re.IGNORECASE,
)
_BY_STATUS = re.compile(r"\b(?:http|response) status\b|\bstatus ?codes?\b|\bhttp codes?\b", re.IGNORECASE)
_BY_TYPE = re.compile(r"\berror\.type\b|\b(?:error )?type (?:field|property|attribute)\b|\berror types?\b", re.IGNORECASE)
_ALL_CODES = re.compile(
    r"\b(?:all|every|each of the|complete (?:list|set|reference) of|full list of|exhaustive list of)(?: (?:the|of the|possible))?"
    r" (?:error )?codes?\b(?= (?:returned|used|emitted|that|the|this|our|of|in|an?)\b|[.:]?$)",
    re.IGNORECASE,
)
_SOME_CODES = re.compile(
    r"\b(?:common|frequent|typical|most important|some|selected)(?: of the)? (?:api )?(?:error )?codes\b"
    r"|\b(?:new|more|further|additional|other) (?:error )?codes (?:may|might|can|could|will)\b"
    r"|\b(?:not|non)[ -](?:an? )?(?:exhaustive|complete)\b",
    re.IGNORECASE,
)
_FAILURE = re.compile(r"\bnon-?(2xx|200)\b|\b(?:other than|outside(?: of)?(?: the)?) (2xx|200)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"^(?:(?:you|clients?) (?:may|can|should|must) )?(?:\w+ ){0,2}?(?:it|them|these|this|those|they|such|the request)\b"
    r"|^(?:when|if|once) (?:this|that|it) (?:happens|occurs)\b",
    re.IGNORECASE,
)
_ECHO = re.compile(r"\bechoe?(?:s|d)\b|\b(?:same|value) (?:as|of) (?:your|the)\b.*\bheader\b", re.IGNORECASE)
_IN_RESPONSES = re.compile(r"\b(?:respon\w+|return\w*|includ\w+|every|each|all|sent|support|repl\w+)\b", re.IGNORECASE)
_ID_HEADER = re.compile(r"(?:request|trace|correlation|transaction|debug|log|operation)-?id$|^cf-ray$", re.IGNORECASE)
_KEY_HEADER = re.compile(r"idempot", re.IGNORECASE)
_GOES_ON = re.compile(r"^(?:poll|wait|fix|retry|try|then|do not|don't|instead|check|correct)\b", re.IGNORECASE)
_OPERATION = re.compile(
    r"\b(?:from|when|while|on|during|after) "
    r"(?P<verb>creat|updat|delet|cancel|start|upload|execut|publish|submit|send|refund|captur|confirm)ing "
    r"(?:an? |the |your )?(?P<what>[a-z][\w-]*(?: [a-z][\w-]*)?)",
    re.IGNORECASE,
)
_VERBS = {"creat": "create", "updat": "update", "delet": "delete", "execut": "execute", "captur": "capture", "cancel": "cancel"}
_STOP = {"usually", "typically", "often", "means", "is", "can", "may", "will", "returns", "that", "which", "and", "or"}
_AUTH = re.compile(r"\b(Authorization)\b (?:header|: ?Bearer)|\bbearer (?:token|authentication)\b|\b(X-API-Key)\b", re.IGNORECASE)


def read_prose(text: str, at: Place, facts: Facts, *, of_errors: bool = True, under: Sequence[int] = ()) -> None:
    """Take down what running text says.

    :param of_errors: whether the page is about errors here; :param under: the status that the section is about.
    """
    last = _Thread()
    for line, sentence in _with_answers(sentences(text, at.line)):
        here = Place(at.source, line)
        _contract(sentence, here, facts)
        keys = [key for key in statuses(sentence) if key >= "3"]
        named = [one for one in last.subjects if one[0].isdigit()] if _PRONOUN.search(sentence) else []
        _mentions(sentence, keys, keys or named or [str(one) for one in under], here, facts)
        if of_errors:
            last = _advice(sentence, last, here, facts)


def _with_answers(pieces: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The sentences, a question as one with the first that answers it."""
    asked: list[tuple[int, str]] = []
    for line, sentence in pieces:
        asked.append((line, sentence))
        if len(asked) > 1 or not sentence.rstrip('*_`"” ').endswith("?"):
            yield asked[0][0], " ".join(text for _, text in asked)
            asked = []
    if asked:
        yield asked[0]


def read_cell(text: str, about: Sequence[str], at: Place, facts: Facts) -> None:
    """Take down what a cell of a table mentions besides its advice; ``about`` are the statuses of its row."""
    for line, sentence in sentences(text, at.line):
        keys = [key for key in statuses(sentence) if key >= "3"] or list(about)
        _mentions(sentence, keys, keys, Place(at.source, line), facts)


def _mentions(sentence: str, keys: Sequence[str], waits_on: Sequence[str], at: Place, facts: Facts) -> None:
    _ids(sentence, at, facts)
    _idempotency(sentence, keys, at, facts)
    _waits(sentence, waits_on, at, facts)


def read_header(name: str, text: str, on: Sequence[str], at: Place, facts: Facts) -> None:
    """Take down what is said of a header of answers."""
    low = name.lower()
    if _ID_HEADER.search(low):
        facts.add(ENVELOPE, "request_id_header", name, at)
    elif _KEY_HEADER.search(low):
        _idempotency(f"{name} {text}", [], at, facts)
    elif low.endswith("retry-after") or "retry-after" in low or re.search(r"reset|retry", low):
        formats = formats_in_words(name, text)
        subject = ("retry_after", "header", name)
        if not formats:
            facts.doubt(f"{name} may tell when to retry, but in which unit is not said", at)
        for shape in formats:
            facts.add(subject, "format", shape, at)
        for key in on if formats else ():
            facts.add(subject, "on", int(key) if key.isdigit() else key, at)


def formats_in_words(name: str, text: str) -> tuple[Format, ...]:
    """The format of a time to retry by the words that describe it; for Retry-After itself, else, what HTTP allows."""
    low = f" {text.lower()} "
    if name.lower().endswith("-ms") or "millisecond" in low:
        return ("epoch-ms",) if re.search(r"\bepoch|\bunix|timestamp", low) else ("milliseconds",)
    if re.search(r"\bunix\b|\bepoch\b", low):
        return ("epoch-seconds",)
    if re.search(r"\biso[ -]?8601\b|\brfc ?3339\b", low):
        return ("rfc3339",)
    found: list[Format] = []
    if re.search(r"\bseconds?\b(?! (?:window|per))", low):
        found.append("delta-seconds")
    if re.search(r"\bhttp[- ]date\b|\bdate\b", low):
        found.append("http-date")
    if not found and name.lower() == "retry-after":
        return ("delta-seconds", "http-date")
    return tuple(found)


def _contract(sentence: str, at: Place, facts: Facts) -> None:
    if _STABLE.search(sentence):
        facts.add(ENVELOPE, "message_contract", "stable", at)
    elif _UNSTABLE.search(sentence) or (
        re.match(r"(?i)^(?:error\.)?message\b", _context(sentence)) and _SUBJECT_TO_CHANGE.search(sentence)
    ):
        facts.add(ENVELOPE, "message_contract", "unstable", at)
    if _SOME_CODES.search(sentence):
        facts.add(ENVELOPE, "codes", "open", at)
    elif _ALL_CODES.search(sentence):
        facts.add(ENVELOPE, "codes", "complete", at)
    found = _FAILURE.search(sentence)
    if found is not None and re.search(r"(?i)\berror|\bfail|envelope", sentence):
        facts.add(FAILURE, "status", ">=300" if (found[1] or found[2]).lower() == "2xx" else "!=200", at)
    decide = _DECIDE.search(sentence)
    if decide is not None and not _OF_THE_SERVER.search(sentence[: decide.start()]):
        positive = re.split(r"(?i),? (?:not|instead of|rather than|never)\b", sentence)[0]
        kinds = (("code", _BY_CODE), ("status", _BY_STATUS), ("type", _BY_TYPE))
        order = sorted((match.start(), kind) for kind, pattern in kinds if (match := pattern.search(positive, decide.end())))
        if order and order[0][0] - decide.end() < 40:
            for _, kind in order:
                facts.add(ENVELOPE, "branch_on", kind, at)


def _context(sentence: str) -> str:
    return sentence.strip("`*• ")


def _ids(sentence: str, at: Place, facts: Facts) -> None:
    for name in headers(sentence):
        if not _ID_HEADER.search(name):
            continue
        if _ECHO.search(sentence):
            facts.add(ENVELOPE, "request_id_echo", name, at)
        elif _IN_RESPONSES.search(sentence) and not re.search(r"(?i)\b(?:send|set|pass|supply|provide) (?:an?|your|the)\b", sentence):
            facts.add(ENVELOPE, "request_id_header", name, at)
    auth = _AUTH.search(sentence)
    if auth is not None:
        facts.add(API, "auth_header", auth[2] or "Authorization", at)


def _waits(sentence: str, keys: Sequence[str], at: Place, facts: Facts) -> None:
    for name in headers(sentence):
        if not name.lower().endswith("retry-after"):
            continue
        subject = ("retry_after", "header", name)
        for shape in formats_in_words(name, sentence):
            # a sentence that gives no unit knows no better than HTTP itself
            facts.add(subject, "format", shape, at, "stated" if re.search(r"(?i)\bseconds?\b|\bdate\b|-ms\b", sentence) else "inferred")
        for key in keys:
            facts.add(subject, "on", int(key) if key.isdigit() else key, at)


def _idempotency(sentence: str, keys: Sequence[str], at: Place, facts: Facts) -> None:
    for name in headers(sentence):
        if not _KEY_HEADER.search(name):
            continue
        facts.add(IDEMPOTENCY, "header", name, at)
        low = sentence.lower()
        numbers = [int(key) for key in keys if key.isdigit()]
        if re.search(r"\b(?:missing|required|must|mandatory|without)\b", low):
            methods = re.findall(r"\b(POST|PUT|PATCH|DELETE)\b", sentence)
            writes = re.search(r"\bwrites?\b|\bwriting\b|\bmutat", low)
            for method in methods or (("POST", "PUT", "PATCH", "DELETE") if writes else ()):
                facts.add(IDEMPOTENCY, "required_on", method, at)
            if "missing" in low and len(numbers) == 1:
                facts.add(IDEMPOTENCY, "missing", numbers[0], at)
        if (
            re.search(r"\breus\w+|\bcollision\b|\bsame \S*key\b|\bmismatch", low)
            and re.search(r"\bdifferent\b|\bcollision\b|\bmismatch", low)
            and len(numbers) == 1
        ):
            facts.add(IDEMPOTENCY, "mismatch", numbers[0], at)
        if re.search(r"\bnew \S+ is not (?:needed|required)\b|\bsame \S*key\b", low) and re.search(r"retr|again|resend", low):
            facts.add(
                IDEMPOTENCY, "reuse_on_retry", "same_key_if_body_unchanged" if "unchanged" in low or "same body" in low else "same_key", at
            )


@dataclass(frozen=True, slots=True)
class _Thread:
    """What the sentences before were about; "it" and an instruction without an object mean that."""

    subjects: tuple[str, ...] = ()
    operation: str = ""
    hedged: bool = False


def _advice(sentence: str, last: _Thread, at: Place, facts: Facts) -> _Thread:
    """What a sentence advises for the statuses and codes that it names, or that the sentence before it named."""
    positive, excepted = with_exceptions(sentence)
    keys = [key for key in statuses(positive) if key[0] in "45"]
    names = [word for word in re.findall(r"[A-Za-z][\w.]*", positive) if looks_like_code(word) and (word.isupper() or "_" in word)]
    said = advice(sentence, imperative=not keys and bool(_PRONOUN.search(sentence)))
    found = _OPERATION.search(sentence)
    thread = last
    if keys or names:
        thread = _Thread((*keys, *names), _operation(found) if found else "", said.hedged if said else is_hedged(sentence))
    elif not (_PRONOUN.search(sentence) or _GOES_ON.match(sentence)):
        return last if said is None else _Thread()
    if said is None or (said.inferred and keys):
        return thread
    one = replace(said, operation=thread.operation, hedged=said.hedged or thread.hedged, inferred=False)
    for subject in thread.subjects:
        facts.add(status(subject) if subject[0].isdigit() else code(subject), "advice", one, at)
    for key in statuses(excepted) if said.retry in {"yes", "no"} else ():
        wait: Wait = "retry_after" if "retry-after" in sentence.lower() else ""
        facts.add(status(key), "advice", Advice("no") if said.retry == "yes" else Advice("yes", wait), at, "inferred")
    return thread


def _operation(found: re.Match[str]) -> str:
    words: list[str] = []
    for word in found["what"].split():
        if word.lower() in _STOP:
            break
        words.append(word.lower())
    stem = found["verb"].lower()
    return f"{_VERBS.get(stem, stem)} {' '.join(words)}".strip()
