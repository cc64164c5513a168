#!/bin/sh
# enter.sh FOLDER LAYERS TREE: the first process of a machine, in namespaces of its own. Its root is a throw-away
# overlay of LAYERS with TREE over it. Prints its process id outside when all is in place, then waits to be killed.
set -eu
folder=$1 layers=$2 tree=$3
read -r pid _ </proc/self/stat # still the outer /proc

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
cd "$folder/root"

mkdir -p proc sys dev run tmp etc/network root usr/local/sbin
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev # its own: udevd changes modes in it
mount -t tmpfs -o mode=755 tmpfs run
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
ln -s /proc/self/fd dev/fd
mkdir -p dev/shm run/lock run/network run/udev run/systemd/network etc/systemd/network

printf 'root:x:0:0:root:/root:/bin/sh\nsystemd-network:x:998:998::/:/bin/false\n' >etc/passwd
printf 'root:x:0:\nsystemd-network:x:998:\n' >etc/group
printf 'passwd: files\ngroup: files\nhosts: files\n' >etc/nsswitch.conf
echo machine >etc/hostname
hostname machine

# The vendor's files for networkd would match links of the cases; only udevd's default policy stays.
find -H lib/systemd/network -type f ! -name 99-default.link -delete 2>/dev/null || true
# udevd also hears of the devices of the machine outside: only rules that network links need.
find -H lib/udev/rules.d -type f ! -name 50-udev-default.rules ! -name '7[35]-*net*.rules' \
    ! -name 80-net-setup-link.rules ! -name 99-systemd.rules -delete 2>/dev/null || true
# No DHCP server answers here, and waiting for one does not change an address.
for client in dhclient udhcpc dhcpcd pump; do
    printf '#!/bin/sh\nexit 0\n' >"usr/local/sbin/$client"
    chmod 755 "usr/local/sbin/$client"
done
tar -c -C "$tree" . | tar -x --keep-directory-symlink

# A shell, because the first process has to wait for orphans.
exec chroot . /bin/sh -c 'ip link set lo up && echo "$0" && exec >/dev/null && while :; do sleep 1000; done' "$pid"
