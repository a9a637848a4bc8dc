#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the kernels, runs every test with guests required, then says what became of the scenarios.
#
# usage: run-tests.sh SWIFT KCOVLAB RESULTS IMAGES
# RESULTS is the file the tests append one line to for each scenario and kernel; IMAGES are comma separated.
set -eu

swift=$1
kcovlab=$2
results=$3
images=$4

# Before any test: what tests build besides differs from these kernels in a file, and is quick from what they leave.
for image in $(echo "$images" | tr , ' '); do
    "$kcovlab" build --image "$image"
done

scripts/check-outside-package.sh command "${images%%,*}"

mkdir -p "$(dirname "$results")"
rm -f "$results"

log=$(dirname "$results")/test-output.txt
failed=$(dirname "$results")/test-failed
rm -f "$failed" "$log"

# Guests and kernel builds take both processors for minutes: what has limits of its own runs before them, and they run one
# after the other.
run_tests() {
    KCOVLAB_REQUIRE_MACHINE=1 KCOVLAB_TEST_IMAGES="$images" KCOVLAB_TEST_RESULTS="$PWD/$results" \
        "$swift" test "$@" 2>&1 || touch "$failed"
}
run_tests --skip MachineTests | tee -a "$log"
run_tests --skip-build --no-parallel --filter MachineTests | tee -a "$log"

status=0
if [ -e "$failed" ]; then
    status=1
    echo "What failed, again (everything is in $log):"
    grep -E '^✘|^error: |\.swift:[0-9]+:[0-9]+: error: |Fatal error' "$log" | cut -c1-600 | head -n 40 || true
fi
scripts/summarize-tests.sh "$results" "$images" || status=1
exit "$status"
