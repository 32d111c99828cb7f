"""errlint's own rule pack: rules, error catalogues and library sheets, found by entry point like anybody's."""

DOCUMENTATION = "https://errlint.readthedocs.io/rules/{name}/"
"""The page of a rule."""
