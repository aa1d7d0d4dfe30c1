#!/bin/sh
# SPDX-License-Identifier: MIT
# Tiny runs on disks that are full, full for a second, or read-only, and a run with standard error closed. Each run ends with the weights
# and metrics of a run on a disk with room, or is refused before it trains.
#
#   full_disk.sh <jem> <folder>
set -eu
jem=$1 folder=$2
cd "$(dirname "$folder")"
umount "$folder/disk" 2>/dev/null || true # of a test that was killed
rm -rf "$folder"
mkdir -p "$folder"
tiny="--steps 2 --buffer 640 --iterations 300 --widths 8,16 --seed 3"
"$jem" train $tiny --out "$folder/whole" >/dev/null 2>&1
without_seconds() { sed -e 's/,"seconds":[^,}]*//' "$1"; }
without_seconds "$folder/whole/metrics.jsonl" >"$folder/whole.lines"
same() { # same RUN: whether it ended with the weights and the metrics of the whole run
  cmp "$1/model.safetensors" "$folder/whole/model.safetensors"
  without_seconds "$1/metrics.jsonl" | cmp - "$folder/whole.lines"
  [ -s "$1/metrics.json" ]
}
says() { grep -q "$1" "$folder/said" || { echo "expected words like '$1' but received:"; cat "$folder/said"; exit 1; }; }
says_once() { says "$1" && [ "$(grep -c "$1" "$folder/said")" = 1 ]; }

# Files of at most 200 blocks of 512 bytes: writing a checkpoint fails in the middle, while weights and metrics fit.
(trap '' XFSZ; ulimit -f 200; exec "$jem" train $tiny --checkpoint-every 1 --out "$folder/small") >"$folder/said" 2>&1
says_once 'checkpoint.safetensors: expected to write [0-9]* bytes but received "File too large"; training goes on'
[ ! -e "$folder/small/checkpoint.safetensors" ] && [ ! -e "$folder/small/checkpoint.safetensors.part" ]

# Files of at most 5 kB, until the run has waited for a second: metrics and weights wait for room.
(trap '' XFSZ; ulimit -S -f 10; exec "$jem" train $tiny --checkpoint-every 50 --out "$folder/late") >"$folder/said" 2>&1 &
process=$!
until grep -q "trying again" "$folder/said"; do sleep 0.1; done
prlimit --pid "$process" --fsize=unlimited
wait "$process"
says_once 'metrics.jsonl: expected room for a line but received "File too large"; training goes on'
same "$folder/late"

# The same on a small file system, if the user may mount one.
mkdir -p "$folder/disk"
if mount -t tmpfs -o size=3m tmpfs "$folder/disk" 2>/dev/null; then
  trap 'umount "$folder/disk"' EXIT
  "$jem" train $tiny --checkpoint-every 1 --out "$folder/disk/run" >"$folder/said" 2>&1 &
  process=$!
  until [ -s "$folder/disk/run/checkpoint.safetensors" ]; do sleep 0.01; done
  dd if=/dev/zero of="$folder/disk/filler" bs=1k count=3100 2>/dev/null || true
  sleep 1
  rm "$folder/disk/filler"
  wait "$process"
  says_once 'checkpoint.safetensors: expected .* but received "No space left on device"; training goes on'
  same "$folder/disk/run"
  # A disk that is full from the start is refused before training.
  dd if=/dev/zero of="$folder/disk/filler" bs=1k count=3100 2>/dev/null || true
  code=0
  "$jem" train $tiny --out "$folder/disk/other" >"$folder/said" 2>&1 || code=$?
  [ "$code" = 2 ]
  says '^jem: .*/disk/other: expected room for [0-9.]* [kM]B, which a run of these settings needs, but found '
  umount "$folder/disk"
  trap - EXIT
  mounted="and on a file system of 3 MB"
else
  mounted="(no file system may be mounted here)"
fi

# A folder without permission to write is refused before training. Root may write anywhere, so the test becomes another user.
mkdir "$folder/closed"
chmod 555 "$folder/closed"
as=
if [ "$(id -u)" = 0 ]; then as="setpriv --reuid=65534 --clear-groups"; fi
if $as "$jem" --version >/dev/null 2>&1; then
  code=0
  $as "$jem" train $tiny --out "$folder/closed" >"$folder/said" 2>&1 || code=$?
  [ "$code" = 2 ]
  says '^jem: .*/closed: expected a folder to write into but received "Permission denied"$'
  [ "$(wc -l <"$folder/said")" = 1 ]
fi

# A closed standard stream is not replaced by a file of the run.
"$jem" train $tiny --out "$folder/silent" >/dev/null 2>&-
same "$folder/silent"

# Output that cannot be written is an error; a reader that stops early is none.
code=0
"$jem" --version >/dev/full 2>"$folder/said" || code=$?
[ "$code" = 2 ]
says '^jem: standard output: expected it to take all that was printed'
echo "full disks, short writes and closed streams lose nothing, $mounted"
