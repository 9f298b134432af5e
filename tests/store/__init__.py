"""Tests of the store; a package so that they share `tests.store.make` and `tests.store.process`."""
