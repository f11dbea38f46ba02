# Builds the guest's image; sourced by boot-vm.sh, which sets $here, $cache, $work, $series.

# libstdc++6, libgcc-s1 and libsystemd0 are what a --static-swift-stdlib executable loads;
# netbase brings /etc/protocols and /etc/services; usr-is-merged keeps usrmerge, and with it
# 47 MB of perl, out of the image.
guest_packages=systemd,systemd-sysv,dbus,libsystemd0,kmod,util-linux,procps,netbase,usr-is-merged
guest_packages+=,iproute2,iputils-ping,tcpdump,libstdc++6,libgcc-s1
# nftables puts a NAT between two namespaces; apparmor loads the profile of the package.
guest_packages+=,nftables,apparmor
# Code that is not ours: an IKE daemon, and two that speak OSPFv3.
guest_packages+=,charon-systemd,bird2,frr
# What Ansible wants of a host.
guest_packages+=,openssh-server,python3,python3-apt

# Copied into the guest, relative to lib/modules/VERSION/kernel.
module_trees=(drivers/virtio drivers/block/virtio_blk.ko drivers/net/{veth,dummy,tun,virtio_net,net_failover}.ko
    net/key net/xfrm net/ipv4 net/ipv6 net/netfilter net/sched/sch_netem.ko net/core/failover.ko
    net/{bridge,802,llc} crypto arch/x86/crypto lib fs/autofs)

# Preloaded unless -a is given; what is missing here the kernel does not load by itself later, a
# suite has to ask for it. echainiv draws its IVs from drbg, and drbg in turn needs sha512_generic.
preload="af_key xfrm_user esp4 esp6 ah4 ah6 ipcomp ipcomp6 xfrm4_tunnel xfrm6_tunnel
 authenc echainiv seqiv drbg cbc ctr gcm ghash_generic ccm cmac hmac xcbc md5 sha1_generic sha256_generic
 sha512_generic rmd160 des_generic cast5_generic blowfish_generic twofish_generic
 camellia_generic serpent_generic chacha20poly1305 chacha_generic poly1305_generic deflate veth dummy"

# Units that only cost time here. There is no udev in the guest, so every unit that waits
# for a .device (serial-getty above all: 90 s) has to go.
masked_units="getty.target getty-static.service getty@.service serial-getty@.service
 console-getty.service systemd-logind.service systemd-user-sessions.service
 systemd-update-utmp.service systemd-update-utmp-runlevel.service
 systemd-ask-password-console.path systemd-ask-password-wall.path
 systemd-firstboot.service systemd-machine-id-commit.service systemd-random-seed.service
 systemd-pcrphase.service systemd-pcrphase-sysinit.service systemd-pstore.service
 systemd-repart.service systemd-remount-fs.service systemd-binfmt.service
 systemd-tmpfiles-setup-dev.service kmod-static-nodes.service systemd-modules-load.service
 systemd-journal-flush.service systemd-journald-audit.socket systemd-initctl.socket
 proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount dev-hugepages.mount
 dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount
 sys-fs-fuse-connections.mount cryptsetup.target integritysetup.target veritysetup.target
 remote-fs.target e2scrub_reap.service timers.target"

# Builds the image for $series unless the cache has it, and sets $image. An image is named
# after what it is made of, so a change of these files builds a new one.
ensure_image() {
    image=$cache/$(cat "$here/image.sh" "$here/guest-init" "$here"/modules/* - <<<"$series" | sha256sum | cut -c1-16)
    exec 9> "$cache/lock"
    flock 9              # one builder at a time
    if [ ! -e "$image/root.ext4" ]; then
        local start=$SECONDS
        # Left-overs of killed runs and of other versions of these files.
        find "$cache" -mindepth 1 -maxdepth 1 -type d -mtime +3 -exec rm -rf {} +
        "$here/../../tools/require" vm-image
        quietly build_image
        echo "boot-vm: built the image for $(cat "$image/kernel-version") in $((SECONDS - start)) s" >&2
    fi
    exec 9>&-
}

# quietly COMMAND...: shows what it printed only if it failed. The subshell has its own
# errexit, because `( ... ) || handler` would switch it off inside.
quietly() {
    local rc
    set +e
    (set -e; "$@") > "$work/log" 2>&1
    rc=$?
    set -e
    if [ $rc != 0 ]; then
        tail -n 40 "$work/log" >&2
        die "$1 failed"
    fi
}

build_image() {
    local root=$work/root new=$work/new version
    # apt downloads as the user _apt, who cannot write below a 0700 directory.
    chmod 755 "$work"
    mkdir "$work/deb" "$work/kernel" "$new"
    apt-get update -qq
    unpack_kernel                       # sets $version
    unpack_root
    build_modules
    copy_modules
    prepare_systemd
    identify
    install -m 755 "$here/guest-init" "$root/usr/local/sbin/guest-init"
    # Straight into an ext4 image, without a mount; it is sparse.
    mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" "$new/root.ext4" 2G
    cp "$work/kernel/boot/vmlinuz-$version" "$new/vmlinuz"
    echo "$version" > "$new/kernel-version"
    mv -T "$new" "$image"
}

# The kernel package behind the metapackage (or the newest of the series), unpacked only.
unpack_kernel() {
    local package
    case $series in
        6.1) package=$(apt-cache depends linux-image-cloud-amd64 | awk '$1 == "Depends:" {print $2; exit}') ;;
        *) package=$(apt-cache search --names-only "^linux-image-${series//./\\.}\\..*-cloud-amd64\$" |
            awk '{print $1}' | sort -V | tail -n 1) ;;
    esac
    [ -n "$package" ] || { echo "apt knows no cloud kernel of series $series"; return 1; }
    version=${package#linux-image-}
    (cd "$work/deb" && apt-get -qq -o APT::Sandbox::User=root download "$package")
    dpkg-deb --fsys-tarfile "$work"/deb/*.deb |
        tar -x -C "$work/kernel" "./boot/vmlinuz-$version" "./lib/modules/$version"
}

# The root file system, from the Debian sources (and proxies) that this machine's apt uses.
unpack_root() {
    local suite ring=/usr/share/keyrings/debian-archive-keyring.gpg by='' scheme options=()
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    [ -e $ring ] && by="[signed-by=$ring] "
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' |
        awk -v by="$by" '$4 == "Debian" && $3 == "main" {print "deb " by $1, $2, $3}' | sort -u > "$work/sources"
    grep -q . "$work/sources" || { echo 'no Debian source in the configuration of apt'; return 1; }
    for scheme in http https; do
        local P=''
        eval "$(apt-config shell P "Acquire::$scheme::Proxy")"
        [ -z "$P" ] || options+=("--aptopt=Acquire::$scheme::Proxy \"$P\"")
    done
    mmdebstrap --quiet --mode=root --variant=minbase --include="$guest_packages" \
        --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
        --aptopt='Acquire::Languages "none"' "${options[@]}" \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$suite" "$root" - < "$work/sources"
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/* "$root"/var/log/* \
        "$root"/usr/share/{doc,man,locale,info,lintian,zoneinfo,bash-completion} \
        "$root"/usr/lib/x86_64-linux-gnu/gconv
    mkdir -p "$root"/var/{cache,log}
}

# What this project adds to the kernel, for what no device of the guest can do, made with the headers of that kernel.
build_modules() {
    local headers=$work/headers made=$work/modules package source
    mkdir -p "$work/header-debs" "$made" "$root/usr/lib/modules/$version/extra"
    (cd "$work/header-debs" && apt-get -qq -o APT::Sandbox::User=root download "linux-headers-$version" \
        $(apt-cache depends "linux-headers-$version" | awk '$2 ~ /^linux-(headers|kbuild)-/ {print $2}'))
    for package in "$work"/header-debs/*.deb; do dpkg-deb -x "$package" "$headers"; done
    # Where they are unpacked is not where they would be installed; and of types the kernel need not be told.
    sed -i "s|include /usr/|include $headers/usr/|" "$headers/usr/src/linux-headers-$version/Makefile"
    rm -f "$headers/usr/src/linux-headers-$version/vmlinux"
    cp "$here"/modules/*.c "$made/"
    for source in "$made"/*.c; do echo "obj-m += $(basename "${source%.c}").o"; done > "$made/Kbuild"
    make -s -C "$headers/usr/src/linux-headers-$version" M="$made" CC=gcc modules
    strip -g "$made"/*.ko
    cp "$made"/*.ko "$root/usr/lib/modules/$version/extra/"
}

copy_modules() {
    local from=$work/kernel/lib/modules/$version to=$root/usr/lib/modules/$version tree
    mkdir -p "$to/kernel"
    for tree in "${module_trees[@]}"; do
        # 6.12 ships its modules as .ko.xz
        case $tree in *.ko) [ -e "$from/kernel/$tree" ] || tree=$tree.xz ;; esac
        [ -e "$from/kernel/$tree" ] || { echo "kernel module tree $tree not found"; return 1; }
        (cd "$from/kernel" && cp -r --parents "$tree" "$to/kernel/")
    done
    cp "$from"/modules.{builtin,builtin.modinfo,order} "$to/"
    depmod -b "$root" "$version" 2>&1 | grep -v 'needs unknown symbol' || true
    echo $preload > "$root/etc/guest-modules"
}

# For -m systemd: units masked, no generators, journal in memory, guest-init after all.
prepare_systemd() {
    local etc=$root/etc/systemd unit generator
    for unit in $masked_units; do ln -sfn /dev/null "$etc/system/$unit"; done
    rm -rf "$etc"/system/*.wants "$root"/usr/lib/systemd/system/multi-user.target.wants/{dbus,systemd-*}.service
    mkdir -p "$etc/system-generators" "$etc/journald.conf.d"
    for generator in "$root"/usr/lib/systemd/system-generators/*; do
        ln -s /dev/null "$etc/system-generators/${generator##*/}"
    done
    printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=64M\nRateLimitIntervalSec=0\n' > "$etc/journald.conf.d/vm.conf"
    printf '[Unit]\nDescription=Run the payload\nAfter=multi-user.target\n[Service]\nType=exec\nExecStart=%s\n' \
        /usr/local/sbin/guest-init > "$etc/system/guest-init.service"
    printf '[Unit]\nDescription=Multi-user plus payload\nRequires=multi-user.target\nWants=guest-init.service\nAllowIsolate=yes\n' \
        > "$etc/system/guest.target"
    ln -sfn guest.target "$etc/system/default.target"
}

# A fixed machine id: an empty one makes systemd take every boot for the first one; the
# .updated stamps let sysusers and friends be skipped.
identify() {
    echo vm > "$root/etc/hostname"
    echo '127.0.0.1 localhost vm' > "$root/etc/hosts"
    echo 5d5f0e8ac2a5478e8d0f3a1c6b7e9f10 > "$root/etc/machine-id"
    : > "$root/etc/fstab"
    rm -f "$root/etc/resolv.conf"
    touch "$root/etc/.updated" "$root/var/.updated"
}
