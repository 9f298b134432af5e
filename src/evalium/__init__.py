"""evalium: measure, compare and decide on AI models, with numbers that can be trusted."""

__version__ = "0.1.0"
