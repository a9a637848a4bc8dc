#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Checks every import in Sources against the target table of docs/architecture.md, and the rules of its zones:
# S and G never import Foundation, only Libvirt imports CLibvirt, only KernelSymbols imports CElfutils.
#
# usage: check-imports.sh [ROOT]
set -eu
root=${1:-$(dirname "$0")/..}
cd "$root"

# shellcheck disable=SC2046 # no file name of ours contains a blank
awk '
    # The table first: | `target` | zone | imports | purpose |
    FILENAME == table {
        if ($0 !~ /^\| `/) next
        split($0, cell, "|")
        count = split(cell[2], names, "/")
        for (i = 1; i <= count; i++) {
            name = names[i]
            gsub(/[` ]/, "", name)
            zone[name] = substr(trim(cell[3]), 1, 1)
            allowed[name] = " " words(cell[4]) " "
        }
        next
    }
    FNR == 1 {
        split(FILENAME, part, "/")
        target = part[2]
        if (!(target in zone)) complain("target " target " is not in the table of " table)
    }
    /^[[:space:]]*(@[A-Za-z_]+(\([^)]*\))?[[:space:]]+)*((public|package|internal|fileprivate|private)[[:space:]]+)?import[[:space:]]/ {
        line = $0
        sub(/[[:space:]]*\/\/.*/, "", line)
        sub(/^.*import[[:space:]]+/, "", line)
        sub(/^(struct|class|enum|protocol|typealias|func|let|var)[[:space:]]+/, "", line)
        split(line, part, ".")
        module = part[1]
        seen++
        if (module == "Foundation" || module ~ /^Foundation/) {
            if (zone[target] != "H") complain(target " is in zone " zone[target] " and imports Foundation")
        } else if (module == "CLibvirt" && target != "Libvirt") {
            complain("only Libvirt may import CLibvirt")
        } else if (module == "CElfutils" && target != "KernelSymbols") {
            complain("only KernelSymbols may import CElfutils")
        } else if (module == "Glibc") {
            if (zone[target] == "S") complain(target " is in zone S and imports Glibc")
        } else if (module != "Swift" && module != "Synchronization" && module != "Dispatch" \
                && index(allowed[target], " " module " ") == 0) {
            complain("the table of " table " does not let " target " import " module)
        }
    }
    END {
        if (seen == 0) { print "check-imports: no import was found, so nothing was checked"; failed = 1 }
        exit failed
    }
    function complain(text) { print FILENAME ":" FNR ": " text; failed = 1 }
    function trim(text) { gsub(/^ +| +$/, "", text); return text }
    function words(text) { gsub(/[`,]/, " ", text); gsub(/ +/, " ", text); return text }
' table=docs/architecture.md docs/architecture.md $(find Sources -name "*.swift" | LC_ALL=C sort)
