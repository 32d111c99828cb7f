"""Edits that give code another behaviour: statements, imports and helpers written into a file."""
