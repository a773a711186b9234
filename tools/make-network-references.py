#!/usr/bin/env python3
# make-network-references.py - small whole networks as PyTorch and ONNX Runtime's quantiser export
# them, and what ONNX Runtime makes of one input: tests/data/networks/*.onnx, network_reference.inc.
#
# usage: make-network-references.py tests/data (needs numpy, onnx, onnxruntime, torch)
# Weights come from a formula, so that a second run makes the same files with the same versions of
# the packages; input i is sin(1.7 i) + 0.5 cos(0.31 i).
import os
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import quantization
from torch import nn

warnings.filterwarnings("ignore")
out = sys.argv[1]
os.makedirs(f"{out}/networks", exist_ok=True)
rows = []


def wave(shape):
    i = np.arange(np.prod(shape), dtype=np.float64)
    return (np.sin(1.7 * i) + 0.5 * np.cos(0.31 * i)).astype(np.float32).reshape(shape)


def set_weights(net):
    for k, (name, p) in enumerate(net.state_dict().items()):
        if not p.dtype.is_floating_point:
            continue
        i = torch.arange(p.numel(), dtype=torch.float64).reshape(p.shape)
        v = torch.sin(2.3 * i + k) / max(1.0, (p[0].numel() if p.dim() > 1 else 4) ** 0.5)
        if name.endswith("running_var"):
            v = v.abs() + 0.5
        elif p.dim() == 1 and name.endswith("weight"):
            v = v + 1.0
        p.copy_(v.to(p.dtype))
    return net.eval()


def reference(name, shape, exact=False):
    """exact: node by node as ONNX defines them, and not fused to convolutions of whole numbers,
    which round otherwise by a step."""
    path = f"{out}/networks/{name}.onnx"
    options = onnxruntime.SessionOptions()
    if exact:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    y = session.run(None, {session.get_inputs()[0].name: wave(shape)})[0].ravel()
    numbers = ", ".join(f"{v:.9g}" if "." in f"{v:.9g}" or "e" in f"{v:.9g}" else f"{v:.1f}" for v in y)
    rows.append(f'    {{ "{name}", {len(y)}, {{ {numbers} }} }},\n')
    print(f"{name}: {os.path.getsize(path)} bytes, {len(y)} numbers")


def export(name, net, shape, opset=17):
    path = f"{out}/networks/{name}.onnx"
    torch.onnx.export(set_weights(net), (torch.from_numpy(wave(shape)),), path, dynamo=False,
                      opset_version=opset, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "N"}})
    model = onnx.load(path)
    for node in model.graph.node:
        node.doc_string = ""
    onnx.save(model, path)
    reference(name, shape)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 8, 3, stride=2, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(0.1),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(8, 4))

    def forward(self, x):
        return torch.softmax(self.body(x), -1)


class Crnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ELU(),
                                  nn.MaxPool2d((1, 4)))
        self.gru = nn.GRU(12, 5, bidirectional=True, batch_first=True)
        self.lstm = nn.LSTM(10, 4, bidirectional=True, batch_first=True)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        x = self.conv(x.unsqueeze(1)).permute(0, 2, 1, 3).flatten(2)
        x, _ = self.lstm(self.gru(x)[0])
        return torch.sigmoid(self.out(x[:, -1]))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.into = nn.Linear(16, 12)
        self.place = nn.Parameter(torch.zeros(1, 10, 12))
        self.block = nn.TransformerEncoderLayer(12, 3, 16, activation="gelu", batch_first=True,
                                                norm_first=True)
        self.out = nn.Linear(12, 3)

    def forward(self, x):
        return self.out(self.block(self.into(x) + self.place).mean(1))


class Mobile(nn.Module):
    """A block of MobileNetV3: depthwise, squeeze and excitation, hard-swish, a residue."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False),
                                  nn.BatchNorm2d(8), nn.Hardswish())
        self.depth = nn.Sequential(nn.Conv2d(8, 8, 5, padding=2, groups=8, bias=False),
                                   nn.BatchNorm2d(8), nn.ReLU6())
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 4, 1), nn.ReLU(),
                                     nn.Conv2d(4, 8, 1), nn.Hardsigmoid())
        self.point = nn.Sequential(nn.Conv2d(8, 8, 1, bias=False), nn.BatchNorm2d(8))
        self.norm = nn.GroupNorm(2, 8)
        self.prelu = nn.PReLU(8)
        self.out = nn.Linear(16, 3)

    def forward(self, x):
        x = self.stem(x)
        y = self.depth(x)
        x = x + self.point(y * self.squeeze(y))
        x = self.prelu(self.norm(x))
        a, b = x.chunk(2, 1)
        x = torch.cat([torch.exp(-a.abs()).mean((2, 3)), torch.where(b > 0, b, 0.1 * b).amax((2, 3)),
                       torch.linalg.vector_norm(x, dim=(2, 3))], 1)
        return torch.log_softmax(self.out(x), -1)


def keras_like():
    """As tf2onnx writes a Keras network: NHWC, turned for each convolution, shapes by arithmetic."""
    k1, k2 = wave((6, 1, 3, 3)) / 3, wave((6, 1, 3, 3)) / 2
    w, b = wave((6, 3)), wave((3,))
    node = helper.make_node
    nodes = [
        node("Shape", ["x"], ["shape"]), node("Cast", ["shape"], ["shape32"], to=TensorProto.INT32),
        node("Slice", ["shape32", "zero", "one", "zero"], ["n"]),
        node("Mul", ["n", "one32"], ["n1"]), node("Concat", ["n1", "rest"], ["to32"], axis=0),
        node("Cast", ["to32"], ["to"], to=TensorProto.INT64), node("Reshape", ["x", "to"], ["nhwc"]),
        node("Sub", ["nhwc", "mean"], ["x0"]), node("Div", ["x0", "deviation"], ["x1"]),
        node("Transpose", ["x1"], ["x2"], perm=[0, 3, 1, 2]),
        node("Pad", ["x2", "pads"], ["x3"]),
        node("Conv", ["x3", "k1"], ["x4"], strides=[2, 2], name="conv1"),
        node("Transpose", ["x4"], ["x5"], perm=[0, 2, 3, 1]),
        node("Max", ["x5", "nought"], ["x6"]), node("Min", ["x6", "six"], ["x7"]),
        node("Transpose", ["x7"], ["x8"], perm=[0, 3, 1, 2]),
        node("Conv", ["x8", "k2"], ["x9"], group=6, auto_pad="SAME_UPPER", name="depthwise"),
        node("Resize", ["x9", "", "scales"], ["x10"], mode="linear",
             coordinate_transformation_mode="half_pixel"),
        node("Transpose", ["x10"], ["x11"], perm=[0, 2, 3, 1]),
        node("Neg", ["x11"], ["x12"]), node("Exp", ["x12"], ["x13"]),
        node("Add", ["x13", "oner"], ["x14"]), node("Reciprocal", ["x14"], ["x15"]),
        node("ReduceMean", ["x15"], ["x16"], axes=[1, 2], keepdims=0),
        node("MatMul", ["x16", "w"], ["x17"]), node("Add", ["x17", "b"], ["x18"]),
        node("Softmax", ["x18"], ["y"], axis=-1),
    ]
    f32 = lambda v: np.asarray(v, np.float32)
    init = dict(zero=np.int64([0]), one=np.int64([1]), one32=np.int32([1]),
                rest=np.int32([12, 16, 1]), mean=f32([0.1]), deviation=f32([1.3]),
                pads=np.int64([0, 0, 0, 0, 0, 0, 1, 1]), nought=f32(0), six=f32(6), oner=f32(1),
                scales=f32([1, 1, 2, 2]), k1=k1, k2=k2, w=w, b=b)
    graph = helper.make_graph(
        nodes, "keras", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 12, 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 3])],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in init.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, f"{out}/networks/keras.onnx")
    reference("keras", (1, 12, 16))


class Reader(quantization.CalibrationDataReader):
    def __init__(self, shape):
        self.left = [{"x": wave(shape) * s} for s in (1.0, 0.5, 0.2)]

    def get_next(self):
        return self.left.pop() if self.left else None


def quantise(name, source, shape, **options):
    quantization.quantize_static(f"{out}/networks/{source}.onnx", f"{out}/networks/{name}.onnx",
                                 Reader(shape), quant_format=quantization.QuantFormat.QDQ, **options)
    reference(name, shape, exact=True)


def external(name, source, shape):
    """As PyTorch's newer exporter writes: the weights in a file beside the model."""
    model = onnx.load(f"{out}/networks/{source}.onnx")
    for f in f"{name}.onnx.data", f"{name}.onnx":
        if os.path.exists(f"{out}/networks/{f}"):
            os.remove(f"{out}/networks/{f}")
    onnx.save(model, f"{out}/networks/{name}.onnx", save_as_external_data=True,
              location=f"{name}.onnx.data", size_threshold=64)
    os.chmod(f"{out}/networks/{name}.onnx.data", 0o644)
    reference(name, shape)


def half(name, source, shape):
    """Weights and what is between in float16."""
    model = onnx.load(f"{out}/networks/{source}.onnx")
    for init in model.graph.initializer:
        if init.data_type == TensorProto.FLOAT:
            init.CopyFrom(numpy_helper.from_array(
                numpy_helper.to_array(init).astype(np.float16), init.name))
    x, y = model.graph.input[0].name, model.graph.output[0].name
    for node in model.graph.node:
        node.input[:] = ["x16" if i == x else i for i in node.input]
        node.output[:] = ["y16" if o == y else o for o in node.output]
    model.graph.node.insert(0, helper.make_node("Cast", [x], ["x16"], to=TensorProto.FLOAT16))
    model.graph.node.append(helper.make_node("Cast", ["y16"], [y], to=TensorProto.FLOAT))
    del model.graph.value_info[:]
    onnx.save(model, f"{out}/networks/{name}.onnx")
    reference(name, shape)


shape = (1, 1, 12, 16)
with torch.no_grad():
    export("cnn", Cnn(), shape)
    export("crnn", Crnn(), (1, 10, 16), opset=20)
    export("transformer", Transformer(), (1, 10, 16), opset=20)
    export("transformer-parts", Transformer(), (1, 10, 16), opset=14)
    export("mobile", Mobile(), shape)
keras_like()
quantise("cnn-int8", "cnn", shape, per_channel=False,
         activation_type=quantization.QuantType.QInt8)
quantise("mobile-int8-by-channel", "mobile", shape, per_channel=True,
         activation_type=quantization.QuantType.QUInt8)
external("cnn-beside", "cnn", shape)
half("cnn-half", "cnn", shape)
with open(f"{out}/network_reference.inc", "w", encoding="utf-8") as f:
    f.write("/* Made by tools/make-network-references.py: what ONNX Runtime "
            f"{onnxruntime.__version__} makes of\n * sin(1.7 i) + 0.5 cos(0.31 i). */\n")
    f.writelines(rows)
