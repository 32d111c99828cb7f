"""What does this value mean, and how do we know? The one layer that every rule asks."""
