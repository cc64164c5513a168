#!/usr/bin/env python3
"""Measures bridgepin beside other programs on the same files, and prints a table in Markdown.

    benches/compare.py [--runs N] [--hosts N,N,...]

Takes target/release/bridgepin. Each program of a group runs once in each round, one after another, so that a machine
that is busy for a while is as busy for all of them; a figure is the median of the rounds. Ratios are bridgepin's time
over the other's: below 1, bridgepin is faster. Peak memory is what GNU time prints, where it is installed.

What it runs beside it where it is installed: rg (ripgrep), find, augtool (augeas-tools), ifparse (ifupdown-ng), ruff.
A program that is missing is named under the table.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fleet

HERE = Path(__file__).resolve().parent
# As many as a host's /etc has in a repository that keeps the whole of it.
BESIDE = 100
BRIDGEPIN = HERE.parent / "target/release/bridgepin"


def peak_memory(command):
    """In MiB. This process's own would count in a child's ru_maxrss, so a small one starts it."""
    if not shutil.which("time"):
        return "-"
    with tempfile.NamedTemporaryFile("r") as out:
        subprocess.run(["time", "-f", "%M", "-o", out.name, *command], stdout=subprocess.DEVNULL)
        return f"{int(out.read().split()[-1]) / 1024:.1f} MiB"


def run(command):
    """Wall-clock and processor time in seconds."""
    start = time.perf_counter()
    pid = os.posix_spawnp(
        command[0], [str(word) for word in command], os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{command}: exit code {os.waitstatus_to_exitcode(status)}")
    return wall, usage.ru_utime + usage.ru_stime


def group(title, commands, runs):
    """Runs the commands in turn; prints a table of them, the first being bridgepin's."""
    present = [(name, command) for name, command in commands if shutil.which(str(command[0]))]
    measured = {name: [] for name, _ in present}
    for name, command in present:
        run(command)
    for _ in range(runs):
        for name, command in present:
            measured[name].append(run(command))
    median = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in measured.items()}
    print(f"\n### {title}\n\n| | time | processor time | peak memory | bridgepin's time over its |")
    print("| --- | ---: | ---: | ---: | ---: |")
    own = median["`bridgepin check`"][0]
    for name, command in present:
        wall, cpu = median[name]
        ratio = "" if wall == own else f"{own / wall:.2f}"
        print(f"| {name} | {show(wall)} | {show(cpu)} | {peak_memory(command)} | {ratio} |")
    for name, command in commands:
        if not shutil.which(str(command[0])):
            print(f"\n{name}: not installed.")


def show(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def one_file(folder, runs):
    interfaces = folder / "hosts/h000000/etc/network/interfaces"
    script = folder / "one.py"
    script.write_text("import os\n\nprint(os.getcwd())\n")
    group("One file", [
        ("`bridgepin check`", [BRIDGEPIN, "check", interfaces]),
        ("`rg -c bridge_ports`", ["rg", "-c", "bridge_ports", interfaces]),
        ("`ifparse` of ifupdown-ng", ["ifparse", "-i", interfaces, "--all"]),
        ("`ruff check` of a file in Python", ["ruff", "check", "--no-cache", "--isolated", script]),
        ("`true`", ["true"]),
    ], runs)


def search(title, folder, runs):
    commands = [
        ("`bridgepin check`", [BRIDGEPIN, "check", folder]),
        ("`rg -c bridge_ports`", ["rg", "-c", "bridge_ports", folder]),
        ("`find -type f`", ["find", folder, "-type", "f"]),
    ]
    group(title, commands, runs)


def interfaces(folder, runs):
    # Both read each of these files, and no other.
    for number in range(1000):
        path = "etc/network/interfaces"
        fleet.write(folder / f"hosts/h{number:06}" / path, fleet.interfaces(number * 10, number % 3 == 0)[path])
    augtool = ["augtool", "--noautoload", "--root", folder,
               "--transform", "Interfaces.lns incl /hosts/*/etc/network/interfaces",
               "match", "/files/hosts/*/etc/network/interfaces/iface"]
    group("1,000 files `interfaces`", [
        ("`bridgepin check`", [BRIDGEPIN, "check", folder]),
        ("`augtool`, the lens of interfaces only", augtool),
    ], runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--hosts", default="1000,10000,100000")
    arguments = parser.parse_args()
    if not BRIDGEPIN.exists():
        sys.exit(f"{BRIDGEPIN} is not there: cargo build --release")
    with tempfile.TemporaryDirectory() as top:
        for count in [int(count) for count in arguments.hosts.split(",")]:
            folder = Path(top) / str(count)
            subprocess.run([sys.executable, HERE / "fleet.py", folder, str(count)], check=True)
            if count == 1000:
                one_file(folder, arguments.runs * 3)
            search(f"{count:,} hosts", folder, arguments.runs if count <= 10000 else max(3, arguments.runs // 3))
            shutil.rmtree(folder)
        folder = Path(top) / "etc"
        subprocess.run([sys.executable, HERE / "fleet.py", folder, "1000", str(BESIDE)], check=True)
        search(f"1,000 hosts with {BESIDE} files of other software each", folder, arguments.runs)
        interfaces(Path(top) / "interfaces", arguments.runs)


main()
