"""The physics-informed network: unsupervised, it learns objects from diffraction patterns through their physics."""
