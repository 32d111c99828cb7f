"""What a rule may ask about the file that it looks at, and how it speaks: a :class:`Context` is the second argument of every rule."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint import catalogue
from errlint.catalogue import Catalogue, Catalogues
from errlint.editing import Editing
from errlint.model import Finding, Fix, Severity
from errlint.semantics.analysis import Semantics
from errlint.semantics.asked.code_tests import CodeTest
from errlint.semantics.asked.replacements import Replacement, Replacements
from errlint.semantics.asked.text_tests import TextTest
from errlint.semantics.errors.decoding import Decodings
from errlint.semantics.errors.envelope_reads import Misplaced
from errlint.semantics.errors.refusals import refuses
from errlint.semantics.errors.silences import Silence
from errlint.semantics.errors.unchecked import Unchecked
from errlint.semantics.meaning import Meaning, Place
from errlint.semantics.program.members import Literal
from errlint.semantics.request_ids.classes import Classes
from errlint.semantics.request_ids.judging import Loss
from errlint.semantics.retries.by_hand.endless import may_be_endless
from errlint.semantics.retries.judge import Judge
from errlint.semantics.retries.layers import Multiplied, multiplied
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.retries.sent.keys import Keys
from errlint.semantics.retries.texts import RetriedText
from errlint.semantics.retries.waiting.at_hand import AtHand
from errlint.semantics.retries.waiting.dropped import dropped_at
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.retries.waiting.told import ToldWaits
from errlint.semantics.trails import steps
from errlint.semantics.values.fields import code_place, is_for_people, names_error
from errlint.sheets.libraries import Libraries
from errlint.sheets.library import TypeSheet
from errlint.source import Source

if TYPE_CHECKING:
    from errlint.rule import Rule

_CLAUSES = (cst.Decorator, cst.Else, cst.ExceptHandler, cst.ExceptStarHandler, cst.Finally, cst.MatchCase)
"""Parts of compound statements that have lines of their own."""


class Context(Editing):
    """What a rule may ask about the file it looks at, and how it speaks."""

    def __init__(self, source: Source, semantics: Semantics, current: Rule) -> None:
        super().__init__(source, semantics)
        self._rule = current

    # questions -----------------------------------------------------------------------------------------------------------------

    def meaning(self, expression: cst.BaseExpression) -> Meaning | None:
        """What an expression is, and how we know; None when nothing shows that it has to do with HTTP."""
        return self.semantics.meaning(expression)

    def text_test(self, node: cst.CSTNode) -> TextTest | None:
        """The test of text that this node is, in any spelling; None for every other node."""
        return self.semantics.text_tests.at(node)

    def text_tests(self, node: cst.CSTNode) -> Iterator[TextTest]:
        """The same of a node that may ask several texts, as a ``match`` does."""
        return self.semantics.text_tests.all_at(node)

    def asked(self, test: TextTest) -> Meaning | None:
        """What a test of text asks, and how we know; None when nothing shows that it has to do with HTTP."""
        return self.semantics.asked(test)

    def is_own_text(self, test: TextTest, subject: Meaning) -> bool:
        """Whether a test asks an exception of the project for a constant that the project itself raises it with."""
        return self.semantics.own_texts.asked_for(test, subject)

    def is_worded_here_too(self, words: Sequence[str], subject: Meaning) -> bool:
        """Whether exceptions that the project words itself say what is looked for as well: no status tells these."""
        return self.semantics.own_texts.are_raised(words, subject)

    def retried_text(self, call: cst.Call) -> RetriedText | None:
        """The text of an API's error that a call of a retry library makes the retry depend on; None for every other call."""
        return self.semantics.retried_texts.at(call)

    def code_tests(self, node: cst.CSTNode) -> tuple[CodeTest, ...]:
        """The tests of codes and statuses that this comparison, call, subscript or case makes, in any spelling."""
        return self.semantics.code_tests.at(node)

    def literals_asked_for(self, node: cst.CSTNode) -> tuple[Literal, ...]:
        """What this comparison, call, subscript or case asks anything for, be it a code or not: told by the code alone."""
        return self.semantics.code_tests.literals_at(node)

    def tests_asking_for(self, literal: Literal) -> list[CodeTest]:
        """The tests of codes that a literal is written for, in document order: several when it stands in a constant."""
        return self.semantics.code_tests.asking_for(literal)

    def tests_beside(self, test: CodeTest) -> list[CodeTest]:
        """The other tests of codes that may be part of the same decision: in the function, in those it calls, and in those that call it."""
        return self.semantics.code_tests.beside(test)

    def statuses_at(self, node: cst.CSTNode, of: Meaning) -> int:
        """The statuses that an answer may have where ``node`` stands, as a set of bits; tests of other answers count for nothing."""
        return self.semantics.circumstances.statuses_at(node, of)

    def handles_status(self, test: CodeTest, statuses: Collection[int]) -> bool:
        """Whether the decision that a test of codes is part of has an arm of its own for one of these statuses."""
        return self.semantics.circumstances.handles_status(test, statuses)

    def codes_at(self, node: cst.CSTNode, of: Meaning) -> frozenset[str] | None:
        """The codes that tests on the way to ``node`` leave to an answer; None: any."""
        return self.semantics.circumstances.codes_at(node, of)

    def code_place(self, meaning: Meaning) -> catalogue.Place | None:
        """Where the API has the code that a value was read from; None where nothing shows that it is one of the API's codes."""
        return code_place(meaning)

    def decides(self, node: cst.CSTNode) -> bool:
        """Whether control flow, a returned value, a raised type or a retry depends on the node."""
        return self.semantics.decisions.decides(node)

    def is_error(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        """Whether the answer that the value was taken from is known to be an error where ``node`` stands."""
        return self.semantics.is_error(meaning, node)

    def refuses(self, test: TextTest, meaning: Meaning) -> bool:
        """Whether a test of the message of an answer is all that makes it an error."""
        return refuses(self.semantics, test, meaning)

    def expectation(self, meaning: Meaning, node: cst.CSTNode) -> Place | None:
        """Where the code itself shows that the exception which a text was made of may be an HTTP error; None if it is known to be none."""
        found = (
            self.semantics.expectations.of(meaning, node)
            or self.semantics.retried_texts.asked_about(meaning)
            or self.semantics.made_of_answers.of(meaning)
        )
        return found if found is not None and not self.semantics.foreign_errors.is_one(meaning) else None

    def is_of_project(self, sheet: TypeSheet) -> bool:
        """Whether a type is a class of the project, not of a library."""
        return self.semantics.types.is_of_project(sheet)

    def names_error(self, meaning: Meaning) -> bool:
        """Whether the path of a value in the body itself says that this is an error (``error.message``)."""
        return names_error(meaning.path)

    def is_for_people(self, meaning: Meaning) -> bool:
        """Whether a part of a body stands under a key of sentences, not under one of kinds, states or names."""
        return is_for_people(meaning.path)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around this one."""
        return self.semantics.tree.parent.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around this one, nearest first."""
        return self.semantics.tree.ancestors(node)

    def below(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes inside this one, in document order."""
        return self.semantics.tree.below(node)

    def before(self, node: cst.CSTNode) -> str:
        """The text on the node's line before it."""
        start = self.source.span(node)[0]
        return self.source.text[start - self.source.position(start)[1] + 1 : start]

    @property
    def newline(self) -> str:
        """How lines end in the file."""
        return self.source.module.default_newline

    def qualified(self, expression: cst.BaseExpression) -> str | None:
        """The dotted name of an expression through the file's imports."""
        return self.semantics.names.qualified(expression)

    def code(self, node: cst.CSTNode) -> str:
        """The source text of a node."""
        return self.source.code(node)

    def may_be_failed_response(self, operand: cst.BaseExpression) -> bool:
        """Whether a bare test may be one for the presence of a response: asked first, since it looks at nothing but the form."""
        return self.semantics.presence.may_be_asked(operand)

    def is_left_by_failure(self, operand: cst.BaseExpression) -> bool:
        """Whether a handler asks a name that is None until the request whose answer raised for its status."""
        return self.semantics.presence.is_left_by_failure(operand)

    def is_known_to_be_there(self, operand: cst.BaseExpression) -> bool:
        """Whether a test on the way to a response has asked already that it is no None."""
        return self.semantics.presence.is_known_of(operand)

    def is_handed_by_failures(self, operand: cst.BaseExpression) -> bool:
        """Whether a parameter is the response of an exception, or nothing, by all calls of this file."""
        return self.semantics.presence.is_handed_by_failures(operand)

    def is_of_own_exception(self, operand: cst.BaseExpression) -> bool:
        """Whether a class of exceptions asks for the answer that its object keeps."""
        return self.semantics.presence.is_of_own_exception(operand)

    def is_asked_for_errors_below(self, operand: cst.BaseExpression) -> bool:
        """Whether code below an exit that takes all errors asks for one of them."""
        return self.semantics.presence.is_asked_for_errors_below(operand)

    def may_be_endless(self, tested: cst.BaseExpression) -> bool:
        """Whether a loop or function that nothing else limits may go on for ever once a test comes out otherwise."""
        return may_be_endless(self.semantics, tested)

    def may_only_be_none(self, operand: cst.BaseExpression) -> bool:
        """Whether a value, if it is no response, can only be None, not anything else that is false."""
        return self.semantics.presence.absent.are_none(operand)

    def goes_on_to_error(self, operand: cst.BaseExpression) -> bool:
        """Whether a test for the truth of a response is joined by one that only an error status passes."""
        return self.semantics.statuses.contradicted(operand)

    def narrowed(self, node: cst.CSTNode, subject: Meaning) -> str | None:
        """What a test on the same path already pinned down ("the status", "the error code", "the class"), if anything."""
        return self.semantics.narrowed(node, subject)

    def layers_below(self, policy: RetryPolicy) -> Iterator[Multiplied]:
        """The layers of retries that try each attempt of a policy again."""
        return multiplied(self.semantics, policy)

    def retries_at(self, node: cst.CSTNode) -> tuple[RetryPolicy, ...]:
        """The retry policies that stand at the node: a loop, a function that calls itself, a decorator, a call that configures a retry."""
        return self.semantics.retries.at(node)

    def waits_once_at(self, node: cst.CSTNode) -> tuple[RetryPolicy, ...]:
        """The wait at the node, if it is one for a limit with no retry around it, after which the same or the next request is sent."""
        return self.semantics.retries.once_at(node)

    @property
    def catalogues(self) -> Catalogues:
        """All catalogues of the run."""
        return self.semantics.catalogues

    def headers_at(self, node: cst.CSTNode) -> AtHand | None:
        """Where the headers of the answer that failed can be read at the node; None when none are in sight."""
        return self.semantics.headers.at(node)

    def answer_dropped(self, policy: RetryPolicy, status: int) -> Place | None:
        """Where what a policy runs makes an exception of a status and keeps nothing of the answer; None where that is not seen."""
        return dropped_at(self.semantics, policy, status)

    def wait_in_body(self, policy: RetryPolicy) -> str:
        """Where, if not in a header, the errors that a policy retries say how long to wait, in words that follow "as"; else empty."""
        return self.semantics.headers.wait_in_body(policy.attempts)

    def wait_header(self, policy: RetryPolicy) -> str:
        """The header in which the errors that a policy retries say how long to wait: Retry-After, unless a sheet says otherwise."""
        return next(iter(self.semantics.headers.wait_headers(policy.attempts)), "Retry-After")

    def silence(self, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Silence | None:
        """The errors of an API that a handler lets pass without a trace; None when there are none."""
        return self.semantics.silences.of(handler)

    def misplaced(self, node: cst.Subscript | cst.Call) -> Misplaced | None:
        """The part of an error that is read here, where the API does not have it; None for every other node."""
        return self.semantics.envelope_reads.at(node, self.code)

    def unchecked(self, call: cst.Call) -> Unchecked | None:
        """The body that a call decodes, where its data is used and nothing asks whether it is that of an error."""
        return self.semantics.unchecked_answers.at(call)

    @property
    def decodings(self) -> Decodings:
        """Where bodies are decoded, and whether anything is ready there for one that is no JSON."""
        return self.semantics.decodings

    @property
    def told(self) -> ToldWaits:
        """What servers say about the wait, and what becomes of it."""
        return self.semantics.told

    def pause(self, call: cst.Call) -> cst.BaseExpression | None:
        """How long a call waits, if it does: the argument of ``time.sleep`` and its like."""
        return pause_of(self.semantics, call)

    @property
    def judge(self) -> Judge:
        """Which failures a policy retries in vain, and whether the API says when to come back."""
        return self.semantics.judge

    @property
    def keys(self) -> Keys:
        """Which idempotency keys retried requests carry."""
        return self.semantics.keys

    @property
    def libraries(self) -> Libraries:
        """What the library sheets say."""
        return self.semantics.libraries

    def lost_ids(self, node: cst.CSTNode) -> tuple[Loss, ...]:
        """The failures that begin at a handler, or at the test of a response, and whose request id is lost."""
        return self.semantics.lost_ids.at(node)

    @property
    def exception_classes(self) -> Classes:
        """The exceptions that the file defines, and whether they have a place for a request id."""
        return Classes(self.semantics, self.semantics.lost_ids)

    # answers -------------------------------------------------------------------------------------------------------------------

    def finding(
        self,
        node: cst.CSTNode,
        message: str,
        *,
        trail: Sequence[Place],
        fix: Fix | None = None,
        remedy: str | None = None,
        api: Catalogue | None = None,
        severity: Severity | None = None,
    ) -> Finding:
        """Say that ``node`` is a mistake. The trail must show why the value comes from an HTTP API; it may not be empty.

        :raises ValueError: on an empty trail: no trail, no finding.
        """
        if not trail:
            raise ValueError(f"{self._rule.id} gave a finding without a trail")
        return Finding(
            rule=self._rule.id,
            name=self._rule.name,
            severity=severity or self._rule.severity,
            message=message,
            location=self.source.location(node),
            remedy=remedy,
            api=api.id if api is not None else None,
            trail=steps(trail, self.source, self.semantics.imported),
            fix=fix,
            lines=self._lines(node),
        )

    def _lines(self, node: cst.CSTNode) -> tuple[int, int]:
        """First and last line of the statement that holds the node; of a compound statement, of the header of the clause that does."""
        statement = self.semantics.tree.statement(node)
        above = (node, *self.semantics.tree.ancestors(node))
        part = next(found for found in (*above, statement) if found is statement or isinstance(found, _CLAUSES))
        first, last = self.source.lines_of(part)
        if (end := self._header_end(part)) is not None:
            last = end
        if node is not part:
            here = self.source.lines_of(node)
            first, last = min(first, here[0]), max(last, here[1])
        return first, last

    def _header_end(self, part: cst.CSTNode) -> int | None:
        """The last line of the header of a compound statement, or of one of its clauses; None for everything else."""
        body = getattr(part, "body", None)
        if isinstance(body, cst.SimpleStatementSuite):
            return self.source.lines_of(body)[0]
        inner = part.cases if isinstance(part, cst.Match) else body.body if isinstance(body, cst.IndentedBlock) else ()
        if not inner:
            return None
        decorators: Sequence[cst.CSTNode] = getattr(inner[0], "decorators", ())
        above = getattr(self.source.full(inner[0]), "leading_lines", ())
        return self.source.lines_of(decorators[0] if decorators else inner[0])[0] - len(above) - 1

    def replacement(self, words: Sequence[str], subject: Meaning, node: cst.CSTNode, *, negated: bool) -> Replacement | None:
        """The test on the code or the status that should stand where ``subject`` is asked for ``words``; None without a unique answer."""
        return self._replacements.of(words, subject, node, negated=negated)

    @cached_property
    def _replacements(self) -> Replacements:
        return Replacements(self.semantics, self.source)
