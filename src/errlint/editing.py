"""The edits that a rule makes of what it found: pieces of code that are replaced, and all that :mod:`errlint.semantics.rewrites` writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from errlint.comments import comments
from errlint.model import Edit, Fix, Safety
from errlint.semantics.analysis import Semantics
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.helpers import merged
from errlint.semantics.rewrites.listing import last_part
from errlint.source import Source

if TYPE_CHECKING:  # files with findings are few, so what writes is imported when it is needed
    from errlint.semantics.request_ids.additions import Additions
    from errlint.semantics.rewrites.guards import Guards
    from errlint.semantics.rewrites.hoisting import Hoisting
    from errlint.semantics.rewrites.limits import Limits
    from errlint.semantics.rewrites.lists import Lists
    from errlint.semantics.rewrites.predicates import Predicates
    from errlint.semantics.rewrites.trials import Trials
    from errlint.semantics.rewrites.waits import Delays
    from errlint.semantics.rewrites.writing import Writing

Trial = Callable[[Sequence[Edit], RetryPolicy], bool]
"""Whether a policy does, after some edits, what it did not do before."""


class Editing:
    """Makes edits of one file, and fixes of edits."""

    def __init__(self, source: Source, semantics: Semantics) -> None:
        self.source = source
        self.semantics = semantics

    @cached_property
    def additions(self) -> Additions:
        """Edits that put a request id where it was missing."""
        from errlint.semantics.request_ids.additions import Additions

        return Additions(self.writing)

    def replace(self, node: cst.CSTNode, code: str, *, with_brackets: bool = False) -> Edit | None:
        """Other code in a node's place: that of an expression as one operand (:class:`Placing`), all other as it is.

        :param with_brackets: in place of the brackets around the node, too.
        :returns: None where an expression cannot stand there.
        """
        start, end = self.writing.span(node) if with_brackets else self.source.span(node)
        fitted: str | None = code
        if isinstance(node, cst.BaseExpression):
            fitted = self.writing.placing.fitted(node, code, in_brackets=not with_brackets)
        return Edit(start, end, fitted) if fitted is not None else None

    def add_argument(self, call: cst.Call, code: str) -> tuple[Edit, ...]:
        """Add an argument at the end of a call."""
        return self.writing.listing.add_argument(call, code)

    def add_parameter(self, last: cst.Param, code: str) -> tuple[Edit, ...]:
        """Add a parameter behind the last one of a function; on a line of its own where that has one."""
        return self.writing.listing.add_behind(last, last_part(last), [code])

    def remove_argument(self, call: cst.Call, argument: cst.Arg) -> Edit | None:
        """Take an argument out, with its comma and the comment behind; None when another comment stands between it and its neighbours."""
        lines = self.writing.listing.own_lines(argument, argument.value)
        if lines is not None:
            return Edit(*lines, "")
        position = next(index for index, found in enumerate(call.args) if found is argument)
        following = self.source.span(call.args[position + 1])[0] if position + 1 < len(call.args) else None
        opens_line = self.writing.starts_line(argument)
        if following is not None and opens_line and "\n" not in self.source.text[self.source.end(argument.value) : following]:
            start, end = self.source.span(argument)[0], following  # the line break before it stays
        elif position:
            start, end = self.source.end(call.args[position - 1].value), self.source.end(argument.value)
        elif following is not None:
            start, end = self.source.span(argument)[0], following
        else:
            # the only argument: its comma alone would not be Python
            start, end = self.source.span(argument)
            if isinstance(self.source.full(argument).comma, cst.Comma):
                before, _, after = self.source.text[end : self.source.span(call)[1]].partition(",")
                end += len(before) + 1 + len(after) - len(after.lstrip(" \t"))
        return None if "#" in self.source.text[start:end] else Edit(start, end, "")

    @cached_property
    def writing(self) -> Writing:
        """Where code is written into the file."""
        from errlint.semantics.rewrites.writing import Writing

        return Writing(self.semantics, self.source)

    @cached_property
    def lists(self) -> Lists:
        """Edits of lists of statuses."""
        from errlint.semantics.rewrites.lists import Lists

        return Lists(self.writing)

    @cached_property
    def guards(self) -> Guards:
        """Edits that leave a loop before it waits in vain."""
        from errlint.semantics.rewrites.guards import Guards

        return Guards(self.writing)

    @cached_property
    def predicates(self) -> Predicates:
        """Edits that tell a library what to retry."""
        from errlint.semantics.rewrites.predicates import Predicates

        return Predicates(self.writing)

    @cached_property
    def limits(self) -> Limits:
        """Edits that give a retry an end."""
        from errlint.semantics.rewrites.limits import Limits

        return Limits(self.writing)

    @cached_property
    def delays(self) -> Delays:
        """Edits of waits."""
        from errlint.semantics.rewrites.waits import Delays

        return Delays(self.writing)

    @cached_property
    def trials(self) -> Trials:
        """What edits make of a retry."""
        from errlint.semantics.rewrites.trials import Trials

        return Trials(self.writing)

    @cached_property
    def hoisting(self) -> Hoisting:
        """Edits that make a value once, before the first attempt."""
        from errlint.semantics.rewrites.hoisting import Hoisting

        return Hoisting(self.writing)

    def fix(self, safety: Safety, message: str, *edits: Edit | None) -> Fix | None:
        """A fix of these edits; ``message`` is an imperative sentence.

        None if one of them cannot be made, if the file is for a Python that could not read them, and if a comment would be lost: what a
        person wrote stays, unless it stands on a line that goes.
        """
        made = [edit for edit in edits if edit is not None]
        if len(made) < len(edits) or self._loses_a_comment(made):
            return None
        joined = merged(made)
        return Fix(safety, message, joined) if self.writing.syntax.allows(self.source.text, joined) else None

    def _loses_a_comment(self, edits: Sequence[Edit]) -> bool:
        text = self.source.text
        cuts = [
            (edit.start, edit.end) for edit in edits if "#" in text[edit.start : edit.end] and not self.writing.listing.removes_lines(edit)
        ]
        if not cuts:
            return False
        written = "\n".join(edit.text for edit in edits)
        return any(
            start < cut_end and cut_start < end and text[start:end] not in written
            for start, end in comments(text)
            for cut_start, cut_end in cuts
        )

    def tried_fix(self, edits: Sequence[Edit] | None, holds: Trial, policy: RetryPolicy, message: str) -> Fix | None:
        """An unsafe fix of a retry, if there are edits, and its policy, asked again after them, does what it should.

        :param holds: the question of :class:`Trials <errlint.semantics.rewrites.trials.Trials>` that the edited policy is asked.
        """
        if edits is None or not holds(merged(edits), policy):
            return None
        return self.fix(Safety.UNSAFE, message, *edits)
