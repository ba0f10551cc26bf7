"""Benchmarks: one file each; each prints one line of JSON last."""
