"""Fuzzing: what must hold for any bytes (:mod:`.targets`), a fuzzer that looks for bytes for which it does not, and what it found."""
