#!/usr/bin/env bash
#
# boot-vm.sh: run a directory of test files as root in a throw-away Debian guest.
#
#   boot-vm.sh [options] PAYLOAD_DIR
#
# PAYLOAD_DIR becomes /payload in the guest, and its executable `run` is started there.
# What `run` prints appears here while it runs, what it leaves in /out lands in the -o
# directory, and its exit status becomes the one of this script.
#
#   -k SERIES  kernel series: 6.1 (default) or 6.12
#   -m MODE    mini: a shell script is PID 1 (default); systemd: systemd with journald
#   -o DIR     where the guest's /out goes (default: nowhere)
#   -t SEC     kill the guest after SEC seconds (default: 180)
#   -r MIB     guest memory (default: 1024)
#   -c CPUS    how many processors it has (default: 2)
#   -a         preload no modules and leave the kernel's autoloading on
#   -A TEXT    further kernel command line
#   -w FILE    boot from FILE, a copy of the image that is made if it is not there, and keep
#              what the guest changes in it: for what must outlive a boot
#   -n TEXT    a network device in QEMU's network of the user, with these options of it (hostfwd=...)
#   -b         build the image and stop
#
# Exit status: that of `run` (0..123); 124 the guest ran out of time; 125 the guest died
# without reporting (kernel panic, qemu failure); 126 the image could not be built.
#
# Images are kept in $SETKEYD_VM_CACHE (default: ~/.cache/setkeyd/vm); once they are there,
# nothing is downloaded or installed. Building one needs root on Debian and the apt sources
# that the machine already has. KVM is not used: this works in a container, too.
#
#   * The Debian cloud kernel has NVMe and ext4 built in and mounts the image straight from
#     an emulated NVMe disk, copy-on-write, without an initrd. The root file system is the
#     only NVMe disk: 6.12 scans several in parallel and swaps their names.
#   * Payload and results are two virtio disks, found by their serial, each a plain tar
#     archive written over the disk.
#   * At the end the guest prints `@@EXIT NONCE STATUS` on the serial console.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

series=6.1 mode=mini outdir='' limit=180 memory=1024 processors=2 autoload=0 append='' buildonly=0 kept=''
network=(-net none)
die() { echo "boot-vm: $*" >&2; exit 126; }
usage() { sed -n '3,/^# Exit status/{/^# Exit status/q;s/^# \{0,1\}//p}' "$0" >&2; exit 126; }
while getopts k:m:o:t:r:c:w:aA:n:bh opt; do
    case $opt in
        k) series=$OPTARG ;;  m) mode=$OPTARG ;;  o) outdir=$OPTARG ;;  t) limit=$OPTARG ;;
        r) memory=$OPTARG ;;  a) autoload=1 ;;    A) append=$OPTARG ;;  b) buildonly=1 ;;
        c) processors=$OPTARG ;;  w) kept=$OPTARG ;;
        n) network=(-netdev "user,id=net,restrict=on,$OPTARG" -device virtio-net-pci,netdev=net,romfile=) ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
case $series in 6.1 | 6.12) ;; *) die "unknown kernel series: $series" ;; esac
case $mode in
    mini) init=/usr/local/sbin/guest-init ;;
    systemd) init=/sbin/init ;;
    *) die "unknown mode: $mode" ;;
esac
payload=${1:-}
if [ $buildonly = 0 ]; then
    [ -n "$payload" ] || usage
    [ -x "$payload/run" ] || die "$payload/run is missing or not executable"
fi

cache=${SETKEYD_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/setkeyd/vm}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# shellcheck source=image.sh
. "$here/image.sh"
"$here/../../tools/require" vm
ensure_image            # sets $image
[ $buildonly = 0 ] || exit 0

tar -C "$payload" -cf "$work/payload.tar" --owner=0 --group=0 .
truncate -s %1M "$work/payload.tar"      # a disk is a whole number of sectors
truncate -s 1G "$work/results.tar"       # sparse
nonce=$RANDOM$RANDOM$RANDOM
root=$image/root.ext4,snapshot=on
if [ -n "$kept" ]; then
    [ -e "$kept" ] || cp --sparse=always "$image/root.ext4" "$kept"
    root=$kept
fi

# -cpu max: TCG emulates an AMD processor then, so the kernel leaves page table isolation
# off; an Intel model costs 40 % more time. cryptomgr.notests skips the kernel's algorithm
# self-tests (a second). norandmaps: QEMU keeps what it has translated by virtual address, so that a
# program that lies elsewhere at each start would be translated anew each time, and take 2 to 3 times as
# long. -no-reboot with panic=-1: a kernel panic ends qemu at once.
boot() {
    rc=0
    timeout -k 5 "$limit" qemu-system-x86_64 \
        -accel tcg,thread=multi -machine pc -cpu max -smp "$processors" -m "$memory" \
        -display none -vga none -monitor none "${network[@]}" -no-reboot -no-user-config -nodefaults \
        -chardev stdio,id=con,signal=off,logfile="$work/console.log" -serial chardev:con \
        -kernel "$image/vmlinuz" \
        -append "console=ttyS0 quiet loglevel=4 panic=-1 root=/dev/nvme0n1 rootwait rw init=$init \
systemd.show_status=0 norandmaps cryptomgr.notests guest.nonce=$nonce guest.autoload=$autoload $append" \
        -drive if=none,id=root,format=raw,file="$root",cache=unsafe \
        -drive if=none,id=payload,format=raw,file="$work/payload.tar",readonly=on \
        -drive if=none,id=results,format=raw,file="$work/results.tar",cache=unsafe \
        -device nvme,serial=root,drive=root \
        -device virtio-blk-pci,drive=payload,serial=payload \
        -device virtio-blk-pci,drive=results,serial=results \
        </dev/null | sed -u -e 's/\r*$//' -e '/^@@EXIT /d' || rc=${PIPESTATUS[0]}
}

# Kernels patch their own code while they start, and QEMU's processors do not always see that
# in order: rarely, one panics there. While PID 1 is still called swapper no program has run
# in the guest, so nothing was tested, and it starts once more.
for attempt in 1 2 3; do
    boot
    grep -q 'Kernel panic' "$work/console.log" && grep -q 'PID: 1 Comm: swapper/' "$work/console.log" || break
    echo "boot-vm: the kernel died before PID 1 ran (start $attempt of 3)" >&2
done

status=$(sed -n "s/.*@@EXIT $nonce \([0-9]*\).*/\1/p" "$work/console.log" | tail -n 1)
if [ -n "$outdir" ]; then
    mkdir -p "$outdir"
    cp "$work/console.log" "$outdir/console.log"
    [ -z "$status" ] || tar -C "$outdir" -xf "$work/results.tar" --no-same-owner
fi
[ -z "$status" ] || exit "$status"
case $rc in
    124 | 137) echo "boot-vm: no result within $limit s" >&2; exit 124 ;;
    *) echo "boot-vm: the guest ended without a result (qemu status $rc)" >&2; exit 125 ;;
esac
