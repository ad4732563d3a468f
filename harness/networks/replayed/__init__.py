"""A small pair for bugs of public ports that neither of the two networks can show; each is an option of a side.

It has what they lack: a pooling of an image with an odd side, a convolution of 1x1 pixels, a bilinear upsampling, a
support, two modes of the probe, a schedule, a decay of the weights, and a workflow that is stopped where it would
train. Its two sides share no code but `feed.py` and `workflow.py`.
"""
