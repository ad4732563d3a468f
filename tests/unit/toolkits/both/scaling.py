"""A function of a user's own code, which no layer makes and both models call by its module."""

from typing import Any


def doubled(images: Any) -> Any:
    """Twice the images."""
    return images * 2.0
