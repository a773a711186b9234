#!/usr/bin/env python3
"""Draws a terminal's content as SVG: tmux capture-pane -e -p | ansi_to_svg.py [TITLE] >screen.svg

Blocks and lines are drawn as rectangles, so that they join whatever the font; the rest is text."""
import re
import sys
import unicodedata
from html import escape

CELL_W, CELL_H, FONT, PAD, BAR = 9, 19, 15, 14, 36
BACK, FORE = "#11131a", "#d5d8e0"
BASE = ["#000000", "#cc3d3d", "#5aa85a", "#c9a227", "#4a7dd0", "#b05ab0", "#2ba7b5", "#d5d8e0",
        "#5b6070", "#f06060", "#7fd07f", "#f0d060", "#7aa5f0", "#d88ad8", "#60d5e0", "#ffffff"]


def color(i):
    if i < 16:
        return BASE[i]
    if i >= 232:
        return "#" + "%02x" % (8 + 10 * (i - 232)) * 3
    steps = [0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF]
    i -= 16
    return "#%02x%02x%02x" % (steps[i // 36], steps[i // 6 % 6], steps[i % 6])


def restyle(style, codes):
    codes = [int(c or 0) for c in codes.split(";")]
    while codes:
        c = codes.pop(0)
        if c == 0:
            style = dict(fg=None, bg=None, bold=False, reverse=False)
        elif c in (1, 22):
            style["bold"] = c == 1
        elif c in (7, 27):
            style["reverse"] = c == 7
        elif c in (38, 48) and codes:
            kind = codes.pop(0)
            value = color(codes.pop(0)) if kind == 5 else "#%02x%02x%02x" % tuple(codes[:3])
            codes = codes[3:] if kind == 2 else codes
            style["fg" if c == 38 else "bg"] = value
        elif c in (39, 49):
            style["fg" if c == 39 else "bg"] = None
        else:
            for first, key, base in ((30, "fg", 0), (40, "bg", 0), (90, "fg", 8), (100, "bg", 8)):
                if first <= c < first + 8:
                    style[key] = BASE[base + c - first]
    return style


def cells(line, style):
    """[(column, width, text, style)], a cell with its combining marks each."""
    out, x = [], 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            style = restyle(dict(style), part[2:-1])
            continue
        for ch in part:
            if unicodedata.combining(ch) and out:
                out[-1][2] += ch
                continue
            width = 2 if unicodedata.east_asian_width(ch) in "WF" else 1
            out.append([x, width, ch, style])
            x += width
    return out, style, x


def shapes(ch):
    """Rectangles within a cell, in shares of it, or None for what the font draws."""
    if ch == "\u2580":
        return [(0, 0, 1, 0.5)]
    if ch == "\u2584":
        return [(0, 0.5, 1, 0.5)]
    if "\u2588" <= ch <= "\u258f":
        return [(0, 0, (0x2590 - ord(ch)) / 8, 1)]
    thin_w, thin_h = 1 / CELL_W, 1 / CELL_H
    lines = {"\u2500": [(0, 0.5, 1, thin_h)], "\u2501": [(0, 0.42, 1, 3 * thin_h)],
             "\u2578": [(0, 0.42, 0.5, 3 * thin_h)], "\u257a": [(0.5, 0.42, 0.5, 3 * thin_h)],
             "\u2502": [(0.45, 0, thin_w, 1)], "\u2503": [(0.35, 0, 3 * thin_w, 1)]}
    return lines.get(ch)


def main():
    title = sys.argv[1] if len(sys.argv) > 1 else None
    lines = sys.stdin.read().rstrip("\n").split("\n")
    top = BAR if title else PAD
    style = dict(fg=None, bg=None, bold=False, reverse=False)
    boxes, texts, n_cols = [], [], 0
    for y, line in enumerate(lines):
        row, style, width = cells(line, style)
        n_cols = max(n_cols, width)
        for x, w, ch, st in row:
            fg, bg = st["fg"] or FORE, st["bg"]
            if st["reverse"]:
                fg, bg = bg or BACK, fg
            px, py = PAD + x * CELL_W, top + y * CELL_H
            if bg:
                boxes.append((px, py, w * CELL_W, CELL_H, bg))
            rects = shapes(ch)
            if rects is not None:
                boxes += [(px + a * CELL_W, py + b * CELL_H, c * CELL_W, d * CELL_H, fg)
                          for a, b, c, d in rects]
            elif ch != " ":
                last = texts[-1] if texts else None
                if last and last[:4] == [last[0], py, fg, st["bold"]] and last[5] == px:
                    last[4] += ch
                    last[5] += w * CELL_W
                else:
                    texts.append([px, py, fg, st["bold"], ch, px + w * CELL_W])
    merged = []
    for x, y, w, h, fill in boxes:  # neighbours of one colour as one, so that no seam shows
        if merged and merged[-1][1:2] + merged[-1][3:] == [y, h, fill] and \
                merged[-1][0] + merged[-1][2] == x:
            merged[-1][2] += w
        else:
            merged.append([x, y, w, h, fill])
    width, height = 2 * PAD + n_cols * CELL_W, top + PAD + len(lines) * CELL_H
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
          f'viewBox="0 0 {width} {height}">')
    print(f'<rect width="{width}" height="{height}" rx="8" fill="{BACK}"/>')
    if title:
        for i, fill in enumerate(("#e0605a", "#d8a83c", "#5aa85a")):
            print(f'<circle cx="{PAD + 6 + 18 * i}" cy="{BAR // 2}" r="5" fill="{fill}"/>')
        print(f'<text x="{width / 2}" y="{BAR // 2 + 5}" text-anchor="middle" fill="#8a8f9c" '
              f'font-family="DejaVu Sans, sans-serif" font-size="13">{escape(title)}</text>')
    print('<g shape-rendering="crispEdges">')
    for x, y, w, h, fill in merged:
        print(f'<rect x="{x:.4g}" y="{y:.4g}" width="{w:.4g}" height="{h:.4g}" fill="{fill}"/>')
    print(f'</g><g font-family="DejaVu Sans Mono, monospace" font-size="{FONT}" '
          'xml:space="preserve">')
    for x, y, fill, bold, text, end in texts:
        weight = ' font-weight="bold"' if bold else ""
        print(f'<text x="{x}" y="{y + CELL_H - 5}" fill="{fill}"{weight} textLength="{end - x}">'
              f"{escape(text)}</text>")
    print("</g></svg>")


main()
