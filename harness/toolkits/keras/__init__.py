"""The toolkit for Keras: a port of any `keras.Model`, on TensorFlow or on PyTorch."""
