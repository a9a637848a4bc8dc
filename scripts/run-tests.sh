#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs every test with guests required, then says what became of the scenarios.
#
# usage: run-tests.sh SWIFT RESULTS IMAGES
# RESULTS is the file the tests append one line to for each scenario and kernel; IMAGES are comma separated.
set -eu

swift=$1
results=$2
images=$3

mkdir -p "$(dirname "$results")"
rm -f "$results"

status=0
KCOVLAB_REQUIRE_MACHINE=1 KCOVLAB_TEST_IMAGES="$images" KCOVLAB_TEST_RESULTS="$PWD/$results" \
    "$swift" test || status=$?

scripts/summarize-tests.sh "$results" "$images" || status=1
exit "$status"
