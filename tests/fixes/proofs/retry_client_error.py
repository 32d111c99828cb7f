"""ERR201: what cannot succeed is asked for once; what may succeed is asked for as often as before."""

from __future__ import annotations

from functools import partial

from errlint.model import Safety
from tests.fixes.claims import ASKED_AGAIN, ASKED_ONCE, WAITED_AS_TOLD, Claim, asked, has_status, raised, returned
from tests.fixes.proof import Proof
from tests.support.answers import Answer
from tests.support.client import Run

_WORTH_IT = (408, 423, 425, 429)
_SPENT = (
    *("insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded", "project_spend_limit_exceeded"),
    "organization_usage_limit_exceeded",
)
_BELOW = "Retry only the statuses that may pass"
_GUARD = "Give up at once where the same request fails again"
_PREDICATE = "Retry only what may succeed"
_NETWORK = "Retry failures of the network only, 429 and 5xx no more"
_TYPES = "Retry the errors whose type says that they may pass"
_STATUS_ERRORS = ("HTTPError", "HTTPStatusError")
_ENDS = {
    raised(*_STATUS_ERRORS): ("raises_when_none_is_left", "asks_a_function", "rests_in_a_function"),
    returned(None): ("returns_when_none_is_left", "returns_at_the_end", "tells_of_the_wait", "passes_over_it"),
}
"""How a client ends after its last attempt."""


def _client_error(answer: Answer) -> bool:
    """The request is at fault, and stays so."""
    return 400 <= answer.status < 500 and answer.status not in _WORTH_IT


def _not_overtaken(answer: Answer) -> bool:
    """The request is at fault, and no condition of it has failed."""
    return _client_error(answer) and answer.status != 412


def _cannot_pass(answer: Answer) -> bool:
    """The request is at fault; some codes that Anthropic sends with 400 and 409 pass."""
    return _client_error(answer) and answer.status not in (400, 409)


def _cannot_pass_at_openai(answer: Answer) -> bool:
    """The request is at fault; the SDK itself tries 409 again."""
    return _client_error(answer) and answer.status != 409


def _never_configured(answer: Answer) -> bool:
    """Only its code tells that this 503 is for good."""
    return answer.status == 403 or answer.code in ("STORAGE_NOT_CONFIGURED", "AI_NOT_CONFIGURED")


def _spent_or_wrong(answer: Answer) -> bool:
    """The request is at fault, or there is no money left: some codes that OpenAI sends with 429 are for good."""
    return (_client_error(answer) and answer.status != 409) or answer.code in _SPENT


def _wrong_for_stripe(answer: Answer) -> bool:
    """The request is at fault, and the status is no conflict; some declined cards pass, and a code says with 400: too many."""
    return _client_error(answer) and answer.status not in (402, 409) and answer.code != "rate_limit"


def _wrong_for_github(answer: Answer) -> bool:
    """The request is at fault; a limit that was reached comes with 403 or 429, and what 404 means is left open."""
    return _client_error(answer) and answer.status not in (403, 404)


def _other_error(answer: Answer) -> bool:
    """What a library that knows only types of exceptions can no longer be told to try again."""
    return answer.status >= 500 or answer.status in _WORTH_IT


ONCE_UNLESS_TOLD = Claim(
    "asked once, or came back when it was told to",
    lambda run, answer: ASKED_ONCE.holds(run, answer) or WAITED_AS_TOLD.holds(run, answer),
)
"""A status with Retry-After is an invitation that urllib3 follows by itself."""


def of(client: str, fix: str) -> partial[Proof]:
    """Proofs of a fixture's clients on what HTTP itself has to say."""
    file = f"retry_client_error/bad_{client}.py"
    return partial(Proof, "ERR201", fix, file, api="http", on=_client_error, before=ASKED_AGAIN, after=ASKED_ONCE)


adapters, tenacity, decorators = of("adapters", _BELOW), of("tenacity", _PREDICATE), of("decorators", _PREDICATE)
google = of("google", _PREDICATE)
types_only = of("types_only", _NETWORK)
tables, singled_out, hooks = of("tables", _GUARD), of("singled_out", _GUARD), of("hooks", _GUARD)
coroutines, run_by_asyncio, awaiting = of("aiohttp", _PREDICATE), of("aiohttp", _NETWORK), of("aiohttp", _GUARD)
loops, concurrent, recursion = of("requests_loops", _GUARD), of("async_loops", _GUARD), of("recursion", _GUARD)
told = partial(of("catalogues", _GUARD), api="girardai")
claude = partial(Proof, "ERR201", client="retry_client_error/bad_around_sdks.py", api="anthropic")
claude = partial(claude, on=_cannot_pass, before=ASKED_AGAIN, after=ASKED_ONCE)
gpt = partial(of("around_openai", _PREDICATE), api="openai", on=_spent_or_wrong)
gpt_by_hand = partial(of("around_openai", _GUARD), api="openai", on=_spent_or_wrong)
payments = partial(of("around_stripe", _PREDICATE), api="stripe", on=_wrong_for_stripe)
payments_by_hand = partial(of("around_stripe", _GUARD), api="stripe", on=_wrong_for_stripe)
hub = partial(of("around_github", _PREDICATE), api="github", on=_wrong_for_github, success={"full_name": "o/r", "login": "o"})
types_of_sdks = partial(Proof, "ERR201", _TYPES, "retry_client_error/bad_types_of_sdks.py", api="openai", on=_cannot_pass_at_openai)
types_of_sdks = partial(types_of_sdks, before=ASKED_AGAIN, after=ASKED_ONCE)
ways_out, ledger = of("ways_out", _GUARD), partial(of("answered_failures", _GUARD), only=Safety.SAFE)
assorted, assorted_by_hand = of("assorted", _PREDICATE), of("assorted", _GUARD)
by_types, by_types_by_hand = of("told_by_their_types", _PREDICATE), of("told_by_their_types", _GUARD)
streams = of("state_of_itself", _GUARD)
own_objects, made = of("own_objects", _GUARD), of("made_predicates", _PREDICATE)
endings, several = partial(of("endings", _GUARD), only=Safety.SAFE), of("several_handlers", _GUARD)
shared, come_back = of("shared_lists", _BELOW), of("answers_come_back", _BELOW)
wrappers, tests, listed = of("wrappers", _GUARD), of("status_tests", _GUARD), of("status_tests", _BELOW)
beside, untrue = of("own_tests_beside_the_last", _GUARD), of("untrue_ends", _GUARD)
traces = of("traces_of_failures", _GUARD)


def _was_told_of(run: Run, _: Answer) -> bool:
    """Whether the log has a line of a failure."""
    return "attempt 0" in run.said


TOLD = Claim("told of the failure", _was_told_of)

PROOFS = [
    come_back(call="saved('i1')", on=has_status(401, 404), before=raised("RetryError"), after=returned("saved"), only=Safety.UNSAFE),
    come_back(call="checked('i1')", on=has_status(401, 404), after=ASKED_ONCE & raised("HTTPError"), only=Safety.SAFE),
    come_back(call="by_a_pool('i1')", on=has_status(401, 404), after=ASKED_ONCE & raised("RuntimeError"), only=Safety.SAFE),
    come_back(call="Files().size('i1')", on=has_status(401, 404), after=ASKED_ONCE & raised("HTTPError"), only=Safety.SAFE),
    adapters(call="item('i1')", on=has_status(400, 404)),
    adapters(call="stock('i1')", after=ONCE_UNLESS_TOLD),
    adapters(call="price('i1')", on=has_status(400)),
    adapters(call="sizes('i1')", on=has_status(400, 410)),
    shared(call="page('https://api.acme.dev/p1')", on=has_status(400, 404), only=Safety.SAFE),
    tenacity(call="item('i1')"),
    tenacity(call="price('i1')"),
    tenacity(call="sizes('i1')"),
    decorators(call="item('i1')"),
    decorators(call="sizes('i1')"),
    decorators(call="weight('i1')"),
    types_only(call="item('i1')", changes=_other_error),
    types_only(call="price.apply(('i1',)).state", changes=_other_error),
    types_of_sdks(call="answer.apply(('q',)).state"),
    types_of_sdks(call="summary('q')"),
    coroutines(call="item('i1')"),
    coroutines(call="price('i1')"),
    run_by_asyncio(call="weight('i1')", changes=_other_error),
    awaiting(call="sizes('i1')"),
    google(call="item('i1')"),
    google(call="stock('i1')"),
    loops(call="fetch_user('u1')"),
    ledger(call="Ledger('u1').put('2024', 'may', b'')", on=lambda answer: _client_error(answer) and answer.status != 404),
    ledger(call="Ledger('u1').opened(1, bool)", on=lambda answer: _client_error(answer) and answer.status not in (403, 410)),
    *(
        loops(call=call, only=Safety.SAFE)
        for call in ("post_all([1])", "fetch_with_flag('https://api.example.com/items')", "Inventory('t').items()")
    ),
    concurrent(call="weather('c1')"),
    concurrent(call="bounded_by_time('https://api.example.com/items')", only=Safety.SAFE),
    recursion(call="download('https://api.example.com/items')"),
    streams(call="len(list(Streamed('https://api.example.com/runs', 3).send(Run({}))))", after=ASKED_ONCE & returned(1)),
    streams(call="Streamed('https://api.example.com/runs', 3).send_or_tell(Run({})).done", after=ASKED_ONCE & returned(True)),
    own_objects(call="decorated('https://api.example.com/items')"),
    own_objects(call="Store().load('https://api.example.com/items')"),
    made(call="by_error('https://api.example.com/items')", on=has_status(422)),
    tables(call="fetch('d1')", on=has_status(422)),
    singled_out(call="push({})"),
    hooks(call="order('o1')"),
    wrappers(call="get_profile('u1')"),
    wrappers(call="Tickets().close('t1')"),
    tests(call="json_of('https://api.example.com/items')"),
    listed(call="in_a_list('https://api.example.com/items')", on=has_status(400)),
    told(call="get_run('r1')", on=_never_configured),
    claude(fix=_PREDICATE, call="reply([])"),
    claude(fix=_PREDICATE, call="summary([])"),
    claude(fix=_GUARD, call="title([])", on=has_status(401, 402, 403, 404, 413)),
    gpt(call="reply([])"),
    gpt(call="embedding('t')"),
    gpt_by_hand(call="image('p')"),
    hub(call="repository('o/r')"),
    payments(call="balance()"),
    payments_by_hand(call="payout('p1')"),
    *(ways_out(call=f"{name}('n1')") for name in ("translated", "while_there_are_attempts", "without_a_wait", "each_way_waits")),
    ways_out(call="unless_it_is_gone('n1')", on=lambda answer: _client_error(answer) and answer.status != 410),
    ways_out(call="one_wait_for_all('p1', b'')"),
    *(endings(call=f"{name}('n1')", before=ASKED_AGAIN & end, after=ASKED_ONCE & end) for end, names in _ENDS.items() for name in names),
    endings(call="tells_of_it_at_the_end(['n1'])", before=asked(3) & returned([]), after=ASKED_ONCE & returned([]), only=Safety.UNSAFE),
    endings(call="asks_another_one_at_the_end('n1')", before=asked(4), after=asked(2)),
    several(call="taken_by_the_first('o1')", only=Safety.SAFE),
    *(
        again(call=f"{name}([], thorough={thorough})", api=api, on=_cannot_pass)
        for again, name in ((assorted, "reply"), (assorted_by_hand, "patient_reply"))
        for thorough, api in ((True, "anthropic"), (False, "openai"))
    ),
    assorted_by_hand(call="items('i1')"),
    by_types(call="reading('m1')", on=lambda answer: _client_error(answer) and answer.status != 401),
    by_types(call="history('m1')"),
    by_types(call="profile('m1')", on=lambda answer: _client_error(answer) and answer.status not in (401, 403)),
    by_types_by_hand(call="tariff('m1')"),
    by_types_by_hand(call="upload('m1', {})"),
    beside(
        call="stored('k1', [])", on=_not_overtaken, before=asked(3) & returned(False), after=ASKED_ONCE & returned(False), only=Safety.SAFE
    ),
    beside(call="raised_in_the_end('k1', [])", on=_not_overtaken, after=ASKED_ONCE & raised("HTTPStatusError"), only=Safety.SAFE),
    untrue(call="said_at_the_last_attempt('s1')", before=raised("GaveUp"), after=ASKED_ONCE & raised("HTTPError"), only=Safety.UNSAFE),
    untrue(call="says_the_count('s1')", before=asked(4) & returned(None), after=ASKED_ONCE & returned(None), only=Safety.SAFE),
    traces(
        call="kept_before_the_wait('f1')",
        before=asked(3) & TOLD & returned(None),
        after=ASKED_ONCE & TOLD & returned(None),
        only=Safety.SAFE,
    ),
    traces(
        call="told_after_the_wait('f1')", before=asked(3) & TOLD & returned(None), after=ASKED_ONCE & returned(None), only=Safety.UNSAFE
    ),
]
