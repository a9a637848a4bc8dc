#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the documentation of the public products into .build/docs; a warning is an error.
#
# usage: build-docs.sh SWIFT
set -eu

swift=$1
docc=$(dirname "$(readlink -f "$swift")")/docc
# The compiler writes these only for what it compiles, so they are kept from one build to the next.
graphs=.build/docs-build/symbol-graphs

mkdir -p "$graphs" .build/docs
for product in CoverageAssertions KcovLabTesting; do
    "$swift" build --target "$product" -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir \
        -Xswiftc "$graphs" --scratch-path .build/docs-build
    own=.build/docs-build/$product-graphs
    rm -rf "$own"
    mkdir "$own"
    cp "$graphs/$product"*.symbols.json "$own"
    catalog=
    [ ! -d "Sources/$product/$product.docc" ] || catalog="Sources/$product/$product.docc"
    # shellcheck disable=SC2086 # no catalog is no argument
    "$docc" convert $catalog --additional-symbol-graph-dir "$own" --output-path ".build/docs/$product" \
        --fallback-display-name "$product" --fallback-bundle-identifier "org.kcovlab.$product" \
        --warnings-as-errors
    echo "$product: .build/docs/$product"
done
