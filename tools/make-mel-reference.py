#!/usr/bin/env python3
"""make-mel-reference.py - what librosa makes of a generated sound, for the tests.

usage: tools/make-mel-reference.py mel         >tests/data/mel_reference.inc
       tools/make-mel-reference.py descriptors >tests/data/descriptor_reference.inc
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


def table(name, rows, digits):
    print(f"static const float {name}_reference[{len(rows)}][{len(rows[0])}] = {{")
    for row in rows:
        print("    {")
        for i in range(0, len(row), 8):
            print("        " + " ".join(f"{x:.{digits}e}f," for x in row[i : i + 8]))
        print("    },")
    print("};")


def mel():
    for name, rate, n_fft, win, hop, n_mels, htk, norm in SETTINGS:
        power = librosa.feature.melspectrogram(
            y=sound(rate), sr=rate, n_fft=n_fft, win_length=win, hop_length=hop, center=False,
            n_mels=n_mels, htk=htk, norm=norm)  # fmt: skip
        db = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None).T
        table(name, db[list(FRAMES)], 6)


def descriptors():
    """16 kHz, 1024/512. RMS, ZCR, centroid, bandwidth, roll-off and flatness of every third frame;
    20 MFCC of 128 bands of frames 0, 7 and 14."""
    y, shape = sound(16000), dict(center=False, hop_length=512)
    feature, magnitude = librosa.feature, np.abs(librosa.stft(y, n_fft=1024, **shape))
    all_frames = np.vstack([
        feature.rms(y=y, frame_length=1024, **shape),
        feature.zero_crossing_rate(y, frame_length=1024, **shape),
        feature.spectral_centroid(S=magnitude, sr=16000),
        feature.spectral_bandwidth(S=magnitude, sr=16000),
        feature.spectral_rolloff(S=magnitude, sr=16000),
        feature.spectral_flatness(S=magnitude)]).T  # fmt: skip
    table("descriptor", all_frames[::3], 7)
    table("spread", [all_frames.mean(axis=0), all_frames.std(axis=0)], 7)
    mfcc = feature.mfcc(y=y, sr=16000, n_mfcc=20, n_fft=1024, **shape).T
    table("mfcc", mfcc[list(FRAMES)], 7)


print(f"/* Written by tools/make-mel-reference.py with librosa {librosa.__version__}. */")
{"mel": mel, "descriptors": descriptors}[sys.argv[1]]()
