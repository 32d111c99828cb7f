"""What values mean: the answer of a call, its status and body, and what is made of them on the way to a place."""
