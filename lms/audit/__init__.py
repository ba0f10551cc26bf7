"""The audit as people read it: names, words and links for what the kernel has written down."""
