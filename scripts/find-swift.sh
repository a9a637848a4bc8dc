#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Prints the swift command to use. sudo replaces PATH, so the usual places are tried after it.
set -eu

user_home=
if [ -n "${SUDO_USER:-}" ]; then
    user_home=$(getent passwd "$SUDO_USER" | cut -d: -f6)
fi
for candidate in \
    "$(command -v swift || true)" \
    /opt/swift*/usr/bin/swift \
    /usr/local/swift*/usr/bin/swift \
    /usr/local/bin/swift \
    "${HOME:-/root}/.local/share/swiftly/bin/swift" \
    ${user_home:+"$user_home/.local/share/swiftly/bin/swift"}; do
    if [ -x "$candidate" ]; then
        echo "$candidate"
        exit 0
    fi
done
echo "kcovlab: swift was not found in PATH; install Swift 6.3 (https://swift.org/install/linux)" >&2
exit 69
