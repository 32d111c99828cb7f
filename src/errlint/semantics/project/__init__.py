"""The other modules of the project: what one file sees of them, and the summaries that they are asked for."""
