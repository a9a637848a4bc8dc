#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Prints one line about the scenarios that tests ran, and fails unless each shipped scenario has exactly one good
# result on each kernel.
#
# usage: summarize-tests.sh RESULTS IMAGES
# RESULTS has lines of IMAGE, SCENARIO FILE and OUTCOME, separated by tabs; IMAGES are separated by commas.
set -eu

results=$1
images=$2

shipped=$(find Scenarios -name '*.yaml' | wc -l)
touch "$results"
awk -F '\t' -v shipped="$shipped" -v images="$images" '
    NF != 3 { print "summarize-tests: line " NR " is not a result: " $0; bad = 1; next }
    { rows++; outcomes[$3]++; scenarios[$2] = 1; seen[$1, $2]++ }
    END {
        kernels = split(images, image, ",")
        for (name in scenarios) {
            count++
            for (i = 1; i <= kernels; i++) {
                if (seen[image[i], name] != 1) {
                    print "summarize-tests: " name " has " seen[image[i], name] + 0 " results on " image[i]
                    bad = 1
                }
            }
        }
        if (rows != count * kernels) {
            print "summarize-tests: " rows + 0 " results where " count * kernels " were due"
            bad = 1
        }
        if (count + 0 != shipped + 0 || count + 0 == 0) {
            print "summarize-tests: " count + 0 " scenarios ran, " shipped " are shipped"
            bad = 1
        }
        order = "passed failed flaky known-issue kernel-failed host-failed not-applicable skipped"
        known = split(order, outcome, " ")
        for (i = 1; i <= known; i++) {
            if (outcomes[outcome[i]] || outcome[i] == "passed") {
                text = text (text == "" ? "" : ", ") outcomes[outcome[i]] + 0 " " outcome[i]
                if (outcome[i] ~ /failed|flaky|skipped/ && outcomes[outcome[i]]) bad = 1
                judged += outcomes[outcome[i]]
            }
        }
        if (judged != rows) { print "summarize-tests: an outcome is unknown"; bad = 1 }
        printf "%d scenarios x %d kernels: %s\n", count, kernels, text
        exit bad
    }
' "$results"
