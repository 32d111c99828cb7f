"""Two layers of retries around the same request

A retry around a call that is itself retried by the client multiplies the attempts: three attempts of the SDK times three of a decorator are
nine requests, to an API that has just said that it is overloaded. The waits add up in the same way.

## Why

Each layer was written as if it were the only one. The outer one sees a failure only after the inner one has given up on it, and then starts
all over. Limits on attempts and time mean nothing any more, and a server that asks for patience gets a multiple of the load.

## Example

```python
import openai
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

client = openai.OpenAI()


@retry(retry=retry_if_exception_type(openai.RateLimitError), stop=stop_after_attempt(3), wait=wait_random_exponential(max=60))
def ask(question):
    return client.responses.create(model="gpt-5", input=question)
```

## Use instead

One layer. The client's own knows the API's rules; give it the attempts:

```python
import openai

client = openai.OpenAI(max_retries=5)


def ask(question):
    return client.responses.create(model="gpt-5", input=question)
```

## Fix safety

There is no fix: which of the layers should stay is a decision. The finding tells how many requests they make of one call.

## References

- the `[[retry]]` tables of the library sheets say what clients retry by themselves
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from errlint.rule import Context, Finding, Multiplied, Place, Severity, rule


@rule(
    "ERR208",
    on=(cst.Call, cst.Decorator, cst.For, cst.While, cst.FunctionDef),
    since="0.1",
    severity=Severity.ADVICE,
    preview=True,
    screen=lambda code: code.retries,
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    for policy in ctx.retries_at(node):
        for found in ctx.layers_below(policy):
            inner = found.inner
            yield ctx.finding(
                policy.node,
                _message(found),
                trail=[*found.attempt.trail, *policy.retried.places, Place(inner.node, f"{_layer(found)} retries the same failures")],
                remedy="let one layer retry, and switch the other one off",
                api=policy.catalogue,
            )


def _message(found: Multiplied) -> str:
    outer, inner = found.outer.stop.attempts, found.inner.stop.attempts
    if found.requests is not None:
        return f"{outer} attempts of {inner} each: one call may send {found.requests} requests"
    if inner is not None:
        return f"each attempt is itself made up to {inner} times, by {_layer(found)}"
    return f"each attempt is itself retried, by {_layer(found)}"


def _layer(found: Multiplied) -> str:
    mechanism = found.inner.mechanism
    return f"a {mechanism}" if mechanism in ("loop", "recursion", "wrapper") else f"`{mechanism}`"
