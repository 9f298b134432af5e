"""Tests of evalium.scorers."""
