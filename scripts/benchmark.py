#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares kcovlab with bare QEMU, and with virtme-ng where it is installed, in one run on one machine.

usage: benchmark.py IMAGE ROUNDS [VNG VNG_BZIMAGE]

Every number is the median of ROUNDS. A boot of kcovlab lasts from the event guest-starting to the event guest-ready, so it
includes libvirt; a boot of bare QEMU from its start to the agent's first word on the console. A restore lasts until the agent
answered a hello.
"""

import itertools
import json
import os
import pathlib
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
KCOVLAB = CHECKOUT / ".build/release/kcovlab"
AGENT = CHECKOUT / ".build/release/kcov-agent"
# As Accelerator.slowFeatures has it.
PROCESSOR = "max,erms=off,fsrm=off"
COMMAND_LINE = "console=ttyS0,115200 loglevel=5 panic=-1 nokaslr"


def lab_times(image, work, rounds):
    """Seconds of cold boots, restores and whole runs of one scenario."""
    boots, restores, runs = [], [], []
    for number in range(rounds):
        output = work / f"run-{number}"
        start = time.monotonic()
        subprocess.run(
            [KCOVLAB, "run", "U01", "--image", image, "--accel", "tcg", "--jobs", "1", "--output", output],
            check=True, stdout=subprocess.DEVNULL)
        runs.append(time.monotonic() - start)
        started = None
        for line in (output / "events.jsonl").read_text().splitlines():
            event = json.loads(line)
            if event["event"] == "guest-starting":
                started = event
            elif event["event"] == "guest-ready":
                (boots if started["cold"] else restores).append(event["seconds"] - started["seconds"])
    return boots, restores, runs


def make_initramfs(work):
    """The same contents as Initramfs.make, through the cpio tool."""
    root = work / "root"
    for name in ["dev", "proc", "sys", "tmp"]:
        (root / name).mkdir(parents=True)
    os.mknod(root / "dev/console", 0o600 | 0o020000, os.makedev(5, 1))
    shutil.copy(AGENT, root / "init")
    names = subprocess.run(["find", "."], cwd=root, check=True, capture_output=True).stdout
    image = work / "initramfs"
    with image.open("wb") as file:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root, input=names, stdout=file, check=True)
    return image


class Bare:
    """A guest without libvirt, with the same devices."""

    def __init__(self, work, kernel, initramfs, extra=()):
        self.console = work / "console"
        self.console.write_bytes(b"")
        self.agent = work / "agent.sock"
        self.monitor = work / "monitor.sock"
        self.start = time.monotonic()
        self.process = subprocess.Popen([
            "qemu-system-x86_64", "-machine", "pc,accel=tcg,usb=off", "-cpu", PROCESSOR, "-smp", "2", "-m", "512",
            "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-serial", f"file:{self.console}", "-device", "virtio-serial-pci,max_ports=2,vectors=0",
            "-chardev", f"socket,id=agent,path={self.agent},server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=org.kcovlab.agent",
            "-qmp", f"unix:{self.monitor},server=on,wait=off",
            "-kernel", kernel, "-initrd", initramfs, "-append", COMMAND_LINE, *extra])

    def wait_for(self, word):
        while word not in self.console.read_bytes():
            if self.process.poll() is not None:
                sys.exit("benchmark: QEMU ended early")
            time.sleep(0.005)
        return time.monotonic() - self.start

    def connect(self, path):
        while True:
            try:
                client = socket.socket(socket.AF_UNIX)
                client.settimeout(60)
                client.connect(str(path))
                return client
            except OSError:
                time.sleep(0.005)

    def hello(self):
        client = self.connect(self.agent)
        # Length, kind, version of the protocol, nonce.
        client.sendall(struct.pack("<IBHQ", 11, 1, 2, 7))
        client.recv(1)
        return time.monotonic() - self.start

    def save(self, path):
        client = self.connect(self.monitor).makefile("rw")
        client.readline()
        for command in [
            {"execute": "qmp_capabilities"},
            {"execute": "migrate", "arguments": {"uri": f"exec:cat > {path}"}},
        ]:
            client.write(json.dumps(command) + "\n")
            client.flush()
        while True:
            client.write('{"execute": "query-migrate"}\n')
            client.flush()
            answer = client.readline()
            if '"completed"' in answer:
                return
            time.sleep(0.02)

    def end(self):
        self.process.kill()
        self.process.wait()


def bare_times(kernel, initramfs, work, rounds):
    boots, restores = [], []
    for _ in range(rounds):
        guest = Bare(work, kernel, initramfs)
        boots.append(guest.wait_for(b"kcovlab-agent: ready"))
        guest.end()
    state = work / "state"
    guest = Bare(work, kernel, initramfs)
    guest.wait_for(b"kcovlab-agent: ready")
    guest.save(state)
    guest.end()
    for _ in range(rounds):
        guest = Bare(work, kernel, initramfs, ["-incoming", f"exec:cat {state}"])
        restores.append(guest.hello())
        guest.end()
    return boots, restores


def vng_times(vng, kernel, rounds):
    times = []
    # It calls programs that are installed beside it.
    environment = os.environ | {"PATH": f"{pathlib.Path(vng).parent}:{os.environ['PATH']}"}
    for _ in range(rounds):
        start = time.monotonic()
        subprocess.run(
            [vng, "--append", "root=/dev/root", "--run", kernel, "--disable-kvm", "--cpus", "2", "--memory", "512M", "--", "true"],
            check=True, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.monotonic() - start)
    return times


def trace_of_a_run(image, work):
    """A million program counters as a USB enumeration left them, over and over."""
    output = work / "usb"
    subprocess.run([KCOVLAB, "run", "G01", "--image", image, "--output", output], check=True, stdout=subprocess.DEVNULL)
    words = (output / "coverage/usb-hub/remote.bin").read_bytes()
    count, = struct.unpack_from("<Q", words)
    trace = struct.unpack_from(f"<{count}Q", words, 8)
    return list(itertools.islice(itertools.cycle(trace), 1_000_000))


def symbolization_rows(kernel, trace, work, rounds):
    """Seconds from a list of addresses to the last byte of text, inline frames included, for each tool there is."""
    recorded, calls = work / "recorded", work / "calls"
    recorded.write_text("".join(f"{address:#x}\n" for address in trace))
    # The other tools are given an address inside the call.
    calls.write_text("".join(f"{address - 1:#x}\n" for address in trace))
    tools = [
        ([KCOVLAB, "symbolize", "--vmlinux", kernel], recorded), (["addr2line", "-fie", kernel], calls),
        (["llvm-symbolizer", "-e", kernel], calls),
    ]
    rows = []
    for command, addresses in tools:
        if not shutil.which(command[0]):
            continue
        times = []
        for _ in range(rounds):
            with addresses.open() as given, (work / "text").open("w") as text:
                start = time.monotonic()
                subprocess.run(command, check=True, stdin=given, stdout=text)
                times.append(time.monotonic() - start)
        rows.append((f"{len(trace)} program counters, {pathlib.Path(command[0]).name}", times))
    return rows


def main():
    image, rounds = sys.argv[1], int(sys.argv[2])
    built = subprocess.run([KCOVLAB, "build", "--image", image], check=True, capture_output=True, text=True)
    kernel = built.stdout.split()[-1]
    work = pathlib.Path(tempfile.mkdtemp(prefix="kcovlab-benchmark-"))
    try:
        boots, restores, runs = lab_times(image, work, rounds)
        bare_boots, bare_restores = bare_times(kernel, make_initramfs(work), work, rounds)
        rows = [
            ("cold boot to hello, kcovlab", boots), ("cold boot to ready, bare QEMU", bare_boots),
            ("restore to hello, kcovlab", restores), ("restore to hello, bare QEMU -incoming", bare_restores),
            ("kcovlab run U01, everything built", runs),
        ]
        if len(sys.argv) > 3:
            rows.append(("vng --run ... -- true", vng_times(sys.argv[3], sys.argv[4], rounds)))
        symbolizers = symbolization_rows(kernel, trace_of_a_run(image, work), work, rounds)
        for name, times in rows + symbolizers:
            print(f"{name:42} {statistics.median(times):6.2f} s   ({min(times):.2f} to {max(times):.2f})")
        print(f"boot, kcovlab to bare: {statistics.median(boots) / statistics.median(bare_boots):.2f}")
        if len(sys.argv) > 3:
            print(f"boot, kcovlab to virtme-ng: {statistics.median(boots) / statistics.median(rows[-1][1]):.2f}")
        ours = statistics.median(symbolizers[0][1])
        for name, times in symbolizers[1:]:
            print(f"{name}: {statistics.median(times) / ours:.0f} times as long")
    finally:
        shutil.rmtree(work)


main()
