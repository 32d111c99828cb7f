"""Execution of client code against a server that answers with the errors of a catalogue; `tests/fixes/README.md` is the guide."""
