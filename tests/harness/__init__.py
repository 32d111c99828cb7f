"""Reads the fixtures, lints them in every way that must not matter, and compares with what they say about themselves.

``comments`` and ``fixture`` read a fixture; ``bench`` runs errlint over it; ``checks`` says what must hold for one fixture and
``folders`` for all of them; ``siblings`` makes the ``.fixed.py``; ``suppress`` adds suppression comments; ``swap`` changes the library;
``docs`` and ``index`` hold the documentation against the rules. A check is a function that raises AssertionError with a message that
names the file and the line; it knows nothing of pytest.
"""
