"""The U-Net of careamics, made what that of csbdeep is."""

import careamics_side
from torch import nn


def build(setup):
    port = careamics_side.build(setup)
    for module in port.model.modules():
        if isinstance(module, nn.Upsample):
            module.mode = "nearest"
        if isinstance(module, nn.BatchNorm2d):
            module.eps, module.momentum = 1e-3, 0.01
    return port
