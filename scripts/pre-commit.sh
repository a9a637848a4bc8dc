#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# For .git/hooks/pre-commit: nothing is committed that `make check` refuses.
set -eu
cd "$(git rev-parse --show-toplevel)"
exec make check
