"""Retries that are written by hand: loops and functions that call themselves, walked through outcome by outcome."""
