"""Waits of retry libraries that ask the server, in the place in which each library knows of the failure."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from errlint.model import Edit
from errlint.semantics.retries.library.calls import Given, RetryCalls, RetrySite
from errlint.semantics.retries.library.values import is_nothing
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.failures import Failures
from errlint.semantics.rewrites.helpers import Helpers
from errlint.semantics.rewrites.parts import added
from errlint.semantics.rewrites.writing import Writing


class LibraryDelays:
    """Edits of the waits of libraries in one file."""

    def __init__(self, writing: Writing, failures: Failures, helpers: Helpers) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree
        self._failures = failures
        self._helpers = helpers
        self._calls = RetryCalls(writing.semantics)

    def of(self, policy: RetryPolicy, helper: str) -> Sequence[Edit] | None:
        """The first of the idioms that the library has; None where it has none.

        :param helper: the function of an answer and of the delay for the case that it does not say.
        """
        site = self._site(policy)
        if site is None:
            return None
        for given in site.given():
            if given.argument.failure:
                return self._called(given, policy, helper)
            if given.argument.sent:
                return self._sent(given, site, policy, helper)
            if site.described.sheet.hinted and "when" in given.argument.says:
                return self._hinted(given, policy, helper)
        return None

    def _site(self, policy: RetryPolicy) -> RetrySite | None:
        """The call whose argument is the wait, else the one that sets up the policy."""
        argument = self._tree.parent.get(policy.wait.node) if policy.wait.node is not None else None
        call = self._tree.parent.get(argument) if isinstance(argument, cst.Arg) else None
        site = self._calls.written_at(call)
        if site is not None and any(one.value is policy.wait.node for one in site.given()):
            return site
        return self._calls.written_at(policy.node) if policy.wait.node is None else None

    def _answer(self, policy: RetryPolicy, exception: str) -> str | None:
        """The expression of the answer, or of what has its headers, that a failure carries."""
        member = self._failures.holder(policy)
        if member is None:
            return None
        return exception if member == "headers" else f'getattr({exception}, "{member}", None)'

    # the idioms ------------------------------------------------------------------------------------------------------------------

    def _called(self, given: Given, policy: RetryPolicy, helper: str) -> Sequence[Edit] | None:
        """``wait=lambda state: _seconds_to_wait(…, wait_exponential()(state))``."""
        wait = given.value
        state = self._writing.free("state", wait)
        answer = self._answer(policy, given.argument.failure.format(given=state))
        if answer is None or wait is not policy.wait.node:
            return None
        return (self._writing.replace(wait, f"lambda {state}: {helper}({answer}, {self._callable(wait)}({state}))"),)

    def _callable(self, function: cst.BaseExpression) -> str:
        code = self._writing.code(function)
        return code if isinstance(function, (cst.Name, cst.Attribute, cst.Call)) else f"({code})"

    def _hinted(self, given: Given, policy: RetryPolicy, helper: str) -> Sequence[Edit] | None:
        """``on=lambda error: is_transient(error) and (_seconds_to_wait(error.response, 0) or True)``."""
        error = self._writing.free("error", given.value)
        answer = self._answer(policy, error)
        if answer is None:
            return None
        functions = self._semantics.functions.behind(given.value)
        condition = f"{self._callable(given.value)}({error})" if functions else f"isinstance({error}, {self._writing.code(given.value)})"
        return (self._writing.replace(given.value, f"lambda {error}: {condition} and ({helper}({answer}, 0) or True)"),)

    def _sent(self, given: Given, site: RetrySite, policy: RetryPolicy, helper: str) -> Sequence[Edit] | None:
        """``_waits_as_told(expo, full_jitter)`` and ``jitter=None``: a part of what the server asks for is too little."""
        of_result = any("result" in argument.says for argument in site.described.sheet.arguments)
        if site.is_open or (not of_result and self._answer(policy, "failure") is None) or given.value is not policy.wait.node:
            return None
        chosen = next((argument for argument in site.described.sheet.arguments if argument.chance), None)
        jitter = next((one for one in site.given() if one.argument is chosen), None)
        edits: list[Edit] = []
        chance = ""
        if chosen is not None and jitter is None:
            named = self._writing.named(chosen.chance)
            if named is None or not isinstance(site.node, cst.Call):
                return None
            chance = f", {named[0]}"
            edits += [*named[1], *added(self._writing, site, f"{chosen.name}=None")]
        elif jitter is not None and not is_nothing(jitter.value):
            chance = f", {self._writing.code(jitter.value)}"
            edits.append(self._writing.replace(jitter.value, "None"))
        name, made = self._helpers.function("_waits_as_told", "otherwise, chance=float", _generator(helper))
        wait = self._writing.replace(given.value, f"{name}({self._writing.code(given.value)}{chance})")
        return (*made, *edits, wait)


def _generator(helper: str) -> Sequence[str]:
    """The body of a function that makes a generator of delays of another one."""
    return [
        '"""Delays as long as the server asks, else those of `otherwise`, of which `chance` chooses a part."""',
        "def delays(**options):",
        "    guesses = otherwise(**options)",
        "    failure = yield next(guesses)",
        "    while True:",
        "        try:",
        "            guess = chance(guesses.send(failure))",
        "        except StopIteration:",
        "            return",
        f'        failure = yield {helper}(getattr(failure, "response", failure), guess)',
        "",
        "return delays",
    ]
