#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Servers that are like those of other machines: each is a libvirtd at qemu+tcp://127.0.0.1:PORT/system in a mount
# namespace in which /root, /tmp, /home and the run's directories are empty, so it sees none of our files. Any number of
# them can run at once. Needs root.
#
# usage: remote-libvirtd.sh start DIRECTORY     starts a server and prints its URI; one that was killed starts again at
#                                               the same URI, among the same mounts
#        remote-libvirtd.sh stop DIRECTORY      ends the server and its guests, and removes the directory
#        remote-libvirtd.sh with COMMAND...     runs a command, with `--connect URI` added, beside a server of its own
#
# DIRECTORY must be below /dev/shm. It has the numbers of the processes: `pid` is libvirtd, `namespace` holds the mounts.
set -eu

fail() {
    echo "remote-libvirtd: $1" >&2
    exit 69
}

# Whether something listens on a port (its state is 0A in /proc/net/tcp).
is_taken() {
    grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F]*:0000 0A " /proc/net/tcp
}

make_namespace() {
    mkdir -p "$1"
    cat >"$1/qemu.conf" <<END
user = "root"
group = "root"
security_driver = "none"
stdio_handler = "file"
namespaces = []
END
    # A working directory below what gets hidden would stay visible.
    # shellcheck disable=SC2016 # $0 and $$ are for the inner shell.
    setsid unshare --mount sh -eu -c '
        cd /
        mount --bind "$0/qemu.conf" /etc/libvirt/qemu.conf
        mkdir -p /run/libvirt /run/kcovlab
        for hidden in /root /tmp /home /run/libvirt /run/kcovlab /var/lib/libvirt; do
            mount -t tmpfs none "$hidden"
        done
        mkdir -p /var/lib/libvirt/qemu /run/libvirt/qemu
        # With control groups, a server that starts again looks for those of its guests, and there need be none.
        umount --recursive --lazy /sys/fs/cgroup 2>/dev/null || true
        echo $$ >"$0/namespace.new"
        mv "$0/namespace.new" "$0/namespace"
        exec sleep infinity
    ' "$1" </dev/null >/dev/null 2>"$1/log" &
    tries=0
    until [ -e "$1/namespace" ]; do
        tries=$((tries + 1))
        [ "$tries" -le 100 ] || fail "no namespace for $1: $(cat "$1/log")"
        sleep 0.1
    done
}

start() {
    [ -e "$1/namespace" ] || make_namespace "$1"
    if [ ! -e "$1/port" ]; then
        port=$((16600 + $$ % 1000))
        while is_taken "$port"; do port=$((port + 1)); done
        echo "$port" >"$1/port"
    fi
    port=$(cat "$1/port")
    cat >"$1/libvirtd.conf" <<END
listen_tls = 0
listen_tcp = 1
listen_addr = "127.0.0.1"
tcp_port = "$port"
auth_tcp = "none"
unix_sock_dir = "$1"
log_outputs = "2:file:$1/log"
END
    setsid nsenter --mount="/proc/$(cat "$1/namespace")/ns/mnt" \
        libvirtd --listen --config "$1/libvirtd.conf" --pid-file "$1/pid" </dev/null >/dev/null 2>&1 &
    server=$!
    uri=qemu+tcp://127.0.0.1:$port/system
    tries=0
    until virsh --connect "$uri" version >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -gt 150 ] || ! kill -0 "$server" 2>/dev/null; then
            cat "$1/log" >&2 || true
            fail "the server did not answer at $uri"
        fi
        sleep 0.2
    done
    echo "$uri"
}

stop() {
    mounts=$(readlink "/proc/$(cat "$1/namespace")/ns/mnt") || fail "the namespace of $1 is gone"
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/ns/mnt" 2>/dev/null)" = "$mounts" ] || continue
        kill -KILL "${process#/proc/}" 2>/dev/null || true
    done
    rm -rf "$1"
}

finish() {
    status=$?
    stop "$home"
    exit "$status"
}

case ${1-} in
start | stop)
    [ $# -eq 2 ] || fail "$1 takes a directory"
    "$1" "$2"
    ;;
with)
    shift
    home=$(mktemp -d /dev/shm/kcovlab-libvirtd.XXXXXX)
    trap finish EXIT
    trap 'exit 130' INT TERM
    uri=$(start "$home")
    "$@" --connect "$uri"
    ;;
*) fail "it starts, stops or runs a command with a server" ;;
esac
