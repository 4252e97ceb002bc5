"""Placeholder until the commands land."""


def main() -> None:
    """Do nothing yet."""
