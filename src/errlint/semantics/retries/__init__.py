"""Retry policies: what is sent again, after which failures, how long after, and how often; one model for every mechanism."""
