"""This program beside its peers: `python -m benchmarks`."""
