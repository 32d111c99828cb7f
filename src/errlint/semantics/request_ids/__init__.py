"""Request ids of failed calls: where they stand, what keeps them, and the paths on which they are lost.

``whereabouts`` asks catalogues and sheets where the id of an error is; ``failures`` finds the code that runs after an error of a bound API;
``keeping`` says what an expression keeps of it; ``speech`` which calls tell people something; ``paths`` follows the ways through a handler;
``judging`` says what is lost at their ends, ``absence`` where there is no id, and ``losses`` puts it together. ``classes`` are the
project's exceptions that have no place for an id; ``additions`` the edits that put it where it was missing.
"""
