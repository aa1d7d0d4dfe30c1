# SPDX-License-Identifier: MIT
# Shows a page in headless Chromium at widths of 400 and 1280 pixels, in light and in dark. Fails if look.js finds a fault, and writes
# pictures of the page, light.png and dark.png, beside it. Skipped where there is no Chromium.
#
#   cmake -D page=<file> -D finder=<look.js> -P look.cmake
cmake_minimum_required(VERSION 3.25)

find_program(chromium NAMES chromium chromium-browser google-chrome)
if(NOT chromium)
  message(FATAL_ERROR "skipped: chromium (Debian package chromium) is missing")
endif()

cmake_path(GET page PARENT_PATH folder)
file(READ ${page} html)
string(REPLACE "&" "&amp;" html "${html}")
string(REPLACE "\"" "&quot;" html "${html}")
file(READ ${finder} script)
set(frames "")
foreach(width IN ITEMS 400 1280)
  string(APPEND frames "<iframe style=\"border:0;vertical-align:top;width:${width}px;height:7000px\" srcdoc=\"${html}\"></iframe>")
endforeach()
file(WRITE ${folder}/look.html "<!doctype html><meta charset=utf-8><body style=\"margin:0;width:1700px\">${frames}<pre id=found></pre><script>${script}
onload = () => { document.getElementById('found').textContent = '<' + faults([...document.querySelectorAll('iframe')]).join('\\n') + '>'; };
</script>")

foreach(look IN ITEMS light dark)
  set(scheme 1)
  if(look STREQUAL "dark")
    set(scheme 0)
  endif()
  set(seen ${chromium} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --blink-settings=preferredColorScheme=${scheme}
    --user-data-dir=${folder}/chromium --window-size=1700,7000)
  execute_process(COMMAND ${seen} --dump-dom file://${folder}/look.html OUTPUT_VARIABLE dom ERROR_VARIABLE errors RESULT_VARIABLE status
    TIMEOUT 120)
  if(NOT dom MATCHES "<pre id=\"found\">&lt;(.*)&gt;</pre>")
    message(FATAL_ERROR "expected Chromium to show ${page} but received ${status}: ${errors}")
  endif()
  if(NOT "${CMAKE_MATCH_1}" STREQUAL "")
    message(SEND_ERROR "expected a page that can be read, in ${look}, but found\n${CMAKE_MATCH_1}")
  endif()
  execute_process(COMMAND ${seen} --screenshot=${folder}/${look}.png file://${folder}/look.html OUTPUT_QUIET ERROR_VARIABLE errors TIMEOUT 120)
  if(NOT EXISTS ${folder}/${look}.png)
    message(FATAL_ERROR "expected a picture of ${page} but received ${errors}")
  endif()
endforeach()
