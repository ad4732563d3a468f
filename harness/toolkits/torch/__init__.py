"""The toolkit for PyTorch: a port of any `torch.nn.Module`."""
