"""Parts of lists: elements, entries and arguments that are put in or taken out, with their commas and the comments that are about them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from errlint.model import Edit

if TYPE_CHECKING:
    from errlint.semantics.rewrites.writing import Writing

_BLANK = " \t"
_COMMENT = re.compile(r"[ \t]*(?P<comma>,)?[ \t]*#[^\r\n]*")
"""The comment behind a part of a list, and whether the comma comes before it."""
_REST = re.compile(r"[ \t]*,?[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
"""What follows the last part of a list on its line."""


class Listing:
    """Writes into the lists of one file."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._source = writing.source
        self._tree = writing.semantics.tree

    def add_argument(self, call: cst.Call, code: str) -> tuple[Edit, ...]:
        """Add an argument at the end of a call; on a line of its own where the last one has one."""
        _, end = self._source.span(call)
        return self.add_behind(call.args[-1], call.args[-1].value, [code]) if call.args else (Edit(end - 1, end - 1, code),)

    def add_behind(self, listed: cst.CSTNode, last: cst.BaseExpression, codes: Sequence[str]) -> tuple[Edit, ...]:
        """More of a list behind one part of it, and behind the comment on that.

        :param listed: an element or an argument; :param last: the expression that it ends with. Each of ``codes`` gets a line of its own
            where this part has one, or a comment.
        """
        _, end = self._writing.span(last)
        comment = _COMMENT.match(self._source.text, end)
        if comment is None or (comment["comma"] is None and isinstance(getattr(self._source.full(listed), "comma", None), cst.Comma)):
            return (Edit(end, end, "".join(f",{self.gap(listed)}{code}" for code in codes)),)
        indent = self._indent_within(listed)
        lines = "".join(f"{self._writing.newline}{indent}{code}," for code in codes)
        comma = () if comment["comma"] is not None else (Edit(end, end, ","),)
        return (*comma, Edit(comment.end(), comment.end(), lines))

    def _indent_within(self, listed: cst.CSTNode) -> str:
        """The white space before a new line of the list that something stands in: that of a line which begins with a part of it, if any."""
        holder = self._tree.parent.get(listed)
        others: Sequence[cst.CSTNode] = (
            getattr(holder, "elements", None) or getattr(holder, "args", None) or getattr(holder, "params", None) or ()
        )
        for found in (listed, *others):
            if self._writing.starts_line(found):
                return self._writing.indent(found)
        line = self._writing.line_at(self._source.span(listed)[0])
        text = self._source.text[line : self._source.span(listed)[0]]
        indent = text[: len(text) - len(text.lstrip(_BLANK))]
        return indent + self._writing.step if holder is not None and self._source.span(holder)[0] >= line else indent

    def own_lines(self, listed: cst.CSTNode, last: cst.BaseExpression) -> tuple[int, int] | None:
        """The lines of a part of a list, with its comma and the comment behind it; None where anything else stands on them.

        None, too, where a comment stands on the line above: it may be about this part, or about several.
        """
        start, (_, end) = self._writing.line_at(self._source.span(listed)[0]), self._writing.span(last)
        rest = _REST.match(self._source.text, end)
        above = self._source.text[self._writing.line_at(max(start - 1, 0)) : start].strip()
        if not start or rest is None or not self._writing.starts_line(listed) or above.startswith("#"):
            return None
        comma = getattr(self._source.full(listed), "comma", None)
        if isinstance(comma, cst.Comma) and "," not in rest[0].partition("#")[0]:
            return None  # it stands on a later line
        return start, rest.end()

    def removes_lines(self, edit: Edit) -> bool:
        """Whether an edit takes whole lines out, on each of which something stands besides comments."""
        text = self._source.text
        if edit.text or edit.start != self._writing.line_at(edit.start) or edit.end != self._writing.line_at(edit.end):
            return False
        return not any(line.lstrip().startswith("#") for line in text[edit.start : edit.end].splitlines())

    def remove_elements(self, holder: cst.Set | cst.List | cst.Tuple, gone: Collection[cst.CSTNode]) -> list[Edit] | None:
        """Elements out of a list, by their values, with their commas, and their comments where they have lines of their own.

        None for all of them, and where other comments would go with them.
        """
        elements = list(holder.elements)
        kept = [element.value not in gone for element in elements]
        if not any(kept) or all(kept):
            return None
        lines = [self.own_lines(element, element.value) for element, stays in zip(elements, kept, strict=True) if not stays]
        if None not in lines:
            edits = [Edit(*found, "") for found in lines if found is not None]
            only = elements[-1] if kept[-1] and kept.count(True) == 1 else None
        else:
            cuts = self._cuts([self._writing.span(element.value) for element in elements], kept)
            if any("#" in self._source.text[start:end] for start, end in cuts):
                return None
            edits = [Edit(start, end, "") for start, end in cuts]
            only = elements[-1] if kept.count(True) == 1 else None
        if isinstance(holder, cst.Tuple) and only is not None and not isinstance(self._source.full(only).comma, cst.Comma):
            # one element alone makes a tuple by its comma
            end = self._writing.span(only.value)[1]
            last = edits.pop() if kept[-1] is False else Edit(end, end, "")
            edits.append(Edit(last.start, last.end, ","))
        return edits

    def _cuts(self, spans: Sequence[tuple[int, int]], kept: Sequence[bool]) -> list[tuple[int, int]]:
        """What to take out so that only the kept ones of some neighbours are left, with one comma between two."""
        first = kept.index(True)
        cuts = [(spans[0][0], spans[first][0])] if first else []
        position = first
        while position < len(kept):
            following = next((index for index in range(position + 1, len(kept)) if kept[index]), len(kept))
            if following > position + 1:
                cuts.append((spans[position][1], spans[following - 1][1]))
            position = following
        return cuts

    def gap(self, listed: cst.CSTNode) -> str:
        """What stands before one more of a list: a new line where this one has a line of its own."""
        return f"{self._writing.newline}{self._writing.indent(listed)}" if self._writing.starts_line(listed) else " "


def last_part(parameter: cst.Param) -> cst.BaseExpression:
    """What a parameter ends with, as it is written: its default, its annotation, or its name."""
    return parameter.default or (parameter.annotation.annotation if parameter.annotation is not None else parameter.name)
