"""The words with which documents speak of retries, waits and remedies. :mod:`.advice` says what they amount to."""

from __future__ import annotations

import re


def _one_of(*alternatives: str) -> str:
    return "(?:" + "|".join(alternatives) + ")"


def _words(*alternatives: str) -> re.Pattern[str]:
    """Any of these, as whole words, in any case."""
    return re.compile(rf"\b{_one_of(*alternatives)}\b", re.IGNORECASE)


# retries ------------------------------------------------------------------------------------------------------------------------

AGAIN = _one_of(
    r"re-?tr(?:y|ies|ied|ying|yable|iable)",
    r"try(?:ing)?(?: (?:the|your|this))?(?: same)?(?: \w+)? again",
    r"re-?send(?:ing)?",
    r"re-?submit(?:ting)?",
    r"re-?attempt(?:s|ed|ing)?",
    r"repeat(?:ing)? (?:the|your) (?:same )?\w+",
    r"re-?issue the request",
    r"send (?:it|the request|your request) again",
    r"(?:ask|call) (?:for (?:it|them) )?again",
)
RETRY = re.compile(rf"\b(?:non-?)?{AGAIN}\b", re.IGNORECASE)

_NEVER = _one_of(
    "do not", "don'?t", "does not", "doesn'?t", "never", "not", "cannot", "can'?t", "isn'?t", "aren'?t", "should ?n[o']t", "must not",
    "won'?t", "avoid", "without", "no need to", "no", "stop",
)  # fmt: skip
_IN_VAIN = _one_of(
    "will not", "won'?t", "does not", "doesn'?t", "is not", "isn'?t", "never", "cannot", "can'?t", "is pointless", "is useless"
)  # fmt: skip
NOT = re.compile(
    _one_of(
        rf"\b{_NEVER}\b(?:\s+(?!but\b|only\b)[\w-]+){{0,3}}?\s+(?:non-?)?{AGAIN}\b",
        r"\bnon-?re-?tr(?:y|i)able\b",
        rf"\b{AGAIN}(?: \w+){{0,4}} {_IN_VAIN}\b(?! be (?:charged|processed))",
        r"\b(?:permanent|not transient|fatal) (?:error|failure)s?\b",
        r"\bwill (?:always |never |still |just )?(?:fail|succeed) again\b",
    ),
    re.IGNORECASE,
)
BEFORE = re.compile(rf"^(?P<change>.*?),?\s*\bbefore (?:you )?(?:\w+ )?{AGAIN}", re.IGNORECASE)
THEN = re.compile(rf"^(?P<change>.*?)(?P<glue>,? (?:and )?then|,? and|,) (?:\w+ )?{AGAIN}\b", re.IGNORECASE)
AFTER = re.compile(
    rf"\b{AGAIN}\b(?:\s+\w+)?(?:\s+\w+)?,? (?:only )?(?P<when>after|once|when|as soon as|if|unless|until|before)\s+(?P<change>.+)$",
    re.IGNORECASE,
)
NOT_AT_ONCE = re.compile(
    rf"\b{AGAIN}\b(?: (?:it|them|(?:the|this|your) (?:same )?\w+))? "
    r"(?:immediately|instantly|at once|right away|straight ?away|in a (?:tight )?loop|(?:too|so) (?:soon|often|fast|quickly|early)"
    r"|without (?:an? |any )?(?:\w+ )?(?:delay|wait(?:ing)?|back-?off|pause))\b",
    re.IGNORECASE,
)
"""What a "do not" goes with that speaks of the pace alone."""
ANOTHER_DAY = re.compile(
    rf"\b{AGAIN}\b,? (?P<change>(?:(?:on )?(?:an)?other (?:day|date)|on a later (?:day|date)|tomorrow"
    r"|(?:the )?next (?:\w+ )?(?:day|week|month|period|cycle))\b.*)$",
    re.IGNORECASE,
)
ONE_OF_TWO = re.compile(r"\bin the (?:first|second|third|former|latter|last|other) case\b", re.IGNORECASE)
"""Advice for one of several things that the same words are about."""
LOOK_INTO = re.compile(
    r"^(?:please )?(?:(?:query|look up|retrieve|fetch)(?:ing)? (?P<thing>(?:the|its|your) .+)"
    r"|(?:query|check|verify|inspect|get|fetch|know)(?:t?ing|ied|ed)? "
    r"(?P<state>(?:(?:the|its) )?(?:\w+ )?(?:status|state|outcome|result)\b.*|(?:whether|if) .+))$",
    re.IGNORECASE,
)
"""Asking how something stands, which changes nothing."""
KINDS_ONLY = re.compile(
    rf"\b{AGAIN}\s+(?!(?:requests|calls|errors|failures|attempts|times|always|this|as|unless)\b)"
    r"(?:[A-Za-z]+ )?(?:[a-z]+(?<!s)s|(?-i:[A-Z]{3,}))\b(?! the\b)",
    re.IGNORECASE,
)
"""A "never" for some requests of all: "never retry payments"."""
NEW_KEY = re.compile(
    r"^(?:please |then |first,? )*(?:refresh|re-?new|rotate|re-?generate|re-?authenticate|re-?authorize|re-?login|(?:log|sign) in again"
    r"|(?:get|obtain|request|fetch|generate|create) an? (?:new|fresh) )",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"^\W*(?:\w+\W+){0,2}?"
    r"(?:(?:is|are|can|may|should|must|shall|do|does|will|could|would) (?:i|we|it|you|they|this|that|the|clients?|these|an?)\b"
    rf"|(?:safe to |can be |may be )?(?:non-?)?{AGAIN}$)",
    re.IGNORECASE,
)
"""What a "yes" or "no" behind it answers: "May I retry?", "Retryable: no"."""
ANSWER = re.compile(r"^\W*(?:(?P<no>no|never|not)|(?P<yes>yes|sure|certainly|of course))\b\W*(?P<rest>.*)$", re.IGNORECASE)
RESTRICTION = re.compile(
    r"^(?:(?P<glue>but|only|and|however|though)\b,? ?)*"
    r"(?:(?P<when>if|when|once|after|unless|until|except|provided|as long as|from|with|using|for|on|by|under|in|GET"
    r"|idempotent|reads?|safe (?:methods|requests))\b\s*(?P<change>.*))?",
    re.IGNORECASE | re.DOTALL,
)
"""What may stand behind a "yes" so that it is none for the same request at any time."""
COUNT = re.compile(r"\b(?:once|twice|thrice|times?|attempts?|retries|at most|no more than|up to|maximum|seldom|sparingly)\b", re.IGNORECASE)
WITH = re.compile(rf"\b{AGAIN}(?: \w+){{0,2}} (?:with|using)\s+(?:an? |the |your )?(?P<change>.+)$", re.IGNORECASE)
FIRST = re.compile(r"^(?P<change>[a-z]+ .+?) first\b(?!\W*\w+ (?:character|page|item|time))", re.IGNORECASE)
_MOMENT = r"(?!\w*[\s-]?retry|the (?:time|number|duration|period|interval|window|limit|rate)|\d|a |at least|some|few)"
POLL = re.compile(
    rf"\b(?:poll|check back on|wait (?:for|until) {_MOMENT}(?=.*\b(?:finish|complete|ready|process|available|end))\w*)\s*(?P<poll>[^,.;]*)",
    re.IGNORECASE,
)

# waits --------------------------------------------------------------------------------------------------------------------------

_TOLD = _one_of("specified", "indicated", "returned", "suggested", "given", "provided", "recommended", "required", "stated")
_TIME = _one_of("time", "delay", "interval", "period", "duration", "seconds", "wait")
SERVER_TIME = _words(
    r"retry-after",
    r"retry after (?:header|value|seconds)",
    rf"{_TOLD}\b(?: \w+){{0,3}} {_TIME}",
    rf"{_TIME}\b(?: \w+){{0,2}} {_TOLD}",
    r"until the (?:rate[- ]limit )?(?:window|limit|quota|rate)\w* (?:resets?|expires?|is reset)",
)
_FEWER = r"(?:reduce|lower|decrease|throttle|spread)\b(?: \w+){0,3} (?:rate|frequency|requests?|calls|traffic|load)(?! size)"
_SLOWER = (r"slow(?:ing)?(?: \w+)? down", r"back(?:ing)?[- ]?off", _FEWER)
OWN_TIME = _words(
    *_SLOWER,
    r"exponential(?:ly)?", "later", r"(?:a|one|few) (?:moment|while|seconds?|minutes?|bit)", "shortly", r"wait(?:ing)?", "delays?",
    r"(?:in|after|for) \d+ (?:m?s|seconds?|minutes?|hours?)",
)  # fmt: skip
THROTTLE = re.compile(rf"\b{_one_of(*_SLOWER)}\b|^wait\b", re.IGNORECASE)
TIME_ONLY = re.compile(
    "^"
    + _one_of("the ", "a ", "an ", "one ", "some ", "at least ", "about ", "around ", "up to ",
              "waiting ", "you ", "we ", "your ", "it ", "in ")
    + "*"
    + _one_of(
        r"retry[- ]after\b", "backoff", "back", "exponential", "linear", "progressive", "increasing ", "random", "jitter", "same",
        "caution", r"\d", "few ", "little ", "short ", "brief ", "longer ", "later", "moment", "while", "wait", "delay", "time",
        "number", "specified", "indicated", "suggested", "period", "interval", "duration", "seconds?", "minutes?", "hours?",
        "rate", "window", "limit", "quota", "reset", "midnight", "tomorrow",
    ),
    re.IGNORECASE,
)  # fmt: skip
"""What time alone brings about: "a few seconds", "the limit resets"."""

# circumstances ------------------------------------------------------------------------------------------------------------------

PERSISTS = re.compile(
    r"^(?:if|when|unless|should) (?:the |this |it |that )?(?:\w+ )?"
    r"(?:persists?|continues?|keeps?|still|(?:happens|occurs) (?:again|repeatedly|often)|repeats|recurs|problem|issue|error)",
    re.IGNORECASE,
)
ROLLED_BACK = _words(
    "rolled back",
    "was not (?:applied|saved|processed|committed|executed|created)",
    "nothing was (?:written|saved|changed)",
    "no (?:changes|charge) (?:were|was) made",
)
MAY_BE_DONE = _words(
    r"may (?:still )?(?:have|be) (?:been )?(?:partially |already )?(?:succeeded|processed|applied|completed|created|executed)"
)
KEY = re.compile(
    r"\b(?:a )?new (?:\S+ )?idempotency[- ]key\b(?P<no>.*\b(?:not|isn't) (?:needed|required|necessary)\b)?|\bsame idempotency[- ]key\b",
    re.IGNORECASE,
)
HEDGE = _words("usually", "typically", "often", "generally", "most likely", "sometimes", "mostly", "in most cases")

# remedies -----------------------------------------------------------------------------------------------------------------------

_VERBS = _one_of(
    "activate", "add", "adjust", "ask", "change", "check", "choose", "configure", "confirm", "contact", "correct", "create", "enable",
    "ensure", "fix", "generate", "get", "grant", "include", "increase", "install", "log", "look", "make", "obtain", "pass", "pick",
    "provide", "reach", "re-?authenticate", "re-?authorize", "re-?connect", "re-?create", "reduce", "re-?enable", "refer", "refresh",
    "regenerate", "remove", "rename", "renew", "replace", "report", "request", "re-?set", "re-?view", "rotate", "see", "select", "send",
    "set", "shorten", "sign", "specify", "split", "supply", "switch", "top", "update", "upgrade", "use", "validate", "verify", "visit",
    "wait",
)  # fmt: skip
IMPERATIVE = re.compile(
    rf"^(?:please |you (?:must|should|need to|have to|can) |(?:try|consider) (?=\w+ing\b)|(?:then|also|instead|first),? )*{_VERBS}\b",
    re.IGNORECASE,
)
STATEMENT = re.compile(
    r"^(?:the|this|that|these|those|an?|it|they|you|we|your|our|all|any|some|most|such|errors?|requests?|responses?|if|when|for|in|on|clients?"
    r"|treat|[\d`])\b",
    re.IGNORECASE,
)
LOOK_ONLY = re.compile(
    r"\b(?:status page|service status|integration status|system status|status of|status\.\w+|outage|incidents?)\b"
    r"|^(?:see|refer to|look at|visit) ",
    re.IGNORECASE,
)
HAPPENS_ELSEWHERE = re.compile(
    r"^(?:activate|enable|wait|create|connect|complete|finish|verify your (?:email|account))\b", re.IGNORECASE
)  # fmt: skip
"""Changes to something else than the request, which then succeeds as it is."""

_PAYMENT = r"(?<!the )(?<!this )(?<!that )payment(?! (?:may|might|was|has|is|id|status)\b)|payment (?:methods?|details|information|plans?)"
"""That an API is about payments is no advice to pay."""

ACTIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("support", _words("contact", "support", "report", "reach out", r"admin\w*")),
    ("configuration", _words(r"config\w*", "set ?up", "settings?", "environment", "install")),
    (
        "billing",
        _words("credits?", "billing", "plan", "upgrade", _PAYMENT, r"subscri\w+", "balance", "quota", "top up", "funds", r"invoices?"),
    ),
    ("permissions", _words("permissions?", "scopes?", "access", "roles?", "grant", r"authoriz(?:e|ed|ation)(?! header|:)", "org")),
    (
        "credentials",
        re.compile(
            r"\b(?:(?:api|access|secret)?[- ]?(?:keys?|tokens?)|credentials?|authenticat\w+|bearer|log ?in|sign ?in|password)\b"
            r"|\bauthorization(?: header|:)",
            re.IGNORECASE,
        ),
    ),
    (
        "request",
        _words(
            "request", "parameters?", "body", "fields?", "values?", "format", "payload", "ids?", "url", "endpoint", "json", "headers?",
            "method", "inputs?", "details", "syntax", "query", "size", "file", "data", "it",
        ),
    ),
)  # fmt: skip
"""What somebody has to see to; of several that are named the first here counts."""
