"""See which interaction data leaves a DJ's computer."""

__version__ = "0.1.0"
