"""The physics-informed network; its loss compares predicted and measured patterns and needs no ground truth."""
