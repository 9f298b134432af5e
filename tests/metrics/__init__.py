"""Tests of evalium.metrics."""
