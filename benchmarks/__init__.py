"""Benchmarks: each module is one command that prints one table. No network, no outside data."""
