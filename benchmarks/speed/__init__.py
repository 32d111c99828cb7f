"""How fast errlint is, measured beside other linters in the same run."""
