"""errlint reads Python code that calls HTTP APIs and reports where it breaks the error contract of the API."""

__version__ = "0.1.0"
