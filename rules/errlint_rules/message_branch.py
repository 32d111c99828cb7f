"""Branching on the text of an API error

Control flow depends on the human-readable text of an error: of an exception, of the message in its body, of the reason phrase. The
API promises its codes, statuses and exception types; it promises no wording.

## Why

Messages are reworded, translated, cut and extended without notice, and the text of an exception is the library's to choose: the same
`"insufficient_quota" in str(e)` that held for one version of an SDK is silently false in the next. A branch that depends on it fails
without an error, in production, on the day of the rewording. `"429" in str(e)` is also true for a URL or an id with these digits in it.

## Example

```python
import requests

try:
    requests.get("https://api.example.com/items", timeout=5).raise_for_status()
except requests.HTTPError as e:
    if "404" in str(e):
        items = []
    else:
        raise
```

## Use instead

```python
import requests

try:
    requests.get("https://api.example.com/items", timeout=5).raise_for_status()
except requests.HTTPError as e:
    if e.response is not None and e.response.status_code == 404:
        items = []
    else:
        raise
```

## Fix safety

Unsafe: the new test asks for the code, or the status, that the catalogue (or RFC 9110) gives for the text. It is true for every error
with that code, whatever its wording, so another branch may be taken than before. A fix is offered only when there is one answer;
otherwise the finding names the candidates.

## References

- RFC 9110, section 15.1: the reason phrase has no meaning for clients
- RFC 9457, section 3.1.4: consumers should not parse `detail`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from errlint.rule import (
    Catalogue,
    Context,
    Edit,
    Finding,
    Kind,
    Meaning,
    Place,
    Replacement,
    Safety,
    Severity,
    TextTest,
    TypeSheet,
    candidates,
    rule,
    status_in,
)

_CATEGORY = re.compile(r"[A-Z]\w*:\S")
"""The beginning of a code that says what it belongs to; a sentence has a blank behind its colon."""
_OF_A_CHECK = (cst.BooleanOperation, cst.Comparison, cst.GeneratorExp, cst.ListComp, cst.CompFor, cst.CompIf, cst.Arg)
"""What a test may stand in that an `assert` demands."""
_NAMED = {Kind.BODY: "the error text of the body"}


@rule(
    "ERR101",
    on=(cst.Comparison, cst.Call, cst.Match),
    since="0.1",
    uses=("code", "message"),
    screen=lambda code: code.retries_by_text or ((code.tells_errors or code.names_messages or code.looks_for_status) and code.tests_text),
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Finding]:
    if isinstance(node, cst.Call):
        yield from _of_retry(node, ctx)
    for test in ctx.text_tests(node):
        yield from _of_test(test, ctx)


def _of_test(test: TextTest, ctx: Context) -> Iterator[Finding]:
    subject = _error_text(test, ctx)
    if subject is None:
        return
    node = test.node
    expected = None if subject.proven else ctx.expectation(subject, test.node)
    if not subject.proven and (expected is None or all(map(ctx.libraries.is_local_text, test.words()))):
        return
    question = _question(test, subject, ctx)
    if question.tests[0].node is not node or not ctx.decides(question.node) or _is_demanded(test, subject, ctx):
        return
    words = tuple(dict.fromkeys(word for part in question.tests for word in part.words()))
    sole = _only_the_text_tells(words, subject.catalogue, lambda: ctx.statuses_at(node, subject))
    narrowed = ctx.narrowed(node, subject)
    replaced = (
        question.uniform
        and not sole
        and not ctx.semantics.text_tests.tells_which(question.node, question.tests)
        and not ctx.is_worded_here_too(words, subject)
        and not _is_matched(test, ctx)
    )
    replacement = ctx.replacement(words, subject, question.node, negated=test.negated) if replaced else None
    yield ctx.finding(
        question.node,
        _message(subject, narrowed),
        trail=[*subject.trail, *([expected] if expected else []), Place(test.node, f"asked for {_listed(words)}")],
        severity=Severity.ADVICE if sole or narrowed else None,
        api=subject.catalogue,
        remedy=f"test {replacement.what}: `{replacement.code}`" if replacement else _remedy(words, subject.catalogue, sole=sole),
        fix=ctx.fix(Safety.UNSAFE, f"Test {replacement.what}", _edit(question.node, replacement, ctx), *replacement.edits)
        if replacement
        else None,
    )


def _edit(node: cst.CSTNode, replacement: Replacement, ctx: Context) -> Edit | None:
    """The test in its place; where another one beside it says the same, this one is enough."""
    if not replacement.repeats:
        return ctx.replace(node, replacement.code)
    return ctx.writing.without_operand(node)


def _is_demanded(test: TextTest, subject: Meaning, ctx: Context) -> bool:
    """`assert error["message"] == "Item not found"`: a check of the API, which goes no other way by the text.

    That a text is absent (`assert "denied" not in error["message"]`) may be how an error is told. Where it is demanded first that there is
    an error (`assert answer.status_code == 404`), that is a check, too.
    """
    negated = test.negated
    around: cst.CSTNode = test.node
    for around in ctx.ancestors(test.node):
        if isinstance(around, cst.UnaryOperation) and isinstance(around.operator, cst.Not):
            negated = not negated
        elif not isinstance(around, _OF_A_CHECK) and not (isinstance(around, cst.Call) and ctx.qualified(around.func) in ("any", "all")):
            break
    if not isinstance(around, cst.Assert) or not negated:
        return isinstance(around, cst.Assert)
    block = next(found for found in ctx.ancestors(around) if isinstance(found, (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module)))
    first = next(node for node in ctx.below(block) if isinstance(node, cst.Assert))
    return not _may_succeed(subject, test.node, ctx) and _may_succeed(subject, first, ctx)


def _may_succeed(subject: Meaning, node: cst.CSTNode, ctx: Context) -> bool:
    return bool(ctx.statuses_at(node, subject) >> 200 & 1)


def _is_matched(test: TextTest, ctx: Context) -> bool:
    """`case text if "409" in text:`: the cases go by what is matched, which would still be the text."""
    case = next((found for found in ctx.ancestors(test.node) if isinstance(found, (cst.MatchCase, cst.BaseStatement))), None)
    if not isinstance(case, cst.MatchCase):
        return False
    bound = {
        node.name.value for node in (case.pattern, *ctx.below(case.pattern)) if isinstance(node, cst.MatchAs) and node.name is not None
    }
    return any(isinstance(node, cst.Name) and node.value in bound for node in ctx.below(test.node))


def _of_retry(call: cst.Call, ctx: Context) -> Iterator[Finding]:
    """A predicate of a retry library that asks the text itself: `retry_if_exception_message(match="rate limit")`."""
    asked = ctx.retried_text(call)
    if asked is None or not all(map(_says_something, asked.words)) or all(map(ctx.libraries.is_local_text, asked.words)):
        return
    sole = _only_the_text_tells(asked.words, asked.catalogue)
    yield ctx.finding(
        call,
        "the text of an exception decides whether to try again; the API may reword it",
        trail=asked.trail,
        severity=Severity.ADVICE if sole else None,
        api=asked.catalogue,
        remedy=_remedy(asked.words, asked.catalogue, sole=sole),
    )


def _only_the_text_tells(words: Sequence[str], catalogue: Catalogue | None, statuses: Callable[[], int] = lambda: -1) -> bool:
    """Whether the catalogue says that nothing but the message tells the errors that a test asks for.

    :param statuses: the set of statuses that are possible where the test stands.
    """
    if catalogue is None or any(map(status_in, words)):
        return False
    return catalogue.is_told_by_text(words, lambda status: bool(statuses() >> status & 1))


def _error_text(test: TextTest, ctx: Context) -> Meaning | None:
    """What the test asks, if it is the human-readable text of an error; of an API's error, if the meaning is proven."""
    if not all(_says_something(word) for word in test.words()):
        return None  # asked first: what a subject is may take other modules to tell
    subject = ctx.asked(test)
    if subject is None or ctx.is_own_text(test, subject):
        return None
    if ctx.semantics.text_tests.asks_a_mapping(test):
        return None
    codes = _asks_for_codes(test)
    if subject.from_exception:
        sheet = subject.origin.sheet if subject.origin is not None else None
        if not (sheet is not None and sheet.carries_status) and all(map(ctx.libraries.is_local_text, test.words())):
            return None  # under a handler of anything: no API says that
        transport = sheet is not None and not ctx.is_of_project(sheet) and not _can_carry_status(sheet)
        if transport and sheet is not None and _says_nothing_of_answers(sheet, ctx) and all(map(status_in, test.words())):
            return subject  # a status is looked for where the library writes sentences of its own
        as_it_came = subject.name != "str" or (test.exact and ctx.semantics.own_texts.is_one_part(subject))
        return None if transport or (codes and as_it_came) else subject
    if subject.kind is Kind.REASON:
        # an exception may keep anything under this name
        return None if codes and subject.origin is not None and subject.origin.kind is Kind.EXCEPTION else subject
    if subject.kind in (Kind.MESSAGE, Kind.BODY) and ctx.semantics.is_record(subject, test.node):
        return None
    if subject.kind is Kind.MESSAGE:
        taken_from_error = ctx.names_error(subject) or ctx.is_error(subject, test.node) or ctx.refuses(test, subject)
        return subject if taken_from_error and not codes else None
    if subject.kind is Kind.TEXT:
        if codes or ctx.semantics.text_tests.asks_for_keys(test) or not all(map(_is_wording, test.words())):
            return None
        return subject if ctx.is_error(subject, test.node) else None
    if subject.kind is Kind.BODY:
        # {"error": "rate limit exceeded"}: one word would be the presence of a key
        if subject.path[-1:] == ("description",) and not codes and _is_of_an_error(subject, test, ctx):
            return subject  # of anything else it is data
        prose = all(" " in word.strip() and not _CATEGORY.match(word) for word in test.words())
        is_kind = test.exact and not ctx.is_for_people(subject)  # {"__type": "Not Found Error"}
        return subject if prose and not is_kind and ctx.names_error(subject) else None
    return None


def _is_of_an_error(subject: Meaning, test: TextTest, ctx: Context) -> bool:
    """Whether a part of a body is one of an error: an exception keeps it, or the answer is known to be one."""
    kept = subject.origin is not None and subject.origin.kind is Kind.EXCEPTION
    return kept or ctx.is_error(subject, test.node) or ctx.refuses(test, subject)


def _can_carry_status(sheet: TypeSheet) -> bool:
    """A timeout or a refused connection is the network's doing; its text is no API's."""
    return sheet.covers_status or sheet.carries_status


def _says_nothing_of_answers(sheet: TypeSheet, ctx: Context) -> bool:
    """Whether an exception stands for an answer, and its text is the library's alone."""
    return any(ancestor.text == "none" for ancestor in ctx.semantics.types.ancestors(sheet.name))


def _says_something(word: str) -> bool:
    """A line break, a brace or nothing at all is formatting, not wording."""
    return sum(character.isalnum() for character in word) > 1


def _asks_for_codes(test: TextTest) -> bool:
    """Whether a text is compared with values made for machines, or asked whether it begins like one."""
    if test.exact:
        return all(map(_looks_like_code, test.words()))
    return test.of_beginning and all(map(_begins_like_code, test.words()))


def _begins_like_code(word: str) -> bool:
    """``EService``, ``auth_``: a beginning that no sentence has. A small word may begin one."""
    return " " not in word and ("_" in word or word[1:] != word[1:].lower())


def _looks_like_code(word: str) -> bool:
    """`authorization_pending`, `NO_ACTIVE_DEVICE`, `NotFound`, `EOrder:Unknown order`: for machines, whatever the field is called."""
    if _CATEGORY.match(word):
        return True
    return " " not in word.strip() and ("_" in word or "-" in word or "." in word or word.isupper() or word != word.capitalize())


def _is_wording(word: str) -> bool:
    """Words of an error, not markup or the start of a document."""
    return not word.lstrip().startswith(("<", "{", "[", "%", "#!"))


class _Question:
    """All tests of one text in one condition: `"a" in text or "b" in text` is one question, and one finding.

    ``uniform``: the whole of ``node`` asks nothing else, so it can be replaced as one.
    """

    def __init__(self, node: cst.CSTNode, tests: list[TextTest], *, uniform: bool) -> None:
        self.node = node
        self.tests = tests
        self.uniform = uniform


def _question(test: TextTest, subject: Meaning, ctx: Context) -> _Question:
    whole = _whole(test, ctx)
    top = whole
    for found in ctx.ancestors(whole):
        if not isinstance(found, cst.BooleanOperation):
            break
        top = found
    if top is whole:
        return _Question(whole, [test], uniform=not isinstance(test.node, cst.Match))
    tests: list[TextTest] = []
    others = False
    for operand in _operands(top):
        part = _test_of(operand, ctx)
        meaning = _error_text(part, ctx) if part is not None else None
        if part is not None and meaning is not None and _same_text(meaning, subject):
            tests.append(part)
        else:
            others = True
    if len(tests) > 1 and not others:
        alike = all(part.negated == test.negated for part in tests) and _joined_by(top, cst.And if test.negated else cst.Or)
        return _Question(top, tests, uniform=alike)
    if len(tests) > 1:
        return _Question(top, tests, uniform=False)
    return _Question(whole, [test], uniform=True)


def _whole(test: TextTest, ctx: Context) -> cst.CSTNode:
    """The test, or the `any(…)` around a test of each phrase of a list."""
    generator = ctx.semantics.text_tests.looped(test)
    argument = ctx.parent(generator) if generator is not None else None
    call = ctx.parent(argument) if argument is not None else None
    if isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value == "any":
        return call
    return test.node


def _operands(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.BooleanOperation):
        yield from _operands(node.left)
        yield from _operands(node.right)
    else:
        yield node


def _test_of(operand: cst.CSTNode, ctx: Context) -> TextTest | None:
    if isinstance(operand, cst.Call) and isinstance(operand.func, cst.Name) and operand.func.value == "any" and len(operand.args) == 1:
        generator = operand.args[0].value
        return ctx.text_test(generator.elt) if isinstance(generator, (cst.GeneratorExp, cst.ListComp)) else None
    return ctx.text_test(operand)


def _same_text(first: Meaning, second: Meaning) -> bool:
    return first.kind is second.kind and first.trail[0].node is second.trail[0].node


def _joined_by(node: cst.CSTNode, operator: type[cst.BaseBooleanOp]) -> bool:
    if not isinstance(node, cst.BooleanOperation):
        return True
    return isinstance(node.operator, operator) and _joined_by(node.left, operator) and _joined_by(node.right, operator)


def _message(subject: Meaning, narrowed: str | None) -> str:
    what = "the text of an exception" if subject.from_exception else _NAMED.get(subject.kind, subject.kind.value)
    if narrowed:
        return f"after {narrowed}, {what} still decides what happens; the API may reword it"
    return f"{what} decides what happens; the API may reword it"


def _remedy(words: Sequence[str], catalogue: Catalogue | None, *, sole: bool) -> str:
    if sole:
        return "the API tells this error only by its message; keep the test in one place"
    codes = candidates(words, catalogue)
    if codes:
        return f"test the error code; candidates: {', '.join(codes)}"
    return "test the error code, the status or the class of the exception"


def _listed(words: tuple[str, ...]) -> str:
    shown = ", ".join(repr(word) for word in words[:3])
    return f"{shown}, …" if len(words) > 3 else shown
