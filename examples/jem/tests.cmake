# SPDX-License-Identifier: MIT
# The tool at a tiny size: what it writes, and what it says to what it cannot do. Included by examples/CMakeLists.txt.

# jem_tool_test(<sentence> ARGUMENTS … [CODE <exit code>] [SAYS <pattern>] [ONE_LINE] [WRITES <files>] [LEAVES_OUT <files>]
#               [SETTINGS <pattern in settings.json>] [AFTER <sentence>] [ALONE] [PROGRAM <target>]
#               [BEFORE <shell command>] [CHECKS <shell command>]):
# runs jem, or another program, with --out in a fresh folder of its own; ALONE without; after another test, `jem evaluate` in that
# one's folder. BEFORE runs in the folder first; CHECKS has to succeed there at the end.
function(jem_tool_test sentence)
  cmake_parse_arguments(PARSE_ARGV 1 run "ONE_LINE;ALONE" "CODE;SAYS;SETTINGS;AFTER;PROGRAM;BEFORE;CHECKS" "ARGUMENTS;WRITES;LEAVES_OUT")
  string(MAKE_C_IDENTIFIER ${sentence} name)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/run/${name})
  set(arguments "${run_ARGUMENTS};--out;${folder}")
  if(run_ALONE)
    set(arguments "${run_ARGUMENTS}")
  endif()
  if(NOT run_PROGRAM)
    set(run_PROGRAM jem_tool)
  endif()
  if(run_AFTER)
    string(MAKE_C_IDENTIFIER ${run_AFTER} before)
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/run/${before})
    set(arguments "evaluate;${folder};${run_ARGUMENTS}")
    set_tests_properties("example: ${run_AFTER}" PROPERTIES FIXTURES_SETUP ${before})
  endif()
  set(script ${CMAKE_CURRENT_BINARY_DIR}/run/${name}.cmake)
  if(NOT run_CODE)
    set(run_CODE 0)
  endif()
  file(GENERATE OUTPUT ${script} CONTENT "cmake_minimum_required(VERSION 3.25)
set(command [==[$<TARGET_FILE:${run_PROGRAM}>;${arguments}]==])
set(folder [==[${folder}]==])
set(code ${run_CODE})
set(says [==[${run_SAYS}]==])
set(one_line ${run_ONE_LINE})
set(writes [==[${run_WRITES}]==])
set(leaves_out [==[${run_LEAVES_OUT}]==])
set(settings [==[${run_SETTINGS}]==])
set(keep_folder [==[${run_AFTER}]==])
set(before [==[${run_BEFORE}]==])
set(checks [==[${run_CHECKS}]==])
include([==[${CMAKE_CURRENT_SOURCE_DIR}/jem/expect.cmake]==])
")
  add_test(NAME "example: ${sentence}" COMMAND ${CMAKE_COMMAND} -P ${script})
  set_tests_properties("example: ${sentence}" PROPERTIES LABELS examples ENVIRONMENT OMP_WAIT_POLICY=passive)
  if(run_AFTER)
    set_tests_properties("example: ${sentence}" PROPERTIES FIXTURES_REQUIRED ${before} RESOURCE_LOCK ${before})
  endif()
endfunction()

set(tiny --steps 2 --buffer 640 --iterations 3 --widths 4,8)
jem_tool_test("jem demo writes its report" ARGUMENTS demo ${tiny} --seeds 2
  WRITES report.html settings.json metrics.json metrics.jsonl samples.png samples_by_class.png jem.safetensors cross_entropy.safetensors
  SAYS "AUROC log p.x.: noise" LEAVES_OUT report.html.part
  CHECKS [[! grep -o "id=[\"'][^\"']*" report.html | sort | uniq -d | grep .
    grep -q "tells the test images from others" report.html
    grep -q "grows with the square root of the number of images" report.html
    awk -F '[(,)]' '/translate/ {y = $3} />iteration</ {title = y} /<tspan[^>]*>cross-entropy</ && !key {key = y}
      END {exit !(0 < key && key + 100 < title)}' report.html]])  # the key stands well above the title of the axis
add_test(NAME "example: the report of jem demo can be read in light and in dark, on 400 and on 1280 pixels" COMMAND ${CMAKE_COMMAND}
  -D page=${CMAKE_CURRENT_BINARY_DIR}/run/jem_demo_writes_its_report/report.html -D finder=${CMAKE_CURRENT_SOURCE_DIR}/jem/look.js
  -P ${CMAKE_CURRENT_SOURCE_DIR}/jem/look.cmake)
set_tests_properties("example: the report of jem demo can be read in light and in dark, on 400 and on 1280 pixels" PROPERTIES
  LABELS examples FIXTURES_REQUIRED jem_demo_writes_its_report RESOURCE_LOCK jem_demo_writes_its_report SKIP_REGULAR_EXPRESSION "skipped: ")
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/look/page.html "<!doctype html><style>body{background:white;color:#bbb}div{width:600px}</style><p>pale</p>
<div></div><svg width='200' height='50'><text x='10' y='20'>one</text><text x='15' y='22'>two</text><text x='190' y='40'>out</text></svg>")
foreach(fault IN ITEMS "400 px: the page is 6[0-9][0-9] px wide" "1280 px: too pale: pale" "drawing 1: two lies on one" "drawing 1: out leaves it")
  add_test(NAME "example: somebody who looks at a page finds that ${fault}" COMMAND ${CMAKE_COMMAND}
    -D page=${CMAKE_CURRENT_BINARY_DIR}/look/page.html -D finder=${CMAKE_CURRENT_SOURCE_DIR}/jem/look.js -P ${CMAKE_CURRENT_SOURCE_DIR}/jem/look.cmake)
  set_tests_properties("example: somebody who looks at a page finds that ${fault}" PROPERTIES LABELS examples RESOURCE_LOCK look
    PASS_REGULAR_EXPRESSION "${fault}" SKIP_REGULAR_EXPRESSION "skipped: ")
endforeach()
jem_tool_test("jem evaluate judges both networks of a demo, in a column each" AFTER "jem demo writes its report"
  ARGUMENTS --scored 50 --attacked 10 --ood digits
  SAYS "judged on 500 test images, 50 of them scored and 10 attacked\n *cross-entropy *JEM\naccuracy  *[01].[0-9]*  *[01].[0-9]*\n"
  CHECKS "test $(grep -cE '^  \"(cross_entropy|jem)\": {' evaluation.json) = 2 && test $(grep -c '\"reliability\": ' evaluation.json) = 2")
jem_tool_test("jem demo says that it judged validation images when it is told to" ARGUMENTS demo ${tiny} --validation 200
  SAYS "one seed; 200 validation images"
  CHECKS "grep -q 'tells the validation images from others' report.html && ! grep -q 'test images' report.html")
jem_tool_test("jem train writes metrics as it goes and at the end" ARGUMENTS train ${tiny} SAYS "accuracy 0."
  WRITES settings.json metrics.jsonl metrics.json weights.safetensors samples.png samples_by_class.png)
jem_tool_test("jem evaluate judges what jem train has left" AFTER "jem train writes metrics as it goes and at the end"
  ARGUMENTS --scored 50 --attacked 10 --ood digits SAYS "AUROC log p.x.: digits" WRITES evaluation.json)
jem_tool_test("jem evaluate tells every measure of the library and the bins of the reliability diagram"
  AFTER "jem train writes metrics as it goes and at the end" ARGUMENTS --scored 50 --attacked 10
  SAYS "\nMCE, 15 bins .*\nAUROC max p.*: noise .*\nAUPR max p.*: noise .*\nFPR95 max p.*: noise .*\nconfidence *mean *accuracy *images\n"
  CHECKS [[for key in mce aupr fpr95 reliability; do grep -q "^  \"$key\": " evaluation.json; done
    test $(grep -c '"confidence": ' evaluation.json) = 15
    awk -F '[:,]' '/"count": / {n += $2} END {exit n != 500}' evaluation.json]])
jem_tool_test("jem train leaves nothing of a demo in its folder that jem evaluate could take for its own" ARGUMENTS train ${tiny} --w-x 0
  BEFORE "touch jem.safetensors cross_entropy.safetensors evaluation.json samples.png samples_by_class.png"
  WRITES weights.safetensors LEAVES_OUT jem.safetensors cross_entropy.safetensors evaluation.json samples.png samples_by_class.png)
jem_tool_test("jem evaluate adds rows of the strong attack where it is asked to" AFTER "jem train writes metrics as it goes and at the end"
  ARGUMENTS --scored 50 --attacked 5 --strong SAYS "robust accuracy, L2 256/255 .*\nstrong attack, L∞ 8/255 .*\nstrong attack, L2 256/255 "
  WRITES evaluation.json)
jem_tool_test("jem evaluate refuses other data in one line" AFTER "jem train writes metrics as it goes and at the end"
  ARGUMENTS --ood idx:nowhere CODE 2 SAYS "^jem: " ONE_LINE)
jem_tool_test("jem train computes in bfloat16" ARGUMENTS train ${tiny} --precision bfloat16 SAYS "accuracy 0."
  WRITES metrics.json weights.safetensors samples.png)
jem_tool_test("jem evaluate judges a network in bfloat16" AFTER "jem train computes in bfloat16"
  ARGUMENTS --scored 50 --attacked 10 WRITES evaluation.json)
jem_tool_test("jem demo computes in bfloat16" ARGUMENTS demo ${tiny} --precision bfloat16 SAYS "AUROC log p.x.: noise"
  WRITES report.html metrics.json jem.safetensors)
jem_tool_test("jem train by class uses the joint energy" ARGUMENTS train ${tiny} --w-xy 1 WRITES metrics.json)
jem_tool_test("jem train takes a wide residual network" WRITES metrics.json weights.safetensors samples.png
  ARGUMENTS train --network wide-resnet-10-1 --crop 1 --flip --steps 1 --iterations 1 --batch 4 --buffer 8)
jem_tool_test("jem train reads CIFAR files, and flips their images unless told" WRITES metrics.json weights.safetensors
  SETTINGS "\"flip\": true,.*\"with_replacement\": false"
  ARGUMENTS train --data cifar10:${small_cifar} --network wide-resnet-10-1 --steps 1 --iterations 1 --batch 4 --buffer 8)
jem_tool_test("jem train without the energy terms is a plain classifier" ARGUMENTS train ${tiny} --w-x 0 --penalty 0
  WRITES metrics.json SETTINGS "\"flip\": false,.*\"with_replacement\": true")
jem_tool_test("jem train takes shuffled epochs when it is told to" ARGUMENTS train ${tiny} --w-x 0 --penalty 0 --shuffled
  WRITES metrics.json SETTINGS "\"with_replacement\": false")
jem_tool_test("jem train learns digits from He's weights at a rate that falls" ARGUMENTS train ${tiny} --w-x 0 --penalty 0
  WRITES metrics.json SETTINGS "\"initialisation\": \"he\",.*\"learning_rate\": 0.003[0-9]*,.*\"rate_at_end\": 0.0,")
jem_tool_test("jem train starts from uniform weights when it is told to" ARGUMENTS train ${tiny} --w-x 0 --initialisation uniform
  WRITES metrics.json SETTINGS "\"initialisation\": \"uniform\",")
jem_tool_test("jem train takes a wide residual network with He's weights" WRITES metrics.json weights.safetensors
  ARGUMENTS train --network wide-resnet-10-1 --initialisation he --steps 1 --iterations 1 --batch 4 --buffer 8)
jem_tool_test("jem train takes a learning rate and the share that is left of it" ARGUMENTS train ${tiny} --w-x 0 --learning-rate 0.5 --rate-at-end 0.25
  WRITES metrics.json SETTINGS "\"learning_rate\": 0.5,.*\"rate_at_end\": 0.25,")
jem_tool_test("jem train judges validation images when it is told to" ARGUMENTS train ${tiny} --validation 200 SAYS "on 200 validation images"
  WRITES metrics.json SETTINGS "\"validation\": 200,")
foreach(mistake IN ITEMS "--steps -1" "--steps many" "--steps 1.5" "--batch 5000" "--batch 0" "--restart 2"
    "--data mnist" "--network resnet" "--network wide-resnet-11-1" "--data idx:nowhere" "--learning-rate 0" "--rate-at-end 2" "--validation 1297" "--threads 0" "--seed -1" "--precision half" "--initialisation zeros" "--colour red" "--widths 4,0"
    "--w-xy 1 --buffer 64" "--by-class --buffer 100" "--buffer 32")
  separate_arguments(words UNIX_COMMAND ${mistake})
  jem_tool_test("jem train ${mistake} is refused in one line" ARGUMENTS train ${words}
    CODE 2 SAYS "^jem: " ONE_LINE LEAVES_OUT metrics.json weights.safetensors)
endforeach()

# A value that saturates, rounds or overflows, or that fits no other, is refused with its option's name.
set(count "a whole number from 0 to 2147483647")
set(within_float "a number >= 0 and within the range of a float")
foreach(mistake IN ITEMS "--steps 1.5|${count}" "--steps 99999999999999999999|${count}" "--crop 9223372036854775807|${count}"
    "--steps 20x|${count}" "--step-size 1e300|${within_float}" "--noise nan|${within_float}" "--data-noise inf|${within_float}"
    "--seed 18446744073709551616|a whole number from 0 to 18446744073709551615" "--seed -1|a whole number from 0 to 18446744073709551615"
    "--threads 100000|a whole number from 1 to 4096" "--widths 4,,8|whole numbers from 1, with a comma between two"
    "--batch 1298|at most 1297, the training images," "--crop 8|less than the images' height and width, 8 and 8,"
    "--buffer 63|at least 64 images, as many as in a --batch,"
    "--buffer 639 --by-class|at least 640 images, a --batch of 64 for each of 10 classes," "--buffer 641 --w-xy 1|a number that the 10 classes divide"
    "--validation 1297|fewer images than the 1297 for training" "--network resnet|convnet or wide-resnet-DEPTH-WIDTH")
  string(REGEX REPLACE "^([^|]*)[|](.*)$" "\\1" words "${mistake}")
  set(expected ${CMAKE_MATCH_2})
  separate_arguments(words UNIX_COMMAND ${words})
  list(GET words 0 option)
  list(GET words 1 value)
  string(REGEX REPLACE "[+.]" "." pattern "jem: ${option}: expected ${expected} but received ${value}\n")
  jem_tool_test("jem train ${option} ${value} is refused with what was expected" ARGUMENTS train ${words} CODE 2 ONE_LINE SAYS "^${pattern}$"
    LEAVES_OUT settings.json)
endforeach()

# A run's settings make it again; what is given beside them goes first.
jem_tool_test("jem train writes settings that can be trained with" ARGUMENTS train ${tiny} --seed 3 --noise 0.02 --shuffled
  WRITES settings.json weights.safetensors)
string(MAKE_C_IDENTIFIER "jem train writes settings that can be trained with" written)
set(written ${CMAKE_CURRENT_BINARY_DIR}/run/${written})
jem_tool_test("jem train repeats a run from its settings, bit for bit" ARGUMENTS train --settings ${written}/settings.json
  CHECKS "cmp ${written}/settings.json settings.json && cmp ${written}/weights.safetensors weights.safetensors")
jem_tool_test("jem train takes an option in the place of what a file of settings says"
  ARGUMENTS train --settings ${written}/settings.json --iterations 1 SETTINGS "\"noise\": 0.01999[0-9]*,.*\"iterations\": 1,.*\"seed\": 3")
foreach(name IN ITEMS "repeats a run from its settings, bit for bit" "takes an option in the place of what a file of settings says")
  set_tests_properties("example: jem train ${name}" PROPERTIES DEPENDS "example: jem train writes settings that can be trained with")
endforeach()
set(files ${CMAKE_CURRENT_BINARY_DIR}/settings)
file(WRITE ${files}/few.json "{\"data\": \"digits\", \"noise\": 0.5}")
jem_tool_test("jem train takes a file that says little, and the defaults of its data for the rest" ARGUMENTS train ${tiny}
  --settings ${files}/few.json SETTINGS "\"noise\": 0.5,.*\"rate_at_end\": 0.0,")
# jem_wrong_settings(<name> <text of the file> <what is said>)
function(jem_wrong_settings name text says)
  file(WRITE ${files}/${name}.json "${text}")
  jem_tool_test("jem train refuses ${name} in a file of settings" ARGUMENTS train --settings ${files}/${name}.json CODE 2 ONE_LINE
    SAYS "^jem: .*/${name}.json${says}" LEAVES_OUT settings.json)
endfunction()
jem_wrong_settings("an unknown key" "{\"colour\": 1}" ": expected options of jem train but received colour\n$")
jem_wrong_settings("an option that is not of the result" "{\"out\": \"x\"}" ": expected options of jem train but received out\n$")
jem_wrong_settings("a text for a number" "{\"steps\": \"many\"}" ", steps: expected ${count} but received .many.\n$")
jem_wrong_settings("a fraction for a whole number" "{\"steps\": 1.5}" ", steps: expected ${count} but received 1.5\n$")
jem_wrong_settings("a precision that there is not" "{\"precision\": \"float17\"}" ", precision: expected float32 or bfloat16 but received .float17.\n$")
jem_wrong_settings("a number for yes or no" "{\"flip\": 1}" ", flip: expected true or false but received 1\n$")
jem_wrong_settings("half an object" "{\"steps\": 1" ": expected the settings of a run in JSON but received ")
jem_wrong_settings("a list" "[1]" ": expected the settings of a run, an object of JSON, but received array\n$")
jem_tool_test("jem evaluate refuses settings that no run has" AFTER "jem train writes settings that can be trained with" CODE 2 ONE_LINE
  BEFORE "sed -i 's/float32/float17/' settings.json" SAYS "^jem: .*/settings.json, precision: expected float32 or bfloat16 but received .float17.")
jem_tool_test("jem train shows its options in groups, with the defaults of the digits" ALONE ARGUMENTS train --help
  SAYS "\nData:\n.*--data TEXT=digits.*\nNetwork:\n.*--widths N,N,...=32,64.*\nSampler:\n.*\nLoss:\n.*--penalty X=0.01.*\nOptimiser:\n.*--iterations N=2000.*\nRun:\n.*--settings")
jem_tool_test("jem train shows the defaults of the data that it is given" ALONE ARGUMENTS train --data cifar10:somewhere --help
  SAYS "--data TEXT=cifar10:somewhere.*--crop N=4.*of half the images .yes.*--network TEXT=wide-resnet-28-10.*--penalty X=0 .*--iterations N=10000")
jem_tool_test("a run that diverges ends with 3 and keeps the last good weights" CODE 3 SAYS "finite loss"
  ARGUMENTS train --steps 2 --buffer 200 --widths 4,8 --iterations 20 --warm-up 0 --learning-rate 1e30
  WRITES weights.safetensors LEAVES_OUT metrics.json)
jem_tool_test("a demo that diverges does, too" CODE 3 SAYS "finite loss"
  ARGUMENTS demo --steps 2 --buffer 200 --widths 4,8 --iterations 20 --warm-up 0 --learning-rate 1e30
  WRITES weights.safetensors LEAVES_OUT metrics.json report.html)

# Which images are judged. Three classes of a grey level each, class after class, which a network learns in no time.
set(grey ${CMAKE_CURRENT_BINARY_DIR}/small_png)
execute_process(COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/small_png.sh ${grey} COMMAND_ERROR_IS_FATAL ANY)
set(learn --widths 4,8 --w-x 0 --iterations 150 --batch 16 --warm-up 0 --learning-rate 0.02)
set(judge --scored 8 --attacked 8)
jem_tool_test("jem train reads folders of PNG files and keeps the names of their classes" ARGUMENTS train --data png:${grey} ${learn}
  SAYS "accuracy 1.0000 .* on 20 test images"
  SETTINGS "\"image\": .[ \n8,]*1[ \n]*.,.*\"classes\": 3,.*\"ant\",[ \n]*\"bee\",[ \n]*\"cat\"")
jem_tool_test("jem evaluate takes images of every class, though files stand class after class"
  AFTER "jem train reads folders of PNG files and keeps the names of their classes"
  ARGUMENTS ${judge} --ood png:${grey} SAYS "judged on 20 test images" CHECKS "grep -q interpolated evaluation.json")
jem_tool_test("jem train holds out images of every class, though files stand class after class"
  ARGUMENTS train --data png:${grey} ${learn} --validation 10
  SAYS "accuracy 1.0000 .* on 10 validation images" SETTINGS "\"validation_choice\": \"by class\"")
jem_tool_test("jem train holds out the last digits, since they are in the order of their writers" ARGUMENTS train ${tiny} --validation 10
  SETTINGS "\"validation_choice\": \"last\"")
foreach(part train test)
  jem_tool_test("a class that is missing from the ${part} images is refused by its name"
    BEFORE "rm -rf ${grey}_no_${part} && cp -r ${grey} ${grey}_no_${part} && rm -r ${grey}_no_${part}/${part}/bee"
    ARGUMENTS train --data png:${grey}_no_${part} ${learn} CODE 2 ONE_LINE LEAVES_OUT settings.json
    SAYS "^jem: .*_no_${part}/test: expected a sub-folder for each of the . classes and no other but found .*\"bee\"")
endforeach()
jem_tool_test("jem train learns from images that will be renamed" ARGUMENTS train --data png:${grey}_renamed ${learn}
  BEFORE "rm -rf ${grey}_renamed && cp -r ${grey} ${grey}_renamed")
jem_tool_test("jem evaluate refuses a class that was renamed after training"
  AFTER "jem train learns from images that will be renamed" ARGUMENTS ${judge} CODE 2 ONE_LINE
  BEFORE "mv ${grey}_renamed/test/bee ${grey}_renamed/test/dog && mv ${grey}_renamed/train/bee ${grey}_renamed/train/dog"
  SAYS "^jem: .*_renamed/test: expected .* found none for \"bee\", and \"dog\", which the classes lack")
jem_tool_test("jem train leaves settings that will lose what older versions did not write"
  ARGUMENTS train --data png:${grey} ${learn} --validation 10)
set(older [[sed -e '/"image"/,/\]/d' -e '/"class_names"/,/\]/d' -e '/"classes"/d' -e '/"validation_choice"/d']])
jem_tool_test("jem evaluate judges a run of an older version, whose settings say less"
  AFTER "jem train leaves settings that will lose what older versions did not write"
  BEFORE "${older} -i settings.json && ! grep -qE 'ant|choice|image' settings.json"
  ARGUMENTS ${judge} SAYS "judged on 20 test images, 8 of them scored and 8 attacked\naccuracy *1.000")
jem_tool_test("jem train learns from images that will be smaller" ARGUMENTS train --data cifar10:${small_cifar}_other
  --network wide-resnet-10-1 --steps 1 --iterations 1 --batch 4 --buffer 8
  BEFORE "rm -rf ${small_cifar}_other && cp -r ${small_cifar} ${small_cifar}_other")
jem_tool_test("jem evaluate refuses images of another form than the run was trained on"
  AFTER "jem train learns from images that will be smaller" ARGUMENTS ${judge} CODE 2 ONE_LINE
  BEFORE "sed -i 's|cifar10:.*_other|png:${grey}|' settings.json"
  SAYS "^jem: png:.*: expected images .32, 32, 3. of 10 classes, as the run was trained on, but received images .8, 8, 1. of 3 classes\n$")

set(one_file cifar10:${small_cifar}/data_batch_1.bin)
set(shallow --network wide-resnet-10-1 --steps 1 --iterations 2 --batch 4 --buffer 8)
jem_tool_test("jem train refuses one file without validation images" ARGUMENTS train --data ${one_file} ${shallow} CODE 2 ONE_LINE
  SAYS "^jem: --data cifar10:.*data_batch_1.bin: expected --validation N beside one file, which has no test images, but received none"
  LEAVES_OUT settings.json)
jem_tool_test("jem train judges validation images of one file" ARGUMENTS train --data ${one_file} ${shallow} --validation 10 --seed 7
  SAYS "on 10 validation images")
jem_tool_test("jem evaluate judges the same validation images of one file, and none of training"
  AFTER "jem train judges validation images of one file" ARGUMENTS ${judge} --ood cifar10:${small_cifar}/test_batch.bin
  SAYS "judged on 10 validation images" CHECKS [[test "$(grep '^  "nll"' metrics.json)" = "$(grep '^  "nll"' evaluation.json)"]])

# Other data whose folders have one name, or that of images which are made up.
foreach(place IN ITEMS one/other two/other noise)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/other/${place})
  file(COPY ${grey}/test DESTINATION ${CMAKE_CURRENT_BINARY_DIR}/other/${place})
endforeach()
set(other png:${CMAKE_CURRENT_BINARY_DIR}/other)
jem_tool_test("jem evaluate keeps sets of one name apart" AFTER "jem train reads folders of PNG files and keeps the names of their classes"
  ARGUMENTS ${judge} --ood ${other}/one/other --ood ${other}/two/other --ood ${other}/noise --ood png:${grey}/
  SAYS "log p.x.: noise .*log p.x.: png:.*one/other .*log p.x.: png:.*two/other .*log p.x.: png:.*/other/noise .*log p.x.: small_png "
  CHECKS "test $(grep -c '\"noise\": {' evaluation.json) -ge 1 && grep -q 'png:.*/other/noise\": {' evaluation.json")
jem_tool_test("jem evaluate refuses a set that is given twice"
  AFTER "jem train reads folders of PNG files and keeps the names of their classes"
  ARGUMENTS ${judge} --ood ${other}/noise --ood ${other}/noise CODE 2 ONE_LINE
  SAYS "^jem: --ood: expected each set once but received png:.*/noise twice")

jem_tool_test("jem tells what it was compiled from" ALONE ARGUMENTS --version
  SAYS "^jem ${PROJECT_VERSION}\ncompiler   .*\nbackends   eigen .Eigen [0-9.]+.")
jem_tool_test("jem selftest finds its backend right" ALONE ARGUMENTS selftest --backend eigen --threads 2
  SAYS "million/s\n\nAll 44 checks are right on eigen, in ")
jem_tool_test("jem selftest refuses a backend that it does not know in one line" ALONE ARGUMENTS selftest --backend abacus
  CODE 2 ONE_LINE SAYS "^jem: there is no backend abacus; compiled in: eigen; with what they need, cmake adds reference, ")

foreach(name IN LISTS JEM_MORE_BACKENDS)
  jem_tool_test("jem demo writes its report on ${name}" PROGRAM jem_tool_${name} ARGUMENTS demo ${tiny}
    WRITES report.html metrics.json samples.png jem.safetensors SAYS "AUROC log p.x.: noise")
  jem_tool_test("jem tells that it was built on ${name}" ALONE PROGRAM jem_tool_${name} ARGUMENTS --version
    SAYS "\nbackends   ${name} ")
endforeach()

# The self-test with one backend that does nothing, and one that cannot be compiled here.
jem_backend(does_nothing HEADER support/wrong_backends.hpp TYPE test::wrong::does_nothing)
jem_backend(with_a_missing_part HEADER nowhere.hpp TYPE nothing COMPONENT abacus)
set(sources jem/selftest.cpp jem/selftest_alone.cpp)
set(jem_selftest_template selftest_verbs)
jem_selftest_sources(sources wrong_backends does_nothing)
unset(jem_selftest_template)
add_executable(selftest_of_wrong_backends ${sources})
target_include_directories(selftest_of_wrong_backends PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(selftest_of_wrong_backends PRIVATE jem::openmp)
jem_own_target(selftest_of_wrong_backends -O1)
jem_tool_test("a self-test that fails ends with 1, and says what was wrong and where" ALONE PROGRAM selftest_of_wrong_backends CODE 1
  SAYS "WRONG\n      n = 1\n.*Checks have failed on does_nothing .[0-9]+ of [0-9]+.: do not trust what it computes here.\n$")
jem_tool_test("a self-test of a backend that is missing says what it needs" ALONE PROGRAM selftest_of_wrong_backends
  ARGUMENTS with_a_missing_part CODE 2 ONE_LINE
  SAYS "^jem: backend with_a_missing_part is not compiled in: there is no component abacus of jem, only .*; compiled in: does_nothing\n$")
