# SPDX-License-Identifier: MIT
# Tests of the tool on tiny runs: the files that it writes, its output, and its error messages. Included by examples/CMakeLists.txt.

# jem_tool_test(<sentence> ARGUMENTS … [CODE <exit code>] [SAYS <pattern>] [ONE_LINE] [WRITES <files>] [LEAVES_OUT <files>]
#               [SETTINGS <pattern in settings.json>] [AFTER <sentence> [COMMAND <name>]] [ALONE] [PROGRAM <target>]
#               [BEFORE <shell command>] [CHECKS <shell command>]):
# runs jem, or another PROGRAM, with --out and a fresh folder for this test; with ALONE, without --out; with AFTER, `jem evaluate`, or
# another COMMAND, on the folder of that test. BEFORE runs in the folder first; CHECKS has to succeed there at the end.
function(jem_tool_test sentence)
  cmake_parse_arguments(PARSE_ARGV 1 run "ONE_LINE;ALONE" "CODE;SAYS;SETTINGS;AFTER;COMMAND;PROGRAM;BEFORE;CHECKS" "ARGUMENTS;WRITES;LEAVES_OUT")
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
    if(NOT run_COMMAND)
      set(run_COMMAND evaluate)
    endif()
    set(arguments "${run_COMMAND};${folder};${run_ARGUMENTS}")
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
    matched.safetensors
  SAYS "AUROC log p.x.: noise" LEAVES_OUT report.html.part
  CHECKS [[! grep -o "id=[\"'][^\"']*" report.html | sort | uniq -d | grep .
    grep -q "tells the test images from others" report.html
    grep -q "grows with the square root of the number of images" report.html
    python3 -c "import json; told = json.load(open('metrics.json')); assert all(told[key]['seconds'] > 0 for key in ('cross_entropy', 'jem', 'matched'))"
    awk -F '[(,)]' '/translate/ {y = $3} />iteration</ {title = y} /<tspan[^>]*>cross-entropy</ && !key {key = y}
      END {exit !(0 < key && key + 100 < title)}' report.html]])  # the key stands well above the title of the axis
add_test(NAME "example: the report of jem demo can be read in light and in dark, on 400 and on 1280 pixels" COMMAND ${CMAKE_COMMAND}
  -D page=${CMAKE_CURRENT_BINARY_DIR}/run/jem_demo_writes_its_report/report.html -D finder=${CMAKE_CURRENT_SOURCE_DIR}/jem/look.js
  -P ${CMAKE_CURRENT_SOURCE_DIR}/jem/look.cmake)
set_tests_properties("example: the report of jem demo can be read in light and in dark, on 400 and on 1280 pixels" PROPERTIES
  LABELS examples FIXTURES_REQUIRED jem_demo_writes_its_report RESOURCE_LOCK jem_demo_writes_its_report SKIP_REGULAR_EXPRESSION "skipped: ")
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/look/page.html "<!doctype html><style>body{background:white;color:#bbb}div{width:600px;height:9px}</style><p>pale</p>
<div></div><svg width='200' height='50'><text x='10' y='20'>one</text><text x='15' y='22'>two</text><text x='190' y='40'>out</text></svg>")
add_test(NAME "example: look.js finds a page that is too wide, pale text, and words that overlap or leave their drawing"
  COMMAND ${CMAKE_COMMAND} -D page=${CMAKE_CURRENT_BINARY_DIR}/look/page.html -D finder=${CMAKE_CURRENT_SOURCE_DIR}/jem/look.js
  -P ${CMAKE_CURRENT_SOURCE_DIR}/jem/look.cmake)
set_tests_properties("example: look.js finds a page that is too wide, pale text, and words that overlap or leave their drawing"
  PROPERTIES LABELS examples SKIP_REGULAR_EXPRESSION "skipped: " PASS_REGULAR_EXPRESSION
  "400 px: the page is 6[0-9][0-9] px wide.*400 px: too pale: pale.*drawing 1: two lies on one.*drawing 1: out leaves it.*1280 px: too pale: pale")
jem_tool_test("jem evaluate judges the networks of a demo, in a column each" AFTER "jem demo writes its report"
  ARGUMENTS --scored 50 --attacked 10 --ood digits
  SAYS "judged on 500 test images, 50 of them scored and 10 attacked\n *cross-entropy *JEM, chains *JEM, matched\naccuracy  *[01].[0-9]*  *[01].[0-9]*  *[01].[0-9]*\n"
  CHECKS "test $(grep -cE '^  \"(cross_entropy|jem|matched)\": {' evaluation.json) = 3 && test $(grep -c '\"reliability\": ' evaluation.json) = 3")
jem_tool_test("jem demo says that it judged validation images when it is told to" ARGUMENTS demo ${tiny} --validation 200
  SAYS "one seed; 200 validation images"
  CHECKS "grep -q 'tells the validation images from others' report.html && ! grep -q 'test images' report.html")
jem_tool_test("jem train writes metrics as it goes and at the end" ARGUMENTS train ${tiny} SAYS "accuracy 0."
  WRITES settings.json config.json metrics.jsonl metrics.json model.safetensors samples.png samples_by_class.png)
jem_tool_test("jem evaluate judges what jem train has left" AFTER "jem train writes metrics as it goes and at the end"
  ARGUMENTS --scored 50 --attacked 10 --ood digits SAYS "AUROC log p.x.: digits" WRITES evaluation.json)
jem_tool_test("jem evaluate brings other data to the size of its images" AFTER "jem train writes metrics as it goes and at the end"
  ARGUMENTS --scored 50 --attacked 10 --ood cifar10:${small_cifar}/test_batch.bin
  SAYS "images of test_batch.bin: resized from 32x32x3 to 8x8x1\njudged on .*AUROC log p.x.: test_batch.bin" WRITES evaluation.json)
jem_tool_test("jem evaluate tells every measure of the library and the bins of the reliability diagram"
  AFTER "jem train writes metrics as it goes and at the end" ARGUMENTS --scored 50 --attacked 10
  SAYS "\nMCE, 15 bins .*\nAUROC max p.*: noise .*\nAUPR max p.*: noise .*\nFPR95 max p.*: noise .*\nconfidence *mean *accuracy *images\n"
  CHECKS [[for key in mce aupr fpr95 reliability; do grep -q "^  \"$key\": " evaluation.json; done
    test $(grep -c '"confidence": ' evaluation.json) = 15
    awk -F '[:,]' '/"count": / {n += $2} END {exit n != 500}' evaluation.json]])
jem_tool_test("jem train leaves nothing of a demo in its folder that jem evaluate could take for its own" ARGUMENTS train ${tiny} --w-x 0
  BEFORE "touch jem.safetensors cross_entropy.safetensors evaluation.json samples.png samples_by_class.png"
  WRITES model.safetensors LEAVES_OUT jem.safetensors cross_entropy.safetensors evaluation.json samples.png samples_by_class.png)
jem_tool_test("jem evaluate adds rows of the strong attack where it is asked to" AFTER "jem train writes metrics as it goes and at the end"
  ARGUMENTS --scored 50 --attacked 5 --strong SAYS "robust accuracy, L2 256/255 .*\nstrong attack, L∞ 8/255 .*\nstrong attack, L2 256/255 "
  WRITES evaluation.json)
jem_tool_test("jem evaluate refuses other data in one line" AFTER "jem train writes metrics as it goes and at the end"
  ARGUMENTS --ood idx:nowhere CODE 2 SAYS "^jem: " ONE_LINE)
jem_tool_test("jem train computes in bfloat16" ARGUMENTS train ${tiny} --precision bfloat16 SAYS "accuracy 0."
  WRITES metrics.json model.safetensors samples.png)
jem_tool_test("jem evaluate judges a network in bfloat16" AFTER "jem train computes in bfloat16"
  ARGUMENTS --scored 50 --attacked 10 WRITES evaluation.json)
jem_tool_test("jem demo computes in bfloat16" ARGUMENTS demo ${tiny} --precision bfloat16 SAYS "AUROC log p.x.: noise"
  WRITES report.html metrics.json jem.safetensors)
jem_tool_test("jem train by class uses the joint energy" ARGUMENTS train ${tiny} --w-xy 1 WRITES metrics.json)
jem_tool_test("jem train takes a wide residual network" WRITES metrics.json model.safetensors samples.png
  SETTINGS "\"activation\": \"leaky-relu\""
  ARGUMENTS train --network wide-resnet-10-1 --crop 1 --flip --steps 1 --iterations 1 --batch 4 --buffer 8)
jem_tool_test("jem train matches gradients of a wide residual network with swish" WRITES model.safetensors samples.png
  SETTINGS "\"activation\": \"swish\""
  ARGUMENTS train --network wide-resnet-10-1 --iterations 1 --batch 4)
jem_tool_test("jem evaluate judges a wide residual network with swish" ARGUMENTS --scored 10 --attacked 2 WRITES evaluation.json
  AFTER "jem train matches gradients of a wide residual network with swish")
jem_tool_test("jem train reads CIFAR files, and flips their images unless told" WRITES metrics.json model.safetensors
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
jem_tool_test("jem train takes a wide residual network with He's weights" WRITES metrics.json model.safetensors
  ARGUMENTS train --network wide-resnet-10-1 --initialisation he --steps 1 --iterations 1 --batch 4 --buffer 8)
jem_tool_test("jem train takes a learning rate and the share that is left of it" ARGUMENTS train ${tiny} --w-x 0 --learning-rate 0.5 --rate-at-end 0.25
  WRITES metrics.json SETTINGS "\"learning_rate\": 0.5,.*\"rate_at_end\": 0.25,")
jem_tool_test("jem train judges validation images when it is told to" ARGUMENTS train ${tiny} --validation 200 SAYS "on 200 validation images"
  WRITES metrics.json SETTINGS "\"validation\": 200,")
jem_tool_test("jem evaluate judges validation images when it is told to" AFTER "jem train judges validation images when it is told to"
  ARGUMENTS --validation --scored 50 --attacked 5 SAYS "judged on 200 validation images"
  CHECKS [[test "$(grep '^  "nll"' metrics.json)" = "$(grep '^  "nll"' evaluation.json)"]])
jem_tool_test("jem evaluate refuses to judge validation images of a run that has held out none" CODE 2 ONE_LINE
  AFTER "jem train writes metrics as it goes and at the end" ARGUMENTS --validation
  SAYS "^jem: expected a run with --validation but received one that held out no images\n$")
# Wrong arguments are refused with a message.
foreach(mistake IN ITEMS "--steps -1|a whole number from 0 to 1000000000" "--steps many|a whole number from 0 to 1000000000"
    "--steps 1.5|a whole number from 0 to 1000000000" "--steps 99999999999999999999|a whole number from 0 to 1000000000"
    "--seed -1|a whole number from 0 to 18446744073709551615"
    "--seed 18446744073709551616|a whole number from 0 to 18446744073709551615" "--step-size 1e300|a number from 0 to 3.4e38"
    "--step-size nan|a number from 0 to 3.4e38" "--learning-rate 0|a number above 0, at most 3.4e38"
    "--learning-rate 1e-60|a number above 0, at most 3.4e38" "--restart 2|a number from 0 to 1" "--rate-at-end 2|a number from 0 to 1"
    "--crop 9223372036854775807|a whole number from 0 to 1000000000" "--crop 8|at most 7 pixels, less than a side of the images,"
    "--batch 0|a whole number from 1 to 1000000000" "--batch 5000|at most 1297, the images for training,"
    "--threads 0|a whole number from 1 to 1024" "--precision half|float32 or bfloat16" "--initialisation zeros|uniform or he"
    "--widths 4,0|whole numbers with commas between them, each from 1 to 1048576"
    "--widths 4,,8|whole numbers with commas between them, each from 1 to 1048576"
    "--widths 4,4,4,4,4|an image that can be halved 4 times"
    "--data mnist|digits, or idx, cifar10, cifar100 or png with :PATH behind" "--network resnet|convnet or wide-resnet-DEPTH-WIDTH"
    "--network wide-resnet-28-99999999999999999999|convnet or wide-resnet-DEPTH-WIDTH"
    "--network wide-resnet-11-1|depth = 6n . 4 with n >= 1" "--activation leaky-relu|swish for a convnet"
    "--validation 1297|fewer than the 1297 images for training"
    "--buffer 32|at least 64, a batch," "--by-class --buffer 100|at least 640, a batch for each of 10 classes,"
    "--w-xy 1 --buffer 645|a multiple of 10, the number of classes,")
  string(REGEX MATCH "^(.*)[|](.*)$" all ${mistake})
  set(given ${CMAKE_MATCH_1})
  set(expected ${CMAKE_MATCH_2})
  separate_arguments(words UNIX_COMMAND ${given})
  string(REGEX MATCH "--[a-z-]+ [^ ]*$" last ${given})
  string(REPLACE " " ": expected ${expected} but received " says ${last})
  string(REPLACE "received wide-resnet-11-1" "received 11" says ${says})    # what the library was given
  string(REPLACE "received 4,4,4,4,4" "received .8, 8, 1." says ${says})
  jem_tool_test("jem train ${given} is refused in one line" ARGUMENTS train ${words}
    CODE 2 SAYS "^jem: ${says}" ONE_LINE LEAVES_OUT settings.json metrics.json model.safetensors)
endforeach()
foreach(mistake IN ITEMS "--data idx:nowhere" "--colour red" "--steps 1 --steps 2")
  separate_arguments(words UNIX_COMMAND ${mistake})
  jem_tool_test("jem train ${mistake} is refused in one line" ARGUMENTS train ${words}
    CODE 2 SAYS "^jem: " ONE_LINE LEAVES_OUT settings.json metrics.json model.safetensors)
endforeach()

# Ways of training.
set(tiny_matched --iterations 3 --widths 4,8)
jem_tool_test("jem train matches gradients by default, and samples from noise" ARGUMENTS train ${tiny_matched} SAYS "accuracy 0."
  WRITES metrics.json model.safetensors samples.png samples_by_class.png SETTINGS "\"method\": \"matched\","
  CHECKS "python3 -c 'import json
line = json.loads(open(\"metrics.jsonl\").readline())
assert line[\"residual\"] > 0 and line[\"energy_sample\"] is None'")
jem_tool_test("jem sample makes images from noise beside the nearest training images, and measures them"
  AFTER "jem train matches gradients by default, and samples from noise" COMMAND sample ARGUMENTS --steps 2,3 --count 20
  SAYS "\n *2 +[01][.][0-9]+ .*\n *3 +[01][.][0-9]+ .*\n *images +[01][.]"
  WRITES samples-2.png samples-2-nearest.png samples-3.png samples-3-nearest.png samples.json)
jem_tool_test("jem sample adds noise that fades"
  AFTER "jem train matches gradients by default, and samples from noise" COMMAND sample ARGUMENTS --steps 3 --noise 0.1
  SAYS "\n *3 +[01][.][0-9]+ .*\n *images +[01][.]" WRITES samples-3.png)
jem_tool_test("jem train matches gradients of each class on each path in bfloat16" WRITES metrics.json
  ARGUMENTS train ${tiny_matched} --w-match-xy 1 --path equilibrium --path-noise uniform --outliers normal --precision bfloat16)
jem_tool_test("jem train learns by chains where an option of chains is given" ARGUMENTS train ${tiny_matched} --steps 2 --buffer 640
  SETTINGS "\"method\": \"chains\"," WRITES samples.png)
jem_tool_test("jem sample leaves the noise of chains to their settings" CODE 2 ONE_LINE LEAVES_OUT samples-3.png
  AFTER "jem train learns by chains where an option of chains is given" COMMAND sample ARGUMENTS --steps 3 --noise 0.1
  SAYS "^jem: --noise: expected 0 for a run whose samples are those of its own chains but received 0[.]1")
set(tiny_recipe ${tiny_matched} --buffer 640)
jem_tool_test("jem train follows the recipe of JEM++" ARGUMENTS train ${tiny_recipe} --recipe jem++ WRITES samples.png
  SETTINGS "\"method\": \"chains\",.*\"recipe\": \"jem..\",.*\"steps\": 10,.*\"clip\": 1.0,.*\"box\": true,.*\"start\": \"classes\"")
jem_tool_test("jem sample starts where the chains of the run start" AFTER "jem train follows the recipe of JEM++" COMMAND sample
  ARGUMENTS --steps 1 --count 20 SAYS "\n *1 +[01][.][0-9]+ .*\n *images +[01][.]" WRITES samples-1.png)
jem_tool_test("jem train follows the recipe of SADA-JEM" ARGUMENTS train ${tiny_recipe} --recipe sada WRITES samples.png
  SETTINGS "\"augment_energy\": false,.*\"steps\": 5,.*\"noise\": 0.0,.*\"sharpness\": 2.0,")
jem_tool_test("jem train follows the recipe of the gradient through the last step" ARGUMENTS train ${tiny_recipe} --recipe last-step
  SETTINGS "\"weight_last_step\": 1.0,.*\"entropy\": 0.3" WRITES samples.png)
jem_tool_test("jem train follows the recipe of DAT" ARGUMENTS train ${tiny_recipe} --recipe dat WRITES samples.png
  SETTINGS "\"attack\": 0.5,.*\"weight_x\": 0.0,.*\"weight_binary\": 0.5,.*\"unit_gradient\": true,.*\"first_steps\": 1,"
  CHECKS "python3 -c 'import json
assert all(0 <= json.loads(line)[\"auroc\"] <= 1 for line in open(\"metrics.jsonl\"))'")
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/recipe.json "{\"recipe\": \"sada\"}")
jem_tool_test("jem train follows a recipe of a settings file"
  ARGUMENTS train --settings ${CMAKE_CURRENT_BINARY_DIR}/recipe.json --buffer 640 --iterations 2 --widths 4,8
  SETTINGS "\"recipe\": \"sada\",.*\"sharpness\": 2.0," WRITES samples.png)
jem_tool_test("jem train lets options win over a recipe" ARGUMENTS train ${tiny_recipe} --recipe sada --sharpness 0 --steps 2
  SETTINGS "\"steps\": 2,.*\"sharpness\": 0.0,")
jem_tool_test("jem train refuses a gradient through the last of no steps" CODE 2 ONE_LINE LEAVES_OUT settings.json
  ARGUMENTS train ${tiny_matched} --recipe last-step --steps 0
  SAYS "^jem: --steps: expected at least 1 beside --weight-last-step but received 0")
jem_tool_test("jem train penalises energies of images with their class" ARGUMENTS train ${tiny_recipe} --penalty-xy 0.1 --w-last-step 0.5
  SETTINGS "\"penalty_xy\": 0.1" WRITES samples.png)
jem_tool_test("jem train learns by cross-entropy alone when it is told to" ARGUMENTS train ${tiny_matched} --method cross-entropy
  SETTINGS "\"method\": \"cross-entropy\"," WRITES metrics.json LEAVES_OUT samples.png)
jem_tool_test("jem train refuses options of another method in one line" ARGUMENTS train ${tiny_matched} --method matched --steps 5
  CODE 2 ONE_LINE LEAVES_OUT settings.json
  SAYS "^jem: --steps: expected --method chains beside it, since a run of method matched has no use for it, but received 5\n$")

# Settings files.
set(run ${CMAKE_CURRENT_BINARY_DIR}/run)
set(same [[grep -v '"seconds"' metrics.json > these; grep -v '"seconds"' $first/metrics.json > those; cmp these those
  cmp model.safetensors $first/model.safetensors; cmp settings.json $first/settings.json]])
jem_tool_test("jem train repeats a run whose settings it is given"
  BEFORE "$<TARGET_FILE:jem_tool> train --steps 2 --buffer 640 --iterations 3 --widths 4,8 --crop 1 --flip --by-class --seed 7 \
    --weight-xy 0.3 --learning-rate 1e-3 --shuffled --validation 20 --out ${run}/first"
  ARGUMENTS train --settings ${run}/first/settings.json CHECKS "first=${run}/first; ${same}")
jem_tool_test("options of the command line override a settings file"
  BEFORE "echo '{\"steps\": 2, \"buffer\": 640, \"iterations\": 2, \"widths\": [4, 8], \"flip\": true}' > ../few.json"
  ARGUMENTS train --settings ${run}/few.json --no-flip --iterations 1 --noise 0.02
  SETTINGS "\"flip\": false,.*\"initialisation\": \"he\",.*\"steps\": 2,.*\"noise\": 0.02,.*\"iterations\": 1,")
jem_tool_test("jem demo repeats a demo whose settings it is given" BEFORE "echo '{\"buffer\": 640, \"iterations\": 2}' > ../demo.json"
  ARGUMENTS demo --settings ${run}/demo.json --steps 2 --widths 4,8 WRITES report.html SETTINGS "\"iterations\": 2,"
  CHECKS "grep -q 'chains: recipe paper, weight-x 1, .*, steps 2, step-size 1, noise 0.01, .*, buffer 640, ' report.html")
jem_tool_test("jem demo refuses settings of other data" BEFORE "echo '{\"data\": \"idx:mnist\"}' > ../other.json"
  ARGUMENTS demo --settings ${run}/other.json CODE 2 ONE_LINE LEAVES_OUT settings.json
  SAYS "^jem: --settings: expected those of a run on the digits but received those of one on idx:mnist\n$")
set(number 0)
foreach(mistake IN ITEMS "{\"step\": 2}|expected keys that are options of jem train but found step"
    "{\"steps\": 1.5}|steps: expected a whole number from 0 to 1000000000 but found 1.5"
    "{\"steps\": \"2\"}|steps: expected a whole number from 0 to 1000000000 but found \"2\""
    "{\"seed\": 18446744073709551616}|seed: expected a whole number from 0 to 18446744073709551615 but found "
    "{\"step_size\": 1e300}|step_size: expected a number from 0 to 3.4e38 but found "
    "{\"flip\": 1}|flip: expected true or false but found 1"
    "{\"widths\": [4, -1]}|widths: expected whole numbers with commas between them, each from 1 to 1048576 but found "
    "{\"precision\": \"half\"}|precision: expected float32 or bfloat16 but found \"half\""
    "{\"data\": \"mnist\"}|data: expected digits, or " "[1]|expected settings, a JSON object, but found "
    "{|expected settings in JSON but found ")
  math(EXPR number "${number} + 1")
  string(REGEX MATCH "^(.*)[|](.*)$" all "${mistake}")
  set(text "${CMAKE_MATCH_1}")
  set(says "${CMAKE_MATCH_2}")
  jem_tool_test("jem train refuses the settings ${text} in one line" BEFORE "echo '${text}' > ../mistake${number}.json"
    ARGUMENTS train --settings ${run}/mistake${number}.json CODE 2 ONE_LINE LEAVES_OUT settings.json
    SAYS "^jem: .*/mistake${number}.json: ${says}")
endforeach()

# Help shows options in groups, with the defaults for the data.
jem_tool_test("jem train --help shows its options in groups, with the defaults for the digits" ALONE ARGUMENTS train --help
  SAYS "\nData:\n.*--data=digits .*--with-replacement\n.*\nNetwork:\n.*--widths=32,64 .*\nLoss:\n.*--method=matched .*\nMatched:\n.*--w-match=6.4\n.*\nChains:\n.*--penalty=0.01 .*--steps=20 .*\nOptimiser:\n.*--learning-rate=0.008 .*\nRun:\n.*--iterations=1000 .*\nMonitor:\n.*--tries=8 ")
jem_tool_test("jem train --help shows the defaults for the data that it is given" ALONE ARGUMENTS train --data cifar10:somewhere --help
  SAYS "--crop=4 .*default: --flip\n.*--network=wide-resnet-28-10 .*--learning-rate=0.001 .*--iterations=10000 .*the default for the data cifar10:somewhere")
jem_tool_test("jem train --help shows the defaults for the method that it is given" ALONE ARGUMENTS train --method chains --help
  SAYS "--learning-rate=0.003 .*\nRun:\n.*--iterations=2000 ")
jem_tool_test("jem train --help shows the settings of a file that it is given" ALONE BEFORE "echo '{\"steps\": 7}' > ../seven.json"
  ARGUMENTS train --help --settings ${run}/seven.json SAYS "--steps=7 ")
jem_tool_test("jem demo --help shows no option that the demo lacks" ALONE
  ARGUMENTS demo --help SAYS "\nNetwork:\n  --widths=32,64 .*--seeds=1 ")

# Runs that are stopped and resumed.
# jem_kill_test(<program> <moments> <label> [<end of the test's name> [<options of the run>]])
function(jem_kill_test program moments label)
  list(POP_FRONT ARGN words)
  set(sentence "example: jem train goes on after SIGKILL at ${moments} moments, and ends with the same bits${words}")
  string(MAKE_C_IDENTIFIER "killed_${program}_${moments}${words}" folder)
  add_test(NAME "${sentence}"
    COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/jem/kill.sh $<TARGET_FILE:${program}> ${CMAKE_CURRENT_BINARY_DIR}/run/${folder} ${moments}
    ${ARGN})
  set_tests_properties("${sentence}" PROPERTIES LABELS ${label} ENVIRONMENT OMP_WAIT_POLICY=passive)
endfunction()
jem_kill_test(jem_tool 20 examples)
jem_kill_test(jem_tool 200 long)
jem_kill_test(jem_tool 20 examples ", with its states on disk and a learning rate that is too large" --states disk --learning-rate 1 --warm-up 0)
foreach(signal IN ITEMS INT:130 TERM:143 HUP:129 USR1:138)
  string(REGEX REPLACE ":.*" "" name ${signal})
  string(REGEX REPLACE ".*:" "" code ${signal})
  jem_tool_test("a run that SIG${name} stops ends with ${code}, says how to go on, and does" ARGUMENTS train ${tiny} --seed 3
    CHECKS "run=$PWD.stopped; rm -rf $run; code=0
      $<TARGET_FILE:jem_tool> train --steps 2 --buffer 640 --iterations 100000 --widths 4,8 --out $run >said 2>&1 & process=$!
      while ! grep -q iteration $run/metrics.jsonl 2>/dev/null; do sleep 0.01; done
      kill -${name} $process; wait $process || code=$?; test $code = ${code}
      grep -q '^.*jem: stopped before iteration [0-9]*; go on by: jem train --resume ' said; test -s $run/checkpoint.safetensors")
endforeach()
jem_tool_test("jem train --resume changes nothing of a run that is finished" ALONE
  ARGUMENTS train --resume ${CMAKE_CURRENT_BINARY_DIR}/run/jem_train_writes_metrics_as_it_goes_and_at_the_end
  SAYS "is finished: there is nothing to go on with\n$")
set_tests_properties("example: jem train --resume changes nothing of a run that is finished" PROPERTIES
  FIXTURES_REQUIRED jem_train_writes_metrics_as_it_goes_and_at_the_end RESOURCE_LOCK jem_train_writes_metrics_as_it_goes_and_at_the_end)
jem_tool_test("jem train --resume refuses other settings beside it" ALONE ARGUMENTS train --resume somewhere --steps 3 CODE 2 ONE_LINE
  SAYS "^jem: --resume: expected no other settings than those of the run but received --steps\n$")
jem_tool_test("jem train --resume refuses a folder without a run" ALONE ARGUMENTS train --resume nowhere CODE 2 ONE_LINE
  SAYS "^jem: nowhere/settings.json: expected a file that can be read but received ")
jem_tool_test("jem train --resume refuses a checkpoint of other settings" ARGUMENTS train ${tiny} --checkpoint-every 1
  CHECKS [[rm metrics.json; sed -i 's/"noise": 0.01/"noise": 0.02/' settings.json; code=0
    $<TARGET_FILE:jem_tool> train --resume . 2>said || code=$?; test $code = 2; cat said
    grep -q "^jem: ./checkpoint.safetensors: expected settings [0-9a-f]* but found [0-9a-f]*$" said]])
jem_tool_test("jem train --resume removes the lines of metrics.jsonl after its checkpoint, and an incomplete one"
  ARGUMENTS train ${tiny} --checkpoint-every 2
  CHECKS [[cp metrics.jsonl whole; cp model.safetensors whole.safetensors; rm metrics.json model.safetensors
    printf '{"iteration": 7, "los' >>metrics.jsonl; $<TARGET_FILE:jem_tool> train --resume . >/dev/null 2>&1
    cmp model.safetensors whole.safetensors; test $(wc -l <metrics.jsonl) = 3
    test "$(sed 's/,"seconds":[^,}]*//' metrics.jsonl)" = "$(sed 's/,"seconds":[^,}]*//' whole)"]])
jem_tool_test("jem train goes on where a checkpoint cannot be written, and says so once" ARGUMENTS train ${tiny} --checkpoint-every 1
  BEFORE "mkdir -p checkpoint.safetensors.part/full" SAYS "checkpoint.safetensors: expected to write .*; training goes on, and the last checkpoint stays"
  WRITES model.safetensors metrics.json LEAVES_OUT checkpoint.safetensors)
foreach(part IN ITEMS cross_entropy jem matched)  # in each training run of the demo's first seed
  set(when "${part}-1.jsonl")
  jem_tool_test("jem demo goes on where it was stopped in its ${part} run, and ends with the same bits"
    ARGUMENTS demo --steps 2 --buffer 640 --iterations 60 --widths 4,8 --seeds 2
    CHECKS "run=$PWD.stopped; rm -rf $run; code=0; jem=$<TARGET_FILE:jem_tool>
      $jem demo --steps 2 --buffer 640 --iterations 60 --widths 4,8 --seeds 2 --out $run --checkpoint-every 7 >said 2>&1 & process=$!
      while ! grep -q iteration $run/parts/${when} 2>/dev/null; do sleep 0.01; done
      kill -TERM $process; wait $process || code=$?; test $code = 143; grep -q 'go on by: jem demo --resume .*stopped$' said
      ! $jem demo --resume $run --seeds 3 2>said; grep -q 'no other settings than those of the run but received --seeds' said
      $jem demo --resume $run >/dev/null 2>&1; cmp $run/jem.safetensors jem.safetensors; cmp $run/matched.safetensors matched.safetensors
      cmp $run/cross_entropy.safetensors cross_entropy.safetensors; test ! -e $run/parts
      for run in . $run; do sed 's/,\"seconds\":[^,}]*//' $run/metrics.jsonl >$run/lines; grep -v seconds $run/metrics.json >$run/table; done
      cmp lines $run/lines; cmp table $run/table; $jem demo --resume $run | grep -q 'is finished'")
endforeach()
add_test(NAME "example: full disks, short writes and closed streams lose nothing of a run"
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/jem/full_disk.sh $<TARGET_FILE:jem_tool> ${CMAKE_CURRENT_BINARY_DIR}/run/full_disk)
set_tests_properties("example: full disks, short writes and closed streams lose nothing of a run" PROPERTIES
  LABELS examples ENVIRONMENT OMP_WAIT_POLICY=passive)

# The folder of a run: only one run at a time writes into it, and the files of an earlier run are moved aside.
jem_tool_test("a second run in a folder is refused, with the process of the first" ARGUMENTS train ${tiny}
  CHECKS "run=$PWD.locked; rm -rf $run; code=0; jem=$<TARGET_FILE:jem_tool>
    $jem train --steps 2 --buffer 640 --iterations 100000 --widths 4,8 --out $run 2>/dev/null & process=$!
    while ! grep -q iteration $run/metrics.jsonl 2>/dev/null; do sleep 0.01; done
    $jem train --steps 2 --buffer 640 --iterations 3 --widths 4,8 --out $run 2>said || code=$?
    test $code = 2; grep -q \"^jem: .*locked: expected a folder that no other run writes into but process $process does$\" said
    kill -KILL $process; wait $process || true
    $jem train --steps 2 --buffer 640 --iterations 3 --widths 4,8 --out $run 2>said; test ! -e $run/lock; test -e $run/earlier-1/settings.json")
jem_tool_test("jem train moves an earlier run aside, with all of its files and no other" ARGUMENTS train ${tiny} --seed 1
  CHECKS [[jem=$<TARGET_FILE:jem_tool>; cp model.safetensors first; touch mine; touch metrics.json.part samples-20.png samples-mine.txt
    $jem train --steps 2 --buffer 640 --iterations 3 --widths 4,8 --w-x 0 --seed 2 --out . 2>said
    grep -q '^jem: moved the earlier run in \. to ./earlier-1$' said; cmp first earlier-1/model.safetensors; test -e earlier-1/metrics.json.part
    test -e earlier-1/samples-20.png; test -e samples-mine.txt
    test -e mine; test ! -e samples.png; test -e earlier-1/samples.png; $jem evaluate earlier-1 --scored 50 --attacked 5 >/dev/null
    $jem train --steps 2 --buffer 640 --iterations 3 --widths 4,8 --seed 3 --out . 2>said; test -e earlier-2/model.safetensors
    $jem train --steps 2 --buffer 640 --iterations 3 --widths 4,8 --w-x 0 --seed 4 --out . --overwrite 2>said; test ! -e earlier-3
    test ! -e samples.png; test -e mine; ! grep -q moved said]])
jem_tool_test("a run that is not possible changes no file of an earlier run" ARGUMENTS train ${tiny}
  CHECKS [[jem=$<TARGET_FILE:jem_tool>; find . -type f -exec md5sum {} + | sort >../before
    for wrong in '--batch 5000' '--data idx:nowhere' '--network wide-resnet-11-1' '--buffer 1000000000' '--widths 4,4,4,4,4'; do
      code=0; $jem train $wrong --out . --overwrite 2>../said || code=$?; test $code = 2; done
    find . -type f -exec md5sum {} + | sort | cmp - ../before]])
jem_tool_test("a run that needs more memory than there is is refused with both figures" CODE 2 ONE_LINE LEAVES_OUT settings.json
  ARGUMENTS train --buffer 1000000000
  SAYS "^jem: expected at least [0-9.]+ [GT]B of memory, which a run of these settings needs, but found [0-9.]+ [GT]B\n$")
jem_tool_test("jem evaluate and jem predict refuse weights of another run, and take those that name none" ARGUMENTS train ${tiny} --seed 1
  CHECKS [[jem=$<TARGET_FILE:jem_tool>; $jem train --steps 2 --buffer 640 --iterations 3 --widths 4,8 --seed 2 --out other 2>/dev/null
    cp other/model.safetensors .; for command in 'evaluate . --scored 50 --attacked 5' "predict . nowhere.png"; do code=0
      $jem $command 2>said || code=$?; test $code = 2
      grep -q '^jem: ./model.safetensors: expected weights of the run [0-9a-f]* but found those of the run [0-9a-f]*$' said; done
    sed -i 's/"run":"[0-9a-f]*"/"ran":"0123456789abcdef"/' model.safetensors; $jem evaluate . --scored 50 --attacked 5]])
jem_tool_test("jem evaluate finds data that were named by a relative path from any directory"
  BEFORE "rm -rf data; cp -r ${CMAKE_CURRENT_BINARY_DIR}/small_png data
    $<TARGET_FILE:jem_tool> train --data png:data --widths 4,8 --w-x 0 --iterations 5 --batch 16 --out run 2>/dev/null"
  ALONE ARGUMENTS evaluate ${run}/jem_evaluate_finds_data_that_were_named_by_a_relative_path_from_any_directory/run --scored 8 --attacked 8
  SAYS "judged on 20 test images")
jem_tool_test("arguments and paths that are not in UTF-8 are refused in words" ARGUMENTS train ${tiny}
  CHECKS [[jem=$<TARGET_FILE:jem_tool>; odd=$(printf 'caf\351'); for argument in "--out $odd" "--data png:$odd"; do code=0
      $jem train $argument 2>said || code=$?; test $code = 2
      grep -q '^jem: expected arguments in UTF-8 but received .*caf\\xE9$' said; done
    mkdir -p $odd; code=0; (cd $odd; $jem train --data png:data 2>../said) || code=$?; test $code = 2
    grep -q '^jem: --data: expected a path in UTF-8 but received .*caf\\xE9/data$' said]])
jem_tool_test("jem demo reports a missing gnuplot before it trains" ARGUMENTS train ${tiny}
  CHECKS [[code=0; PATH=/nowhere $<TARGET_FILE:jem_tool> demo --out demo 2>said || code=$?; test $code = 2; test ! -e demo
    read line <said; test "$line" = 'jem: gnuplot: expected it on the PATH but found none (Debian package gnuplot-nox)']])
jem_tool_test("jem train goes on when the reader of its output has closed the pipe" ARGUMENTS train ${tiny} --seed 3
  CHECKS "run=$PWD.piped; (code=0; $<TARGET_FILE:jem_tool> train --steps 2 --buffer 640 --iterations 3 --widths 4,8 --seed 3 --overwrite \
      --out $run 2>&1 || code=$?; echo $code >$run/code) | true
    while ! test -s $run/code; do sleep 0.01; done; cat $run/code; test $(cat $run/code) = 0; cmp $run/model.safetensors model.safetensors")
add_test(NAME "example: twelve runs with settings that are meant to break training end usable, or with a reason"
  COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/jem/hostile.py $<TARGET_FILE:jem_tool> ${CMAKE_CURRENT_BINARY_DIR}/run/hostile
  --count 12 --iterations 80 --seed 23 --with-monitor-only --jobs 2)
set_tests_properties("example: twelve runs with settings that are meant to break training end usable, or with a reason" PROPERTIES
  LABELS examples PROCESSORS 2)
jem_tool_test("jem train warns of unsuitable data, and trains" WRITES metrics.json
  BEFORE "rm -rf data; mkdir -p data/train/ant data/train/bee data/test/ant data/test/bee; for image in data/train/ant/1 data/train/ant/2 \
      data/train/bee/1 data/test/ant/1 data/test/bee/1; do cp $(ls ${CMAKE_CURRENT_BINARY_DIR}/small_png/train/ant/*.png | head -1) $image.png; done"
  ARGUMENTS train --data png:${run}/jem_train_warns_of_unsuitable_data__and_trains/data --widths 4,8 --w-x 0 --iterations 5 --batch 2
  SAYS "jem: images for training: all 3 images are the same\njem: 2 of the 2 test images are among those for training, too: results on them are too good\n")

# Validation while a run trains.
jem_tool_test("jem train ends with the weights that were best on the validation images" ARGUMENTS train --steps 2 --buffer 640 --widths 4,8 --validation 100
    --validate-every 1 --learning-rate 0.05 --warm-up 0 --iterations 9 --samples-every 4
  SAYS "training: the weights of iteration [1-9] are the best on the validation images" WRITES samples/0000004.png samples/0000008.png
  CHECKS "python3 -c 'import json
judged = [json.loads(line)[\"validation\"] for line in open(\"metrics.jsonl\") if \"validation\" in line]
assert len(judged) == 9 and sorted(judged[0]) == [\"accuracy\", \"brier\", \"detected\", \"ece\", \"mce\", \"nll\"]
assert min(each[\"nll\"] for each in judged) == json.load(open(\"metrics.json\"))[\"nll\"]'")
jem_tool_test("jem train ends early when judgements do not get better" ARGUMENTS train --steps 1 --buffer 64 --widths 4,8 --validation 100
    --validate-every 2 --early-stop 3 --learning-rate 3 --warm-up 0 --no-monitor --iterations 400 WRITES model.safetensors
  CHECKS "test $(grep -c loss metrics.jsonl) -lt 400; test $(($(grep -c validation metrics.jsonl) * 2)) = $(grep -c loss metrics.jsonl)")
jem_tool_test("jem train saves the average of the weights when it is told to" ARGUMENTS train ${tiny} --average 0.9 --seed 4
  CHECKS "$<TARGET_FILE:jem_tool> train --steps 2 --buffer 640 --iterations 3 --widths 4,8 --seed 4 --out plain --quiet 2>said; test ! -s said
    cmp -s model.safetensors plain/model.safetensors && exit 1; cmp samples.png plain/samples.png")
jem_tool_test("jem train judges no images while it trains where none are held out" ARGUMENTS train ${tiny} --validate-every 2 CODE 2 ONE_LINE
  SAYS "^jem: --validation: expected at least 1, the images that --validate-every judges, but received 0\n$" LEAVES_OUT settings.json)
jem_tool_test("jem train refuses an average of decay 1" ARGUMENTS train ${tiny} --average 1 CODE 2 ONE_LINE LEAVES_OUT settings.json
  SAYS "^jem: --average: expected a number from 0, below 1 but received 1\n$")

# Runs that fail.
set(far_too_fast --steps 2 --buffer 200 --widths 4,8 --iterations 20 --warm-up 0 --learning-rate 1e30)
jem_tool_test("a run that diverges and may not be changed ends with 3, and reports accuracy and NLL of the weights that it keeps" CODE 3
  ARGUMENTS train ${far_too_fast} --tries 0 WRITES model.safetensors LEAVES_OUT metrics.json
  SAYS "jem: .guard. expected a run that goes on after 0 changes of its settings, but at iteration 0: expected weights .*; the last good weights are saved: on images for training they have an accuracy of 0[.][0-9]+ and an NLL of ")
jem_tool_test("a run that diverges without a monitor ends with 3 and keeps the last good weights" CODE 3 SAYS "finite loss"
  ARGUMENTS train ${far_too_fast} --no-monitor WRITES model.safetensors LEAVES_OUT metrics.json)
jem_tool_test("a demo that diverges without a monitor ends with 3 and keeps the last good weights" CODE 3 SAYS "finite loss"
  ARGUMENTS demo ${far_too_fast} --no-monitor WRITES model.safetensors LEAVES_OUT metrics.json report.html)
jem_tool_test("a monitor brings a run back whose learning rate is 10^30, and reports it" ARGUMENTS train ${far_too_fast}
  SAYS "training: iteration 0: expected weights of a norm of at most 4 times that before the update, [0-9.]+, but received [0-9.e+]+; back to iteration 0, change 1 of 8\n"
  WRITES metrics.json CHECKS [[grep -q '"back_to":0,"cause":"expected weights .*"intervention":"weights"' metrics.jsonl]])
set(hard --steps 5 --widths 8,16 --buffer 640 --iterations 250 --learning-rate 1 --penalty 0 --seed 2)
jem_tool_test("a monitor brings a run back to a classifier that works, and a stopped one goes on with the same bits" ARGUMENTS train ${hard}
  SAYS "^accuracy 0[.][89].*back to iteration "
  CHECKS "run=$PWD.stopped; rm -rf $run; code=0; jem=$<TARGET_FILE:jem_tool>
    $jem train --steps 5 --widths 8,16 --buffer 640 --iterations 250 --learning-rate 1 --penalty 0 --seed 2 --out $run 2>said & process=$!
    while ! grep -q intervention $run/metrics.jsonl 2>/dev/null; do sleep 0.01; done
    kill -TERM $process; wait $process || code=$?; test $code = 143; $jem train --resume $run >/dev/null 2>&1
    cmp $run/model.safetensors model.safetensors
    for run in . $run; do sed 's/,\"seconds\":[^,}]*//' $run/metrics.jsonl >$run/lines; done; cmp lines $run/lines")
jem_tool_test("jem train keeps its states on disk where it is told to, and ends the same" ARGUMENTS train ${hard} --states disk
  LEAVES_OUT checkpoint.states
  CHECKS "run=$PWD.memory; rm -rf $run; jem=$<TARGET_FILE:jem_tool>
    $jem train --steps 5 --widths 8,16 --buffer 640 --iterations 250 --learning-rate 1 --penalty 0 --seed 2 --out $run 2>said
    grep -q intervention metrics.jsonl; cmp samples.png $run/samples.png; cmp samples_by_class.png $run/samples_by_class.png
    for run in . $run; do sed 's/,\"seconds\":[^,}]*//' $run/metrics.jsonl >$run/lines; done; cmp lines $run/lines")
jem_tool_test("a run that fails for good leaves no states on disk" CODE 3 ARGUMENTS train ${far_too_fast} --tries 0 --states disk
  SAYS "the last good weights are saved" WRITES model.safetensors LEAVES_OUT checkpoint.states)

# Which images are judged. The data have three classes, each of one grey level, in the order of the classes. A network learns them quickly.
set(grey ${CMAKE_CURRENT_BINARY_DIR}/small_png)
execute_process(COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/small_png.sh ${grey} COMMAND_ERROR_IS_FATAL ANY)
set(learn --widths 4,8 --w-x 0 --iterations 150 --batch 16 --warm-up 0 --learning-rate 0.02)
set(judge --scored 8 --attacked 8)
jem_tool_test("jem train reads folders of PNG files and keeps the names of their classes" ARGUMENTS train --data png:${grey} ${learn}
  SAYS "accuracy 1.0000 .* on 20 test images"
  SETTINGS "\"image\": .[ \n8,]*1[ \n]*.,.*\"classes\": 3,.*\"ant\",[ \n]*\"bee\",[ \n]*\"cat\"")
set(grey_run "jem train reads folders of PNG files and keeps the names of their classes")
file(GLOB bees ${grey}/test/bee/*.png)
file(GLOB ants ${grey}/test/ant/*.png)
list(GET bees 0 bee)
list(GET ants 0 ant)
jem_tool_test("jem predict names the classes of images, in a table" AFTER ${grey_run} COMMAND predict ARGUMENTS ${bee} ${ant}
  SAYS "^image  *class  *probability  *log p.x. . log Z  *like the training data\n.*bee/.*png  bee  *[01][.][0-9]* .*\n.*ant/.*png  ant .*\nlog Z is .* 95 % of the 20 test images.\n$"
  CHECKS "$<TARGET_FILE:jem_tool> predict . ${bee} ${ant} ${bee} > three; $<TARGET_FILE:jem_tool> predict . ${bee} > one
    test $(sort three | uniq -d | wc -l) = 1 && test \"$(grep -o '[a-z]*$' one | head -2)\" = \"$(grep -o '[a-z]*$' three | head -2)\"")
jem_tool_test("jem predict tells the same in JSON" AFTER ${grey_run} COMMAND predict ARGUMENTS --json ${bee}
  SAYS "^{\n  \"threshold\": -*[0-9.]+,\n  \"images\": .*\"class\": \"bee\",\n *\"label\": 1,\n *\"probability\": [01].[0-9]*,\n *\"log_px_plus_log_z\": -*[0-9.]*,\n *\"like_training_data\": (true|false)\n")
jem_tool_test("jem train leaves 95 % of the judged images above the threshold of its config.json" ARGUMENTS train --data png:${grey} ${learn}
  CHECKS "$<TARGET_FILE:jem_tool> predict . --json ${grey}/test/*/*.png > all.json
    test $(grep -c 'like_training_data\": true' all.json) -ge 19")
jem_tool_test("jem predict refuses an image of another size by its name" AFTER ${grey_run} COMMAND predict
  ARGUMENTS ${CMAKE_CURRENT_SOURCE_DIR}/pictures/banana.png CODE 2 ONE_LINE
  SAYS "^jem: .*/banana.png: expected an image .8, 8, 1., as the run was trained on, but found .[0-9]*, [0-9]*, 3.\n$")
jem_tool_test("jem predict uses the energy-based model of a demo" AFTER "jem demo writes its report" COMMAND predict ARGUMENTS ${bee}
  SAYS "\nlog Z is .* 95 % of the 500 test images")
jem_tool_test("jem train leaves a folder that will be one of an older version" ARGUMENTS train --data png:${grey} ${learn})
jem_tool_test("jem predict and jem evaluate read a folder of an older version"
  AFTER "jem train leaves a folder that will be one of an older version" COMMAND predict ARGUMENTS ${bee}
  BEFORE "test ! -e config.json || (mv model.safetensors weights.safetensors; rm config.json)"
  SAYS "bee .* unknown\n\nlog Z is .* The run has no threshold" CHECKS "$<TARGET_FILE:jem_tool> evaluate . --scored 8 --attacked 8")
jem_tool_test("jem train leaves weights that other programs read" ARGUMENTS train ${tiny}
  CHECKS "python3 -c 'import json, struct
config = json.load(open(\"config.json\"))
with open(config[\"weights\"], \"rb\") as file: header = json.loads(file.read(struct.unpack(\"<Q\", file.read(8))[0]))
assert config[\"image\"] == [8, 8, 1] and config[\"classes\"] == 10 and header[\"head.bias\"][\"shape\"] == [10]'")
jem_tool_test("jem pack keeps a run in half the bytes, without paths" AFTER ${grey_run} ARGUMENTS ${judge}
  CHECKS [[jem=$<TARGET_FILE:jem_tool>; rm -rf ../packed; $jem pack . ../packed
    test $(stat -c %s ../packed/model.safetensors) -lt $(($(stat -c %s model.safetensors) * 6 / 10 + 400))
    grep -q '"data": "png:small_png"' ../packed/settings.json
    code=0; $jem evaluate ../packed 2>said || code=$?; test $code = 2; grep -q '^jem: ' said
    $jem evaluate ../packed --data "$(grep -o 'png:[^"]*' settings.json)" --scored 8 --attacked 8 | grep -q accuracy
    code=0; $jem pack . ../packed 2>said || code=$?; test $code = 2; grep -q 'expected a folder without a run but found one' said]])
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
  SAYS "^jem: expected images .32, 32, 3. of 10 classes, as the run was trained on, but received images .8, 8, 1. of 3 classes in ")

set(one_file cifar10:${small_cifar}/data_batch_1.bin)
set(shallow --network wide-resnet-10-1 --steps 1 --iterations 2 --batch 4 --buffer 8)
jem_tool_test("jem train refuses one file without validation images" ARGUMENTS train --data ${one_file} ${shallow} CODE 2 ONE_LINE
  SAYS "^jem: --validation: expected at least 1, since cifar10:.*data_batch_1.bin is one file and has no test images, but received 0"
  LEAVES_OUT settings.json)
jem_tool_test("jem train judges validation images of one file" ARGUMENTS train --data ${one_file} ${shallow} --validation 10 --seed 7
  SAYS "on 10 validation images")
jem_tool_test("jem evaluate judges the same validation images of one file, and none of training"
  AFTER "jem train judges validation images of one file" ARGUMENTS ${judge} --ood cifar10:${small_cifar}/test_batch.bin
  SAYS "judged on 10 validation images" CHECKS [[test "$(grep '^  "nll"' metrics.json)" = "$(grep '^  "nll"' evaluation.json)"]])

# Other data: two folders with the same name, and one with the name of a made-up set.
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
  SAYS "^jem: --ood: expected each of the data once but received png:.*/noise twice")

jem_tool_test("jem tells what it was compiled from" ALONE ARGUMENTS --version
  SAYS "^jem ${PROJECT_VERSION}\ncompiler   .*\nbackends   eigen .Eigen [0-9.]+.")
jem_tool_test("jem selftest finds its backend right" ALONE ARGUMENTS selftest --backend eigen --threads 2
  SAYS "million/s\n\nAll [0-9]+ checks are right on eigen, in ")
jem_tool_test("jem selftest refuses a backend that it does not know in one line" ALONE ARGUMENTS selftest --backend abacus
  CODE 2 ONE_LINE SAYS "^jem: there is no backend abacus; compiled in: eigen; with what they need, cmake adds reference, ")

foreach(name IN LISTS JEM_MORE_BACKENDS)
  jem_tool_test("jem demo writes its report on ${name}" PROGRAM jem_tool_${name} ARGUMENTS demo ${tiny}
    WRITES report.html metrics.json samples.png jem.safetensors SAYS "AUROC log p.x.: noise")
  jem_kill_test(jem_tool_${name} 20 examples " on ${name}")
  jem_tool_test("jem tells that it was built on ${name}" ALONE PROGRAM jem_tool_${name} ARGUMENTS --version
    SAYS "\nbackends   ${name} ")
endforeach()

# The self-test with a backend that does nothing, and with one that lacks a component.
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
