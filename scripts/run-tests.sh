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

log=$(dirname "$results")/test-output.txt
failed=$(dirname "$results")/test-failed
rm -f "$failed"
{
    KCOVLAB_REQUIRE_MACHINE=1 KCOVLAB_TEST_IMAGES="$images" KCOVLAB_TEST_RESULTS="$PWD/$results" \
        "$swift" test 2>&1 || touch "$failed"
} | tee "$log"

status=0
if [ -e "$failed" ]; then
    status=1
    echo "What failed, again (everything is in $log):"
    grep -E '^✘|^error: |\.swift:[0-9]+:[0-9]+: error: |Fatal error' "$log" | cut -c1-600 | head -n 40 || true
fi
scripts/summarize-tests.sh "$results" "$images" || status=1
exit "$status"
