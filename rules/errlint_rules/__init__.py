"""The rules that come with errlint: an ordinary rule pack, found by its entry point like anybody's.

One module is one rule; its name is the rule's name and that of its fixture folder. ``catalogues`` and ``libraries`` hold the data the rules
work with.
"""
