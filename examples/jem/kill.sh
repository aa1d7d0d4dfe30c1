#!/bin/sh
# SPDX-License-Identifier: MIT
# Kills a tiny run by SIGKILL at several moments, resumes it each time, and compares its weights and metrics with those of a run that was
# never killed.
#
#   kill.sh <jem> <folder> <moments> [<options of the run>]
#
# A kill counts if the run was alive. Some happen while a checkpoint is written, since there is one after each iteration.
set -eu
jem=$1 folder=$2 moments=$3
shift 3
rm -rf "$folder"
mkdir -p "$folder"
tiny="--steps 2 --buffer 640 --iterations 120 --widths 8,16 --by-class --shuffled --crop 1 --seed 3 $*"
"$jem" train $tiny --out "$folder/whole" >/dev/null 2>&1
without_seconds() { sed -e 's/,"seconds":[^,}]*//' "$1"; }
without_seconds "$folder/whole/metrics.jsonl" >"$folder/whole.lines"

killed=0
round=0
while [ "$killed" -lt "$moments" ]; do
  round=$((round + 1))
  [ "$round" -le $((10 * moments)) ] || { echo "expected $moments kills but could make only $killed"; exit 1; }
  run=$folder/run
  [ -f "$run/settings.json" ] && [ ! -f "$run/metrics.json" ] || { rm -rf "$run" && start="$tiny --out $run"; }
  # Each run is killed after a different time, from 0 to a third of a second.
  if [ -f "$run/settings.json" ]; then start="--resume $run"; fi
  "$jem" train $start --checkpoint-every 1 --threads $((1 + round % 2)) >/dev/null 2>&1 &
  process=$!
  sleep "0.$(printf %03d $((round * 7919 % 333)))"
  kill -KILL "$process" 2>/dev/null || true
  status=0
  wait "$process" 2>/dev/null || status=$?
  [ "$status" != 137 ] || killed=$((killed + 1))  # it was alive: 128 + 9
  if [ -f "$run/metrics.jsonl" ] && [ -f "$run/metrics.json" ]; then
    cmp "$run/model.safetensors" "$folder/whole/model.safetensors"
    without_seconds "$run/metrics.jsonl" | cmp - "$folder/whole.lines"
    rm -rf "$run"
  fi
done
run=$folder/run
if [ -f "$run/settings.json" ]; then "$jem" train --resume "$run" >/dev/null 2>&1; else "$jem" train $tiny --out "$run" >/dev/null 2>&1; fi
cmp "$run/model.safetensors" "$folder/whole/model.safetensors"
without_seconds "$run/metrics.jsonl" | cmp - "$folder/whole.lines"
echo "killed $killed times, and the same to the bit"
