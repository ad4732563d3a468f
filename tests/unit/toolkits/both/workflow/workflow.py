"""A workflow as people have it: it loads an NPZ file, makes a loader and an optimiser, and trains."""

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset


def fit(model, loader, optimiser):
    raise RuntimeError("the training was begun")


def main(path, learning_rate=1e-3, batch_size=2, each_pattern_alone=False, stops_early=False):
    amplitude = np.load(path)["diff3d"].astype("float64")
    energies = (amplitude**2).sum(axis=(1, 2))
    energy = energies[:, None, None] if each_pattern_alone else energies.mean()
    patterns = amplitude * (amplitude.shape[-1] / 2) / np.sqrt(energy)
    if stops_early:
        return
    if batch_size < 1:
        raise ValueError("no batch is that small")
    model = torch.nn.Conv2d(1, 1, 3, padding=1)
    loader = DataLoader(TensorDataset(torch.from_numpy(patterns)[:, None]), batch_size=batch_size, shuffle=True)
    fit(model, loader, torch.optim.Adam(model.parameters(), lr=learning_rate))
