"""The first of the four rules, as one would write it for Fixit."""

import libcst as cst
import libcst.matchers as m
from fixit import LintRule


class MessageBranch(LintRule):
    """The text of an exception decides what happens."""

    MESSAGE = "the text of an exception decides what happens"

    def visit_If(self, node: cst.If) -> None:
        text = m.Call(func=m.Name("str"), args=[m.Arg(m.Name())])
        lower = m.Call(func=m.Attribute(value=text, attr=m.Name("lower")))
        test = m.Comparison(left=m.SimpleString(), comparisons=[m.ComparisonTarget(operator=m.In(), comparator=text | lower)])
        if m.matches(node.test, test):
            self.report(node)
