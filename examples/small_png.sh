#!/bin/sh
# SPDX-License-Identifier: MIT
# A folder with train/CLASS/*.png and test/CLASS/*.png: three classes of grey images of 8×8 pixels, a level a class, so that a
# network learns them in no time. usage: small_png.sh FOLDER
set -eu

# put PLACE COUNT MIDDLE: so many files of the image whose bytes, but for those that all have in common, are MIDDLE in base64.
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
