#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian packages that building and running kcovlab needs, and those that are named. Says nothing and
# touches nothing when all of them are there, so that it can run before every build.
set -eu

packages='
    bc bison bubblewrap ca-certificates cpio flex gcc git libc6-dev libdw-dev libelf-dev libsqlite3-dev libvirt-clients
    libvirt-daemon libvirt-daemon-driver-qemu libvirt-daemon-system libvirt-dev make pkg-config qemu-system-x86 shellcheck xz-utils
'

command -v dpkg-query >/dev/null 2>&1 || {
    echo "kcovlab: this is not Debian: install these yourself, then run 'make build':" >&2
    echo "$packages" >&2
    exit 69
}

missing=
for package in $packages "$@"; do
    # shellcheck disable=SC2016 # the field is for dpkg-query, not for the shell
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=absent
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing:$missing"
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    echo "kcovlab: installing needs root or sudo; as root run: apt-get install$missing" >&2
    exit 69
fi

# A mirror that does not answer is no reason to stop when the packages can still be had from another.
$as_root apt-get update --quiet || echo "kcovlab: apt-get update failed; trying with the lists there are" >&2

# Word splitting is meant: one argument for each package, and none for an empty as_root.
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet --no-install-recommends $missing || {
    echo "kcovlab: apt-get could not install:$missing" >&2
    exit 69
}
