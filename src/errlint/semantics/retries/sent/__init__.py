"""What a retry sends, and whether that is the same request in each attempt."""
