"""What code asks an answer or an error: tests of texts, codes and statuses, and what depends on them."""
