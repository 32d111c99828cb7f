"""Retries of the project that run what they are given: decorators, helpers and objects, in this module or another."""
