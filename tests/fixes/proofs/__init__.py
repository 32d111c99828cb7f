"""One module a rule; each lists its proofs as PROOFS."""
