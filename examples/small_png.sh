#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a folder with train/CLASS/*.png and test/CLASS/*.png: grey images of 8×8 pixels in three classes. Each class has its own grey, so
# that a network learns them quickly. usage: small_png.sh FOLDER
set -eu

# put PLACE COUNT MIDDLE: writes COUNT files of one image. MIDDLE, in base64, are the bytes of its file that differ between images.
put() {
  mkdir -p "$1"
  for i in $(seq "$2"); do
    echo "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADklEQVR42m$3AAAAASUVORK5CYII=" | base64 -d >"$1/$i.png"
  done
}

for part in train:40:24:16 test:10:6:4; do
  IFS=: read -r name dark grey light <<END
$part
END
  put "$1/$name/ant" "$dark" MQgQIGyhgAtEgFAbTEYqo
  put "$1/$name/bee" "$grey" NogAIGyhgAgIQgARDoahc
  put "$1/$name/cat" "$light" N4DQUMlDEAQ8A6wTMvx+c
done
