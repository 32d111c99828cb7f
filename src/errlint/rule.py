"""What a rule is made of: the one module that rule packs import.

A rule is a module with a docstring (its documentation) and one stateless generator::

    @rule("ERR504", on=(cst.If, cst.While, cst.IfExp), since="0.1", severity=Severity.ERROR)
    def check(node, ctx):
        subject = ctx.meaning(node.test)                     # what does this node mean?
        if subject is None or ...:                           # not our business
            return
        yield ctx.finding(node.test, "…", trail=subject.trail, fix=ctx.fix(Safety.SAFE, "…", ctx.replace(node.test, "…")))

The name of the module is the name of the rule, and the name of its folder of fixtures.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Callable, Iterator

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.catalogue.spelling import is_slip, one_edit_apart
from errlint.context import Context
from errlint.lean import dataclass
from errlint.model import Edit, Finding, Fix, Location, Safety, Severity, Step
from errlint.screens.code import Code, Screen
from errlint.semantics.asked.code_tests import CodeTest, Way
from errlint.semantics.asked.replacements import Replacement, candidates, status_in
from errlint.semantics.asked.text_tests import TextTest
from errlint.semantics.errors.raising import Answer, Raising
from errlint.semantics.meaning import Evidence, Kind, Meaning, Place
from errlint.semantics.program.members import Literal
from errlint.semantics.program.tree import alike
from errlint.semantics.request_ids.classes import Slotless, parameters, slot
from errlint.semantics.request_ids.judging import Loss, Lost
from errlint.semantics.retries.judge import Hopeless, head
from errlint.semantics.retries.layers import Multiplied
from errlint.semantics.retries.misjudged import Misjudged
from errlint.semantics.retries.policy import Attempt, Retried, RetryPolicy, Stop, Wait
from errlint.semantics.retries.sent.keys import FreshKey
from errlint.semantics.retries.waiting.at_hand import AtHand
from errlint.semantics.retries.waiting.told import Slept, Told
from errlint.semantics.rewrites.helpers import merged
from errlint.sheets.library import Argument, RetryAfterDefeat, TypeSheet

__all__ = [
    "RETRIES",
    "Answer",
    "Argument",
    "AtHand",
    "Attempt",
    "Catalogue",
    "Check",
    "Code",
    "CodeTest",
    "Context",
    "Edit",
    "Evidence",
    "Finding",
    "Fix",
    "FreshKey",
    "Hopeless",
    "Kind",
    "Literal",
    "Location",
    "Loss",
    "Lost",
    "Meaning",
    "Misjudged",
    "Multiplied",
    "Place",
    "Raising",
    "Replacement",
    "Retried",
    "RetryAfterDefeat",
    "RetryPolicy",
    "Rule",
    "Safety",
    "Severity",
    "Slept",
    "Slotless",
    "Step",
    "Stop",
    "TextTest",
    "Told",
    "TypeSheet",
    "Wait",
    "Way",
    "alike",
    "candidates",
    "head",
    "is_slip",
    "merged",
    "one_edit_apart",
    "parameters",
    "rule",
    "slot",
    "status_in",
]

RETRIES = (cst.For, cst.While, cst.FunctionDef, cst.Decorator, cst.Call)
"""The nodes at which retry policies stand."""

Uses = typing.Literal["code", "status", "alias", "message", "retry", "wait", "request_id", "envelope", "idempotency"]
"""What a rule asks a catalogue about an error: the names of its codes, the statuses of a code, the codes that mean the same, texts,
whether it may be retried, where the time to retry stands, where the request id and the other parts stand, how writes are repeated."""

Check = Callable[..., Iterator[Finding]]
"""A rule's function: ``(node, ctx) -> findings``."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    :ivar id: ``ERR101``, never reused; :ivar name: ``message-branch``; :ivar on: node types it wants to see;
    :ivar doc: the module's docstring; :ivar since: the version that brought it; :ivar preview: off by default;
    :ivar uses: what it asks a catalogue about an error, for `errlint explain API:CODE`; :ivar screen: whether the code of a file can have a
    finding at all; None: any file can.
    """

    id: str
    name: str
    check: Check
    on: tuple[type[cst.CSTNode], ...]
    severity: Severity
    preview: bool
    since: str
    doc: str
    uses: tuple[Uses, ...] = ()
    screen: Screen | None = None

    @property
    def title(self) -> str:
        """The first line of the documentation."""
        return self.doc.strip().split("\n", 1)[0].rstrip(".")


def rule(
    rule_id: str,
    *,
    on: tuple[type[cst.CSTNode], ...],
    since: str,
    severity: Severity = Severity.WARNING,
    preview: bool = False,
    uses: tuple[Uses, ...] = (),
    screen: Screen | None = None,
) -> Callable[[Check], Rule]:
    """Turn the check of a module into its rule. The name and the documentation come from the module.

    :param screen: told from its code before it is parsed, whether a file can have a finding; it may never be wrong when it says no.
    """

    def decorate(check: Check) -> Rule:
        module = sys.modules[check.__module__]
        name = check.__module__.rpartition(".")[2].replace("_", "-")
        return Rule(rule_id, name, check, on, severity, preview, since, module.__doc__ or "", uses, screen)

    return decorate
