"""Retries that are set up with a library: what its sheet and the arguments of its calls say, and which HTTP calls are covered."""
