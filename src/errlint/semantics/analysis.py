"""The semantic layer of one file, put together. Every part is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial

import libcst as cst

from errlint.catalogue import Catalogue, Catalogues
from errlint.first_party import is_first_party
from errlint.semantics.asked.circumstances import Circumstances
from errlint.semantics.asked.code_tests import CodeTests
from errlint.semantics.asked.decisions import Decisions
from errlint.semantics.asked.own_numbers import OwnNumbers
from errlint.semantics.asked.own_texts import OwnTexts
from errlint.semantics.asked.pinned import narrowed
from errlint.semantics.asked.presence import Presence
from errlint.semantics.asked.prose import Prose
from errlint.semantics.asked.text_tests import TextTest, TextTests
from errlint.semantics.errors.decoding import Decodings
from errlint.semantics.errors.envelope_reads import EnvelopeReads
from errlint.semantics.errors.expectations import Expectations
from errlint.semantics.errors.foreign_errors import ForeignErrors
from errlint.semantics.errors.known_errors import KnownErrors
from errlint.semantics.errors.made_of_answers import MadeOfAnswers
from errlint.semantics.errors.raising import Raising
from errlint.semantics.errors.shields import Shields
from errlint.semantics.errors.silences import Silences
from errlint.semantics.errors.sorting import Sorting
from errlint.semantics.errors.unchecked import UncheckedAnswers
from errlint.semantics.meaning import Bound, Evidence, Meaning
from errlint.semantics.program.closed import Closed
from errlint.semantics.program.constants import Constants
from errlint.semantics.program.functions import Functions
from errlint.semantics.program.members import Collections
from errlint.semantics.program.names import Names
from errlint.semantics.program.scopes import Scopes
from errlint.semantics.program.tree import Tree
from errlint.semantics.project.imported import Imported
from errlint.semantics.request_ids.losses import Losses
from errlint.semantics.retries.judge import Judge
from errlint.semantics.retries.policies import Retries
from errlint.semantics.retries.predicates import Predicates
from errlint.semantics.retries.sent.attempts import Attempts
from errlint.semantics.retries.sent.draws import Draws
from errlint.semantics.retries.sent.keys import Keys
from errlint.semantics.retries.texts import RetriedTexts
from errlint.semantics.retries.waiting.at_hand import Headers
from errlint.semantics.retries.waiting.pauses import pause_of
from errlint.semantics.retries.waiting.settings import Settings
from errlint.semantics.retries.waiting.told import ToldWaits
from errlint.semantics.retries.waiting.waits import Waits
from errlint.semantics.retries.wrapped.deciders import Deciders
from errlint.semantics.retries.wrapped.onward import OnwardCalls
from errlint.semantics.rewrites.rebinding import Rebinding
from errlint.semantics.values.addresses import Addresses
from errlint.semantics.values.answers import Answers
from errlint.semantics.values.binding import ApiBinding
from errlint.semantics.values.evaluate import Evaluator
from errlint.semantics.values.mentions import mentioned_apis
from errlint.semantics.values.origins import Origins
from errlint.semantics.values.said_apis import SaidApis
from errlint.semantics.values.statuses import Statuses
from errlint.semantics.values.types import Types
from errlint.sheets.libraries import Libraries


class Semantics:
    """What the values of one file mean.

    :param default: the API that the command line or the configuration binds the whole file to, if any.
    :param said: what comments say of the API; :param imported: the rest of the project, as the file sees it;
    :param names: the names of the file, if somebody has looked them up already: they are the same from wherever the file is asked.
    """

    def __init__(
        self,
        tree: Tree,
        libraries: Libraries,
        catalogues: Catalogues,
        default: Bound | None = None,
        said: SaidApis | None = None,
        *,
        imported: Imported | None = None,
        names: Names | None = None,
    ) -> None:
        self.tree = tree
        self.names = names or Names(tree, Scopes(tree), imported, libraries)
        self.libraries = libraries
        self.catalogues = catalogues
        self.default = default
        self.said = said or SaidApis(tree, (), catalogues, None)
        self.imported = imported

    @property
    def scopes(self) -> Scopes:
        """Names and their bindings."""
        return self.names.scopes

    @cached_property
    def constants(self) -> Constants:
        """Literal values."""
        return Constants(self.tree, self.scopes, self._constant_elsewhere)

    def _constant_elsewhere(self, expression: cst.BaseExpression) -> cst.BaseExpression | None:
        """The literal of another module that a name, ``module.NAME`` or ``Class.NAME`` stands for."""
        name = self.names.qualified(expression) if self.imported is not None else None
        return self.imported.constant(name) if self.imported is not None and name is not None and is_first_party(name) else None

    @cached_property
    def closed(self) -> Closed:
        """Literals for other modules."""
        return Closed(self.names, self.constants, self._class_of, self._function_of)

    def _class_of(self, expression: cst.BaseExpression) -> str:
        """The name by which other modules know the class of the project that an expression is; "" for anything else."""
        name = self.types.named(expression) or ""
        if is_first_party(name):
            return name if self.types.type(name) is not None else ""
        own = self.imported is not None and self.types.definition(name) is not None
        return f"{self.imported.file}:{name}" if own and self.imported is not None else ""

    def _function_of(self, expression: cst.BaseExpression) -> str:
        """The name by which other modules know the function of the project that an expression is; a lambda goes by its rank."""
        if self.imported is None:
            return ""
        if isinstance(expression, cst.Lambda):
            rank = self.tree.order.get(expression)
            return f"{self.imported.file}:<{rank}>" if rank is not None else ""
        for function in self.functions.defined(expression):
            is_inside = isinstance(expression, cst.Attribute) or self.tree.enclosing(function, cst.FunctionDef) is not None
            return f"{self.imported.file}:{function.name.value}" if not is_inside else ""
        name = self.names.qualified(expression) or ""
        return name if is_first_party(name) and self.imported.is_function(name) else ""

    @cached_property
    def types(self) -> Types:
        """The types of sheets and of the project."""
        return Types(self.tree, self.scopes, self.names, self.libraries, self.imported)

    @cached_property
    def evaluator(self) -> Evaluator:
        """Meanings of expressions."""
        return self.evaluator_with({})

    def evaluator_with(self, given: Mapping[cst.CSTNode, Meaning]) -> Evaluator:
        """Meanings of expressions when parameters mean what is given, by their nodes."""
        return Evaluator(
            self.tree,
            self.scopes,
            self.names,
            self.constants,
            self.functions,
            types=self.types,
            binding=self.binding,
            imported=self.imported,
            given=given,
        )

    @cached_property
    def binding(self) -> ApiBinding:
        """Which API calls talk to."""
        addresses = Addresses(self.scopes, self.names, self.constants, self.functions, self.libraries)
        return ApiBinding(self.tree, self.names, self.catalogues, self.libraries, addresses=addresses, said=self.said, default=self.default)

    @property
    def statuses(self) -> Statuses:
        """Which statuses a test lets through."""
        return self.evaluator.statuses

    @cached_property
    def text_tests(self) -> TextTests:
        """Tests of text."""
        return TextTests(self.tree, self.scopes, self.names, self.constants, self.libraries.matchers)

    @cached_property
    def collections(self) -> Collections:
        """The literals that expressions are or hold, and where each is written."""
        return Collections(self.scopes, self.constants, self.statuses.number)

    @cached_property
    def expectations(self) -> Expectations:
        """What the code expects of exceptions of which nothing else is known."""
        return Expectations(
            self.tree,
            self.text_tests,
            meaning=self.meaning,
            asked=self.asked,
            number=self.statuses.number,
            types=self.evaluator.type_sheets,
            are_apart=self.sorting.are_apart,
        )

    @cached_property
    def foreign_errors(self) -> ForeignErrors:
        """Exceptions that are known to come from something else than HTTP."""
        return ForeignErrors(self)

    @cached_property
    def made_of_answers(self) -> MadeOfAnswers:
        """Classes of this file that are raised for nothing but what a server said."""
        return MadeOfAnswers(self)

    @cached_property
    def code_tests(self) -> CodeTests:
        """Tests of codes and statuses."""
        origins = Origins(self.scopes, self.constants, self.functions, self.meaning)
        return CodeTests(self.tree, self.collections, origins, self.functions, meaning=self.meaning, part=self.evaluator.part)

    @cached_property
    def circumstances(self) -> Circumstances:
        """What tests on the way to a place say of one answer."""
        return Circumstances(self.tree, self.answers, self.code_tests, self.evaluator.caught, self.meaning)

    @cached_property
    def answers(self) -> Answers:
        """Which values come from the same answer."""
        return Answers(self.tree, self.functions, self.statuses)

    @cached_property
    def shields(self) -> Shields:
        """What catches failures from around the code that fails."""
        return Shields(self)

    @cached_property
    def decodings(self) -> Decodings:
        """Where bodies are decoded."""
        return Decodings(self)

    @cached_property
    def envelope_reads(self) -> EnvelopeReads:
        """Reads of the parts of errors."""
        return EnvelopeReads(self)

    @cached_property
    def unchecked_answers(self) -> UncheckedAnswers:
        """Answers whose data is used unchecked."""
        return UncheckedAnswers(self)

    @cached_property
    def presence(self) -> Presence:
        """Which bare tests may ask whether there is a response."""
        return Presence(self)

    @cached_property
    def silences(self) -> Silences:
        """Errors that pass through handlers unseen."""
        return Silences(self)

    @cached_property
    def decisions(self) -> Decisions:
        """Whether a test decides anything."""
        calls_of = self.functions.calls_of
        return Decisions(self.tree, self.scopes, Prose(self), calls_of=calls_of, pause=partial(pause_of, self), test_at=self.text_tests.at)

    @cached_property
    def functions(self) -> Functions:
        """Which functions of the file a call runs, and what they return."""
        return Functions(self.tree, self.scopes, self.constants)

    @cached_property
    def rebinding(self) -> Rebinding:
        """Whether a name still stands for the same at a place."""
        return Rebinding(self)

    @cached_property
    def predicates(self) -> Predicates:
        """Which outcomes of an attempt a test, a predicate function or a handler lets through."""
        return Predicates(self)

    @cached_property
    def deciders(self) -> Deciders:
        """Predicates that other modules define, and properties of exceptions."""
        return Deciders(self)

    @cached_property
    def onward(self) -> OnwardCalls:
        """Functions of other modules that are handed what failed."""
        return OnwardCalls(self)

    @cached_property
    def waits(self) -> Waits:
        """How long a delay expression says to wait."""
        return Waits(self)

    @cached_property
    def attempts(self) -> Attempts:
        """What a piece of code attempts over HTTP."""
        return Attempts(self)

    @cached_property
    def draws(self) -> Draws:
        """Which values are others each time they are asked for."""
        return Draws(self)

    @cached_property
    def headers(self) -> Headers:
        """Where the headers of an answer can be read."""
        return Headers(self)

    @cached_property
    def told(self) -> ToldWaits:
        """What servers say about the wait."""
        return ToldWaits(self)

    @cached_property
    def settings(self) -> Settings:
        """What objects of settings hold by default."""
        return Settings(self)

    @cached_property
    def judge(self) -> Judge:
        """What the APIs say to the retry policies of the file."""
        return Judge(self)

    @cached_property
    def keys(self) -> Keys:
        """Idempotency keys of retried requests."""
        return Keys(self)

    @cached_property
    def lost_ids(self) -> Losses:
        """Where request ids of errors are lost."""
        return Losses(self)

    @cached_property
    def sorting(self) -> Sorting:
        """Which exceptions texts are of where they are asked."""
        return Sorting(self)

    @cached_property
    def own_numbers(self) -> OwnNumbers:
        """Statuses that exceptions of this file keep."""
        return OwnNumbers(self)

    @cached_property
    def own_texts(self) -> OwnTexts:
        """Texts that the project gives its own exceptions."""
        return OwnTexts(self)

    @cached_property
    def retried_texts(self) -> RetriedTexts:
        """Texts of exceptions that retries depend on."""
        return RetriedTexts(self)

    @cached_property
    def retries(self) -> Retries:
        """All retry policies of the file."""
        return Retries(self)

    def meaning(self, expression: cst.BaseExpression) -> Meaning | None:
        """What an expression is, and how we know."""
        return self.evaluator.meaning(expression)

    def asked(self, test: TextTest) -> Meaning | None:
        """What a test of text asks."""
        found = self.meaning(test.subject)
        for key in test.keys:
            found = self.evaluator.part(found, key, test.subject) if found is not None else None
        return self.sorting.at(found, test.node) if found is not None and found.from_exception else found

    def runs(self, call: cst.Call) -> list[cst.FunctionDef]:
        """The functions of this file that a call may run, methods of its classes included."""
        return self.evaluator.callees.here(call)

    def does_http(self, code: cst.CSTNode) -> Evidence | None:
        """Whether running ``code`` makes an HTTP call, and how we know; None when nothing shows it.

        ``code`` is a call, a function or lambda (its body is meant, as if it were called), or any statement, block or expression; functions
        that are only defined in it do not count. Followed: calls of libraries and SDKs, and of functions and methods of this file.
        The trail ends at ``code`` if that is a call, else at the call inside of it that leads there.
        """
        return self.evaluator.http.of(code)

    def raises_for_status(self, code: cst.CSTNode) -> Raising:
        """Whether running ``code`` (as in :meth:`does_http`) raises because the status of an answer is an error, and which types.

        YES: a call that does so is seen, or a ``raise`` made of the answer or under a test for error statuses, and no ``try`` inside of
        ``code`` keeps it. NO: HTTP calls are seen, and an error status comes back from them as a value. UNKNOWN: anything else, and
        also where the response is handed to code that is not known. ``types`` are those that are known; what handlers inside of ``code``
        raise instead is already taken into account.
        """
        return self.evaluator.raises.of(code)

    @cached_property
    def mentioned_apis(self) -> tuple[Catalogue, ...]:
        """The APIs that the file itself names."""
        return mentioned_apis(self)

    def is_error(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        """Whether the answer that a value was taken from is known to be an error where ``node`` stands."""
        return self._known_errors.is_error(meaning, node)

    def has_succeeded(self, meaning: Meaning, answer: Meaning, node: cst.CSTNode) -> bool:
        """Whether errors were sorted out of an answer where ``node`` stands, or on the way there of what was taken from it."""
        return self._known_errors.has_succeeded(meaning, answer, node)

    def is_denied(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        """Whether a function says, by False, that an answer is no success where ``node`` stands."""
        return self._known_errors.is_denied(meaning, node)

    def is_record(self, meaning: Meaning, node: cst.CSTNode) -> bool:
        """Whether a part of a body tells of a thing that failed, in an answer that is known to be a success where ``node`` stands."""
        return self._known_errors.is_record(meaning, node)

    def is_refused_at(self, node: cst.CSTNode) -> bool:
        """Whether a body, by a test on the way, calls itself an error where ``node`` stands."""
        return self._known_errors.is_refused_at(node)

    @cached_property
    def _known_errors(self) -> KnownErrors:
        return KnownErrors(self)

    def narrowed(self, node: cst.CSTNode, subject: Meaning) -> str | None:
        """What tests on the way to ``node`` already pinned down of the error that ``subject`` belongs to, if anything."""
        return narrowed(self, node, subject)
