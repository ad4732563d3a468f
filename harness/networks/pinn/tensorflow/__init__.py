"""The network, its physics and its training in TensorFlow and Keras."""
