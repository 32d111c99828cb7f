"""Errors of an API: what raises and catches them, what code knows of them, and which of them it overlooks."""
