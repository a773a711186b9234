"""bench_nets.py - networks for bench-peers and bench-train, and how long they take in hearsay."""
import os
import subprocess

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CNN = (("conv1", (32, 1, 3, 3)), ("conv2", (64, 32, 3, 3)), ("dense", (64, 64 * 32 * 32)),
       ("head", (8, 64)))  # fmt: skip


def write_cnn(path):
    """The architecture cnn on a 128x128 picture, with random weights."""
    rng = np.random.default_rng(1)
    weights = []
    for name, shape in CNN:
        scale = (2 / np.prod(shape[1:])) ** 0.5
        weights.append(numpy_helper.from_array(
            (scale * rng.standard_normal(shape)).astype(np.float32), name + ".weight"))  # fmt: skip
        weights.append(numpy_helper.from_array(np.zeros(shape[0], np.float32), name + ".bias"))
    nodes, x = [], "x"

    def add(op, inputs, **attributes):
        nonlocal x
        name = f"v{len(nodes)}"
        nodes.append(helper.make_node(op, [x, *inputs], [name], name=name, **attributes))
        x = name

    for name in ("conv1", "conv2"):
        add("Conv", [name + ".weight", name + ".bias"], kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        add("Relu", [])
        add("MaxPool", [], kernel_shape=[2, 2], strides=[2, 2])
    add("Flatten", [])
    add("Gemm", ["dense.weight", "dense.bias"], transB=1)
    add("Relu", [])
    add("Gemm", ["head.weight", "head.bias"], transB=1)
    graph = helper.make_graph(
        nodes, "cnn", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, 128, 128])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["N", 8])], weights)  # fmt: skip
    onnx.save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)  # fmt: skip


def hearsay_ms(build, path, batch, seconds=1.0, threads=None):
    """The least milliseconds of an inference, or of a step of training on so many threads."""
    command = [os.path.join(build, "tools", "bench_net"), path, str(batch), str(seconds)]
    if threads:
        command.append(str(threads))
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
