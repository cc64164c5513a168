#!/usr/bin/env python3
"""Writes a fleet of hosts to measure bridgepin on, as a configuration repository would hold it.

    benches/fleet.py DIRECTORY [HOSTS [BESIDE]]      (1000 hosts by default)

Host number n is DIRECTORY/hosts/hNNNNNN/; all of them lie in one folder. The fleet is the same on each run.

    of 10 hosts  7  Debian 11, 12 or 13: etc/network/interfaces with a NIC, a bridge and a loopback, and
                    etc/os-release; in 3 of them the bridge is in etc/network/interfaces.d/
                 2  networkd: two .netdev, three .network, etc/os-release
                 1  RHEL: ifcfg-br0, ifcfg-eth0, ifcfg-lo, etc/os-release
    of 3 hosts   1  sets the bridge's address where its stack takes it; the others leave it to the ports
    each host    BESIDE files of other software besides, none by default: two kilobytes each, in ten folders of etc

benches/compare.py measures on it. Time should grow in step with the hosts, and peak memory should not grow: below 64 MiB
for 100,000 hosts.
"""

import os
import sys

DEBIAN = [
    ("11", "bullseye"),
    ("12", "bookworm"),
    ("13", "trixie"),
]


def address(number, last):
    last += number << 4
    return "b4:99:ba:%02x:%02x:%02x" % (last >> 16 & 255, last >> 8 & 255, last & 255)


def debian_release(number):
    version, name = DEBIAN[number % len(DEBIAN)]
    return (
        f'PRETTY_NAME="Debian GNU/Linux {version} ({name})"\n'
        f'NAME="Debian GNU/Linux"\nVERSION_ID="{version}"\nVERSION="{version} ({name})"\n'
        f'VERSION_CODENAME={name}\nID=debian\nHOME_URL="https://www.debian.org/"\n'
    )


def interfaces(number, pinned):
    start = (
        "# This file describes the network interfaces available on your system\n"
        "# and how to activate them. For more information, see interfaces(5).\n\n"
        "auto lo\niface lo inet loopback\n\n"
    )
    bridge = (
        "auto br0\niface br0 inet static\n"
        f"    address 10.{number >> 8 & 255}.{number & 255}.2/24\n"
        f"    gateway 10.{number >> 8 & 255}.{number & 255}.1\n"
        "    bridge_ports eno1\n    bridge_stp off\n    bridge_fd 0\n"
    )
    if pinned:
        bridge += f"    bridge_hw {address(number, 1)}\n"
    nic = "iface eno1 inet manual\n\n"
    if number % 10 in (1, 4, 6):
        return {
            "etc/network/interfaces": start + nic + "source /etc/network/interfaces.d/*\n",
            "etc/network/interfaces.d/br0": bridge,
        }
    return {"etc/network/interfaces": start + nic + bridge}


def networkd(number, pinned):
    pin = f"MACAddress={address(number, 1)}\n" if pinned else ""
    return {
        "etc/systemd/network/10-br0.netdev": f"[NetDev]\nName=br0\nKind=bridge\n{pin}",
        "etc/systemd/network/10-vlan20.netdev": "[NetDev]\nName=vlan20\nKind=vlan\n\n[VLAN]\nId=20\n",
        "etc/systemd/network/20-eno1.network": "[Match]\nName=eno1\n\n[Network]\nBridge=br0\n",
        "etc/systemd/network/30-br0.network": "[Match]\nName=br0\n\n[Network]\nDHCP=ipv4\nVLAN=vlan20\n",
        "etc/systemd/network/40-vlan20.network": f"[Match]\nName=vlan20\n\n[Network]\nAddress=10.20.{number & 255}.2/24\n",
    }


def ifcfg(number, pinned):
    folder = "etc/sysconfig/network-scripts/"
    pin = f"MACADDR={address(number, 1)}\n" if pinned else ""
    return {
        folder + "ifcfg-br0": f"DEVICE=br0\nTYPE=Bridge\nONBOOT=yes\nBOOTPROTO=dhcp\nSTP=off\n{pin}",
        folder + "ifcfg-eth0": f"DEVICE=eth0\nTYPE=Ethernet\nHWADDR={address(number, 1)}\nONBOOT=yes\nBRIDGE=br0\n",
        folder + "ifcfg-lo": "DEVICE=lo\nIPADDR=127.0.0.1\nNETMASK=255.0.0.0\nONBOOT=yes\n",
    }


def beside(number, count):
    lines = "".join(f"option-{line} = value {number * 31 + line}\n" for line in range(80))
    return {f"etc/service{index % 10}/conf.d/{index:03}.conf": f"# Service {index}\n{lines}" for index in range(count)}


def host(number):
    pinned = number % 3 == 0
    kind = number % 10
    if kind < 7:
        return {"etc/os-release": debian_release(number), **interfaces(number, pinned)}
    if kind < 9:
        return {"etc/os-release": debian_release(number), **networkd(number, pinned)}
    return {
        "etc/os-release": 'NAME="Red Hat Enterprise Linux"\nVERSION="7.9 (Maipo)"\nID="rhel"\nVERSION_ID="7.9"\n',
        **ifcfg(number, pinned),
    }


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def main():
    if len(sys.argv) not in (2, 3, 4):
        sys.exit(__doc__)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    others = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    for number in range(count):
        root = os.path.join(sys.argv[1], "hosts", f"h{number:06}")
        for path, text in {**host(number), **beside(number, others)}.items():
            write(os.path.join(root, path), text)


if __name__ == "__main__":
    main()
