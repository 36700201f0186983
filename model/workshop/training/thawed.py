"""The network of a file that ships, able to learn again: a training can go on from it instead of from nothing.

In the file the batch normalisation has become part of the convolutions. It is taken out again with pictures: what each
convolution gives for them is subtracted, divided by, and put back, so that the answers stay and the learning goes on.
"""

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from keras.layers import BatchNormalization, Conv2D, Dense
from numpy.typing import NDArray

from model.workshop.errors import WorkshopError

Weights = NDArray[np.float32]


class OtherNetwork(WorkshopError):
    """A file holds another kind of network than the one that is to go on from it."""


def thaw(content: bytes, network: keras.Model, pictures: NDArray[np.float32]) -> keras.Model:
    """Give an untrained network the weights of a .tflite file.

    Args: content: the file. network: of the kind that the file holds, with batch normalisation after each convolution.
        pictures: (n, side, side, 1), some hundred as the network reads them.
    Raises: OtherNetwork: the file holds a network of another kind.
    """
    layers = sorted((layer for layer in network.layers if isinstance(layer, Conv2D | Dense)), key=_as_made)
    weights = _weights(content)
    if [layer.kernel.shape for layer in layers] != [kernel.shape for kernel, _ in weights]:
        raise OtherNetwork("the file holds a network of another kind: name the one that it holds with --network")
    for layer, (kernel, bias) in zip(layers, weights, strict=True):
        layer.set_weights([kernel, bias] if layer.use_bias else [kernel])
    for layer, (_, bias) in zip(layers, weights, strict=True):
        if not layer.use_bias:  # its batch normalisation has it
            _unfold(network, layer, bias, pictures)
    return network


def _as_made(layer: keras.Layer) -> tuple[bool, int]:
    """The order in which a file computes them, which is that in which they were made: the sum's straight way first."""
    number = layer.name.rpartition("_")[2]
    return isinstance(layer, Dense), int(number) if number.isdigit() else 0


def _weights(content: bytes) -> list[tuple[Weights, Weights]]:
    """Kernel and bias of each layer in the order of computation, as Keras lays them out."""
    bare = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES  # which leaves the weights as the file has them
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=bare)
    interpreter.allocate_tensors()
    facts = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    found = []
    for step in interpreter._get_ops_details():  # nothing public says which bias goes with a kernel
        if step["op_name"] in {"CONV_2D", "FULLY_CONNECTED"}:
            bias, kernel = sorted(map(int, step["inputs"][1:]), key=lambda index: len(facts[index]["shape"]))
            scale = facts[kernel]["quantization_parameters"]["scales"]  # one for each output, where there are 8 bits
            floats = np.moveaxis(interpreter.get_tensor(kernel), 0, -1) * (scale if len(scale) else 1)
            found.append((floats.astype(np.float32), interpreter.get_tensor(bias)))
    return found


def _unfold(network: keras.Model, layer: Conv2D, bias: Weights, pictures: NDArray[np.float32]) -> None:
    """Let the batch normalisation that follows a convolution add the bias, and know what the convolution gives."""
    given = np.asarray(keras.Model(network.input, layer.output)(pictures, training=False))
    mean, variance = given.mean(axis=(0, 1, 2)), given.var(axis=(0, 1, 2))
    following = next(
        after for after in network.layers if isinstance(after, BatchNormalization) and after.input is layer.output
    )
    following.set_weights([np.sqrt(variance + following.epsilon), bias + mean, mean, variance])
