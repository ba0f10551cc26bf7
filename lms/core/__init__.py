"""The kernel: knows nothing of education."""
