"""Every kind of fix, executed: README.md says how a proof is written."""
