"""How long a retry waits, and what it knows of how long the server wants it to."""
