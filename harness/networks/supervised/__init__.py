"""The second network: an encoder-decoder that is trained on simulated patches, written on the toolkits.

A diffraction pattern goes in, amplitude and phase of its patch come out. It has the layers that the first network
lacks: strided and transposed convolutions, normalisations, dropout, a dense bottleneck behind a flattened image, two
kinds of upsampling. Its two sides share no code but `feed.py`.
"""
