#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a folder with six files in the format of CIFAR-10, for tests: each has twenty records, two of each class, whose pixels are bytes
# of a text. usage: small_cifar.sh FOLDER TEXT
set -eu
mkdir -p "$1"
at=1
for name in data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch; do
  for label in 000 001 002 003 004 005 006 007 010 011 000 001 002 003 004 005 006 007 010 011; do
    printf "\\$label"
    tail -c +$at "$2" | head -c 3072
    at=$((at + 97))
  done >"$1/$name.bin"
done
