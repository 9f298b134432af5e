"""Checks of the repository: `make lint` runs each as `python -m scripts.<name>`, tests/repo proves they can fail."""
