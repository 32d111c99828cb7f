"""A retry of requests that cannot succeed

A request that the API rejected as wrong, not allowed or not there is sent again unchanged. It fails again each time: the user waits for an
error that was known at once, the quota is used up, and a ban comes nearer.

## Why

A status 4xx says that the request is at fault (RFC 9110, section 15.5): the same request has the same fault again. Only a few of them are
about the moment: 408 (too slow), 423 (locked), 425 (too early) and 429 (too many), and what the API's own documentation calls retryable. A
broad handler (`except Exception`) around a call that raises for error statuses retries them all.

A list for all requests of a client may name 403 beside 429 and server errors (`status_forcelist=[403, 429, 502]`): there are APIs and
firewalls that limit rates by it. 403 is reported there where the API's catalogue says that it cannot pass, or beside others that cannot.

A loop that only waits is no retry: for something to come to exist (404), to be free (409, 423), to come up, or to come back after a request
that changes something (`post("/reboot")`, and then a question every two seconds, many times or after a wait).

## Example

```python
import random
import time
import requests

def fetch(url):
    for attempt in range(5):
        try:
            response = requests.get(url, timeout=10)
            response.raise_for_status()
            return response.json()
        except requests.RequestException:
            time.sleep(2**attempt + random.random())
    return None
```

## Use instead

```python
import random
import time
import requests

def fetch(url):
    for attempt in range(5):
        try:
            response = requests.get(url, timeout=10)
            response.raise_for_status()
            return response.json()
        except requests.HTTPError as error:
            if error.response.status_code < 500:
                raise
            time.sleep(2**attempt + random.random())
        except requests.RequestException:
            time.sleep(2**attempt + random.random())
    return None
```

## Fix safety

Before a fix is offered, errlint applies it to the text and asks the retry again: nothing is retried in vain, and nothing is lost that may
succeed, by the API's catalogue. Where only the error code tells the difference, the fix reads it, if the client can.

- Statuses are taken out of the list that names them: safe where nothing but retries reads the list, no comment says why it has them, and
  the failure then comes to what it came to after the last attempt. Where it might pass for a success, the loop is left instead.
  urllib3 raises for what it lists in the end (unless `raise_on_status=False`), and not for what it does not list: safe where all who get
  the answer look at its status before they use it. A list that other code reads as well stays as it is, and the retry gets one of its own.
- A loop or recursion is left before it waits: by its own test for the last attempt or for other client errors, as after the last attempt,
  else by raising the error. Where the API's documentation calls a few statuses permanent, the guard names these; where it is HTTP that
  rules, all client errors are given up but those that may pass. Safe in a handler that takes nothing but error statuses, where the failure
  then comes to what it came to after the last attempt, or where there is no last one; unsafe where the handler sends something else, too.
- A status that the API lists without saying whether to try again is never given up.
- The guard names 429, which may pass. Then the wait behind it is one after a limit, too, and ERR301 speaks of it where it does not ask the
  server how long to wait.
- A library is given a predicate in its own words: `retry_if_exception`, `giveup` (which says when to stop), `on`, `retry_on_exception`,
  `predicate`. Unsafe. The function is added to the module once. It asks each exception in its own words. One of the project that does not
  say its status is given up by its type, if it is raised for nothing else than what fails again; if that is not clear, there is no fix.
  Ctrl-C and tasks that were cancelled are never tried again by it.
- 409 is given up, unless the code or the API says otherwise: by HTTP, the client has to resolve the conflict first. Of 423, HTTP says
  nothing, and a lock ends by itself: it is tried again where no catalogue knows the API; 408 and 425, wherever none rules them out.
- A library that knows nothing but types of exceptions (retry, celery's `autoretry_for`) is left the failures of the network, and the
  types that an SDK has for single statuses: `RateLimitError`, `InternalServerError`. Unsafe: without them it no longer retries 429 and 5xx.

## References

- RFC 9110, sections 15.5 and 9.2.2
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import RETRIES, Context, Finding, Fix, Hopeless, RetryPolicy, Safety, Severity, head, merged, rule

_SHOWN = 6
_NETWORK_ONLY = "Retry failures of the network only, 429 and 5xx no more"


@rule("ERR201", on=RETRIES, since="0.1", severity=Severity.ERROR, uses=("retry",), screen=lambda code: code.retries)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for policy in ctx.retries_at(node):
        hopeless = ctx.judge.hopeless(policy)
        if hopeless is None:
            continue
        place = policy.retried.place_of(hopeless.statuses)
        yield ctx.finding(
            head(place.node if place is not None else node),
            f"{_failures(hopeless)} {'is' if _count(hopeless) == 1 else 'are'} retried, but the same request fails again",
            trail=policy.trail,
            remedy=_remedy(policy, hopeless, ctx),
            api=policy.catalogue,
            fix=_fix(policy, hopeless, ctx),
        )


def _fix(policy: RetryPolicy, hopeless: Hopeless, ctx: Context) -> Fix | None:
    """The first of the ways that the policy allows; each is tried before it is offered."""
    if hopeless.under_success:
        return None  # guards and predicates ask for the status
    shortened = ctx.lists.of(policy, hopeless)
    shorter: Fix | None = None
    if shortened is not None and ctx.trials.is_right(shortened.edits, policy):
        safety = Safety.SAFE if shortened.safe else Safety.UNSAFE
        shorter = ctx.fix(safety, "Retry only the statuses that may pass", *shortened.edits)
        if shortened.ends_well:
            return shorter
    guard = ctx.guards.of(policy)
    if guard is not None and ctx.trials.is_right(merged(guard.edits), policy):
        safety = Safety.SAFE if guard.safe else Safety.UNSAFE
        return ctx.fix(safety, "Give up at once where the same request fails again", *guard.edits)
    if shorter is not None:
        return shorter
    narrowed = ctx.predicates.of(policy) if not policy.written_by_hand else None
    if narrowed is None or not ctx.trials.is_right(merged(narrowed.edits), policy, network_only=narrowed.network_only):
        return None
    message = "Retry only what may succeed"
    if narrowed.network_only:
        message = "Retry the errors whose type says that they may pass" if narrowed.types else _NETWORK_ONLY
    return ctx.fix(Safety.UNSAFE, message, *narrowed.edits)


def _count(hopeless: Hopeless) -> int:
    return len(hopeless.statuses) + len(hopeless.codes)


def _failures(hopeless: Hopeless) -> str:
    """The failures in words; the named ones are what the reader can see in the code."""
    shown = [*hopeless.codes, *hopeless.statuses]
    more = ", …" if len(shown) > _SHOWN else ""
    kind = "" if hopeless.codes else "status " if len(shown) == 1 else "statuses like " if more else "statuses "
    return f"{kind}{', '.join(map(str, shown[:_SHOWN]))}{more}"


def _remedy(policy: RetryPolicy, hopeless: Hopeless, ctx: Context) -> str:
    if hopeless.named == hopeless.statuses:
        return f"do not retry {', '.join([*hopeless.codes, *map(str, hopeless.named)])}"
    worth = ctx.judge.worth(policy)
    if worth.vain and not worth.exact and not hopeless.codes:
        return f"give up at once on {', '.join(map(str, worth.vain))}"
    keep = ", ".join(map(str, worth.keep))
    return f"give up at once on client errors{f' other than {keep}' if keep else ''}"
