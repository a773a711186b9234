#!/usr/bin/env python3
# check-onnx.py - model files as others see them: ONNX's own checker, then ONNX Runtime, on zeros.
#
# usage: check-onnx.py FILE... (needs numpy, onnx, onnxruntime)
import sys

import numpy as np
import onnx
import onnxruntime


def check(path):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for batch in 1, 2:
        inputs = {}
        for i in session.get_inputs():
            shape = [d if isinstance(d, int) else batch for d in i.shape]
            inputs[i.name] = np.zeros(shape, np.float32)
        results = session.run(None, inputs)
        for o, r in zip(session.get_outputs(), results):
            if not np.isfinite(r).all():
                raise ValueError(f"{o.name} is not finite")
            print(f"{path}: {o.name} {list(r.shape)}: {r.min():.6g} .. {r.max():.6g}")


bad = 0
for path in sys.argv[1:]:
    try:
        check(path)
    except Exception as error:  # whatever it is: the next file is still looked at
        print(f"{path}: {error}".splitlines()[0], file=sys.stderr)
        bad = 1
sys.exit(bad)
