"""``python -m errlint``."""

from errlint.cli import main

main()
