#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints include/jem/data/digits_text.hpp from scikit-learn's digits.csv.gz:

    python3 cmake/make_digits.py path/to/digits.csv.gz > include/jem/data/digits_text.hpp

Three pixels (17 grey levels each: 4913 values) become two characters of an alphabet of 71; three images are a line.
"""
import csv
import gzip
import string
import sys

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase + "!#$%&()*+"

HEAD = """\
// SPDX-License-Identifier: MIT
// Optical recognition of handwritten digits: the pixels and labels as text, made by cmake/make_digits.py and decoded by
// digits.hpp. The data are by E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository, doi:10.24432/C50P49,
// licensed under the Creative Commons Attribution 4.0 International licence (CC BY 4.0); re-encoded, values unchanged.
#pragma once

#include <jem/core/version.hpp>

#include <string_view>

namespace jem::inline v0::data::digits_text {

// clang-format off
"""


def main():
    with gzip.open(sys.argv[1], "rt") as file:
        rows = [[int(float(cell)) for cell in row] for row in csv.reader(file)]
    if len(rows) != 1797 or any(len(row) != 65 or not all(0 <= v <= 16 for v in row) for row in rows):
        sys.exit(f"{sys.argv[1]}: expected 1797 rows of 64 pixels in [0, 16] and a label")
    pixels = [value for row in rows for value in row[:64]]
    labels = "".join(str(row[64]) for row in rows)

    text = ""
    for i in range(0, len(pixels), 3):
        group = (pixels[i] * 17 + pixels[i + 1]) * 17 + pixels[i + 2]
        text += ALPHABET[group // len(ALPHABET)] + ALPHABET[group % len(ALPHABET)]

    print(HEAD, end="")
    print(f'inline constexpr std::string_view alphabet = "{ALPHABET}";\n')
    print("/// Three images a line: two characters for three pixels in row-major order, ((a·17 + b)·17 + c) in base 71.")
    print("inline constexpr std::string_view pixels[] = {")
    for i in range(0, len(text), 128):
        print(f'  "{text[i:i + 128]}",')
    print("};\n\n/// One digit an image.\ninline constexpr std::string_view labels =")
    lines = [f'  "{labels[i:i + 120]}"' for i in range(0, len(labels), 120)]
    print("\n".join(lines) + ";\n// clang-format on\n\n}  // namespace jem::inline v0::data::digits_text")


if __name__ == "__main__":
    main()
