#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Checks that every file says under which licence it is: patches of the kernel GPL-2.0-only, all else Apache-2.0. Prose,
# recorded texts and JSON, which has no comments, go without.
#
# usage: check-licenses.sh [ROOT]
set -eu
cd "${1:-$(dirname "$0")/..}"

list() { git ls-files -co --exclude-standard 2> /dev/null || find . -type f | sed 's|^\./||'; }

list | LC_ALL=C sort | {
    status=0
    checked=0
    while IFS= read -r file; do
        case $file in
        LICENSES/* | *.md | *.txt | *.log | *.json | .swift-format | */Snapshots/* | Tests/*/Fixtures/*) continue ;;
        *.patch) expected=GPL-2.0-only ;;
        *) expected=Apache-2.0 ;;
        esac
        # A file that is gone, but not from the index.
        [ -f "$file" ] || continue
        checked=$((checked + 1))
        # In a patch above the diff, because what is below is the kernel's.
        found=$(sed '/^diff --git /q; /^--- /q' "$file" | head -n 60 \
            | sed -n 's/.*SPDX-License-Identifier: *\([A-Za-z0-9.-]*\).*/\1/p' | head -n 1)
        if [ "$found" != "$expected" ]; then
            echo "$file: has ${found:-no} SPDX-License-Identifier${found:+ as licence}, expected $expected"
            status=1
        elif [ ! -e "LICENSES/$found.txt" ]; then
            echo "$file: LICENSES has no text of $found"
            status=1
        fi
    done
    if [ $checked = 0 ]; then
        echo "check-licenses: no file was found, so nothing was checked"
        status=1
    fi
    exit $status
}
