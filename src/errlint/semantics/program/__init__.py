"""What the code of a file says by itself: its tree, names, literals and functions, and the tests around a place. Nothing of HTTP."""
