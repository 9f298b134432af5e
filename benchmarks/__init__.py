"""Speed and memory, as ratios against a bare client in the same run: `python -m benchmarks.run`."""
