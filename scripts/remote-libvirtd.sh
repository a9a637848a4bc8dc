#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs a command, with `--connect URI` added, while a libvirtd of its own listens at that URI: qemu+tcp://127.0.0.1:PORT/system.
#
# The server lives in a mount namespace in which /root, /tmp, /home and the run's directories are empty, so it sees none
# of our files, like a server on another machine. Needs root.
#
# usage: remote-libvirtd.sh COMMAND...
set -eu

# Two of these at once rarely get the same port, and then the second server says that it is taken.
port=$((16600 + $$ % 1000))
home=$(mktemp -d /dev/shm/kcovlab-libvirtd.XXXXXX)
server=

finish() {
    status=$?
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$home"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

cat >"$home/libvirtd.conf" <<END
listen_tls = 0
listen_tcp = 1
listen_addr = "127.0.0.1"
tcp_port = "$port"
auth_tcp = "none"
unix_sock_dir = "$home"
log_outputs = "2:file:$home/log"
END
cat >"$home/qemu.conf" <<END
user = "root"
group = "root"
security_driver = "none"
stdio_handler = "file"
cgroup_controllers = []
END

# A working directory below what gets hidden would stay visible.
# shellcheck disable=SC2016 # $0 is for the inner shell.
unshare --mount sh -eu -c '
    cd /
    mount --bind "$0/qemu.conf" /etc/libvirt/qemu.conf
    mkdir -p /run/libvirt /run/kcovlab
    for hidden in /root /tmp /home /run/libvirt /run/kcovlab /var/lib/libvirt; do
        mount -t tmpfs none "$hidden"
    done
    mkdir -p /var/lib/libvirt/qemu /run/libvirt/qemu
    exec libvirtd --listen --config "$0/libvirtd.conf" --pid-file "$0/pid"
' "$home" &
server=$!

uri=qemu+tcp://127.0.0.1:$port/system
tries=0
until virsh --connect "$uri" version >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 150 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "remote-libvirtd: the server did not answer at $uri" >&2
        cat "$home/log" >&2 || true
        exit 69
    fi
    sleep 0.2
done

"$@" --connect "$uri"
