"""A trained network as a LiteRT file, which needs no TensorFlow to be read."""

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

KINDS = ("dynamic 8-bit", "float16", "float32")  # the smallest first: it wins unless it reads otherwise


def convert(network: keras.Model, kind: str) -> bytes:
    """The content of a .tflite file.

    Args: network: (n, side, side, 1) -> (n, classes). kind: one of KINDS.
    """
    function = tf.function(lambda picture: network(picture, training=False))
    concrete = function.get_concrete_function(tf.TensorSpec((1, *network.input_shape[1:]), tf.float32))
    # Freeze first. Converting the Keras function directly gives a file without weights that loads and even runs.
    frozen = convert_variables_to_constants_v2(concrete)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if kind != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())
