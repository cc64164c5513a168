#!/bin/sh
# unpack.sh FOLDER SUITE BASE NAME PACKAGE...: unpacks packages of a Debian release, and all that they depend on, into
# FOLDER/NAME, without what FOLDER/BASE has already (`-`: no base). Nothing is installed and no maintainer script runs,
# so programs that conflict lie side by side. FOLDER/NAME.packages lists what was unpacked, and is written last.
set -eu
folder=$1 suite=$2 base=$3 name=$4
shift 4
root=$folder/$name state=$folder/apt-$suite
exec 9>>"$folder/lock"
flock 9
[ ! -e "$root.packages" ] || exit 0

# An apt of its own, in which nothing is installed: so it fetches the dependencies too, whatever this machine has.
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
: >"$state/status"
mirror=$(apt-get update --print-uris | sed -n "s|^'\(.*/debian\)/*dists/.*|\1|p" | head -n 1)
[ -n "$mirror" ] || {
    echo "apt has no mirror of Debian here" >&2
    exit 1
}
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$state/sources.list"
own_apt() {
    apt-get -qq -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" \
        -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o APT::Sandbox::User=root -o APT::Install-Recommends=false "$@"
}
own_apt --yes --download-only install "$@" 2>/dev/null || {
    own_apt update # there are no lists of packages yet, or they are old
    own_apt --yes --download-only install "$@"
}
own_apt --simulate install "$@" | sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1 \2/p' | sort >"$root.partial"
[ "$base" = - ] || {
    comm -23 "$root.partial" "$folder/$base.packages" >"$root.rest"
    mv "$root.rest" "$root.partial"
}

rm -rf "$root"
for directory in bin sbin lib lib64; do # links, as in every Debian since 12
    mkdir -p "$root/usr/$directory"
    ln -s "usr/$directory" "$root/$directory"
done
while read -r package version; do
    dpkg-deb --fsys-tarfile "$state/cache/archives/${package}_$(echo "$version" | sed 's/:/%3a/')"_*.deb |
        tar -x -C "$root" --keep-directory-symlink
done <"$root.partial"

# What maintainer scripts would have done.
[ ! -e "$root/usr/bin/mawk" ] || ln -s mawk "$root/usr/bin/awk"
for applet in ifup ifdown; do
    [ ! -e "$root/usr/bin/busybox" ] || ln -s ../bin/busybox "$root/usr/sbin/$applet"
done
[ ! -e "$root/usr/share/ifupdown2" ] || chmod +x "$root/usr/share/ifupdown2/__main__.py"
[ "$base" != - ] || chroot "$root" python3 -m compileall -q /usr/lib/python3 /usr/lib/python3.* >/dev/null || true
mv "$root.partial" "$root.packages"
