#!/usr/bin/env python3
"""make-mel-reference.py - writes tests/data/mel_reference.inc: what librosa makes of a generated sound.

usage: tools/make-mel-reference.py >tests/data/mel_reference.inc
"""
import sys

import librosa
import numpy as np

# name, rate_hz, n_fft, win_length, hop, n_mels, htk, norm
SETTINGS = [
    ("usual", 16000, 1024, 1024, 512, 128, False, "slaney"),
    ("wide", 22050, 2048, 2048, 512, 128, False, "slaney"),
    ("narrow", 16000, 512, 400, 160, 64, True, "slaney"),
    ("peaks", 8000, 256, 256, 100, 40, True, None),
]
FRAMES = (0, 7, 14)


def sound(rate):
    """One second of a rising tone, a decaying one and noise; make_sound() in test_mel.c."""
    state, noise = 1, np.empty(rate)
    for i in range(rate):
        state = (state * 1664525 + 1013904223) % 2**32
        noise[i] = (state >> 8) / 2**24 - 0.5
    t = np.arange(rate) / rate
    return (
        0.4 * np.sin(2 * np.pi * (150 + 1200 * t) * t)
        + 0.2 * np.sin(2 * np.pi * 440 * t) * np.exp(-3 * t)
        + 0.02 * noise
    ).astype(np.float32)


print(f"/* Written by tools/make-mel-reference.py with librosa {librosa.__version__}. */")
for name, rate, n_fft, win, hop, n_mels, htk, norm in SETTINGS:
    mel = librosa.feature.melspectrogram(
        y=sound(rate), sr=rate, n_fft=n_fft, win_length=win, hop_length=hop, center=False,
        n_mels=n_mels, htk=htk, norm=norm)  # fmt: skip
    db = librosa.power_to_db(mel, ref=1.0, amin=1e-10, top_db=None).T
    print(f"static const float {name}_reference[{len(FRAMES)}][{n_mels}] = {{")
    for k in FRAMES:
        print("    {")
        for i in range(0, n_mels, 10):
            print("        " + " ".join(f"{x:.4f}f," for x in db[k, i : i + 10]))
        print("    },")
    print("};")
sys.stdout.flush()
