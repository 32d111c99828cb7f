"""Who catches the exception that a library raises in the end, in place of the failure: what is not retried comes out as it is."""

from __future__ import annotations

import libcst as cst

from errlint.model import Edit
from errlint.semantics.program.handling import Handler
from errlint.semantics.retries.library.calls import RetrySite
from errlint.semantics.retries.policy import RetryPolicy
from errlint.semantics.rewrites.writing import Writing


class WrappedEnds:
    """The handlers of one file for ``RetryError``."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._semantics = writing.semantics
        self._tree = writing.semantics.tree

    def handlers(self, site: RetrySite, policy: RetryPolicy) -> list[Handler]:
        """Those that may catch what the policy raises in the end; they do not know the failure itself."""
        if not site.ends_as:
            return []
        every: list[Handler] = [*self._tree.all(cst.ExceptHandler), *self._tree.all(cst.ExceptStarHandler)]
        return [found for found in every if self._catches(found, site.ends_as, policy)]

    def widened(self, handlers: list[Handler], failure: str) -> tuple[Edit, ...] | None:
        """``except (RetryError, requests.HTTPError)``; None where a handler asks its exception for what only the other one has."""
        edits: list[Edit] = []
        for handler in handlers:
            written = handler.type
            if handler.name is not None or written is None:
                return None
            types = [element.value for element in written.elements] if isinstance(written, cst.Tuple) else [written]
            names = ", ".join([*map(self._writing.code, types), failure])
            edits.append(self._writing.replace(written, f"({names})"))
        return tuple(edits)

    def _catches(self, handler: Handler, ends_as: str, policy: RetryPolicy) -> bool:
        names = self._semantics.names
        listed = handler.type.elements if isinstance(handler.type, cst.Tuple) else ()
        types = [element.value for element in listed] or ([handler.type] if handler.type is not None else [])
        if not any(names.qualified(one) == ends_as for one in types):
            return False
        tried = self._tree.tried(handler)
        run = (
            [function for call in self._tree.inside(tried, cst.Call) for function in self._semantics.functions.run_by(call)]
            if tried
            else []
        )
        others = [code for other in self._semantics.retries.policies if other is not policy for code in other.code]
        return any(function in policy.code for function in run) or not any(function in others for function in run)
