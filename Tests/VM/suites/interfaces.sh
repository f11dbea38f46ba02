# One file through both interfaces: what one has put into the kernel is what the other wants there.
. ./check.sh

{
    for i in 0 1 2 3; do
        echo "add 192.0.2.1 192.0.2.2 esp 0x10$i$i -m tunnel -u 10$i -lh 7200 -ls 3600 -bh 1000000000 -E aes-cbc 0x0${i}112233445566778899aabbccddee0$i -A hmac-sha1 0x0${i}112233445566778899aabbccddeeff00112233;"
        echo "add 192.0.2.1 192.0.2.3 ah 0x20$i$i -A hmac-sha512 0x$(printf '%0128d' "$i");"
        echo "spdadd 10.$i.0.0/16 10.1$i.0.0/16[22] tcp -P out prio high + $i ipsec esp/tunnel/192.0.2.1-192.0.2.2/unique:10$i;"
        echo "spdadd 10.1$i.0.0/16[22] 10.$i.0.0/16 tcp -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/use ah/transport//require;"
    done
    echo 'add 2001:db8::1 2001:db8::2 esp 0x3001 -m transport -r 8 -f nopmtudisc -E null -A hmac-sha256 0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff;'
    echo 'add 192.0.2.1 192.0.2.4 ipcomp 0x4001 -C deflate;'
    echo 'add 192.0.2.1 192.0.2.5 esp-udp 0x5001 -m tunnel -E 3des-cbc 0x001122334455667788990011223344556677889900112233;'
    echo 'add 192.0.2.1 192.0.2.6 esp 0x6001 -E aes-cbc 0x00112233445566778899aabbccddeeff -A null;'
    echo 'spdadd 2001:db8:1::/48 2001:db8:2::/48 icmp6 128,0 -P out none;'
    echo 'spdadd 10.20.0.0/16 10.21.0.0/16 any -P fwd discard;'
    echo 'spdadd 10.22.0.0/16 10.23.0.0/16 any -P out ipsec esp/transport//unique;'
} > "$work/site.conf"

settled() { client --status 2> /dev/null | grep -q 'state: settled'; }
writes() { sed -n 's/.*settled: .* declared, \([0-9]*\) kernel writes*/\1/p' "$work/log" | tail -n 1; }
# through INTERFACE: a start with the file
through() {
    interface=$1
    : > "$work/log"
    start_daemon --config "$work/site.conf"
    until_ 60 settled
}

reset_kernel
through pfkey
by_pfkey=$(kernel_state; kernel_policies)
has "$by_pfkey" 'spi 0x00005001' 'PF_KEY has put the file into the kernel'
stop_daemon
through xfrm
ok $? 'XFRM settles' "$(tail -n 20 "$work/log")"
is "$(writes)" 0 'and writes nothing' "$(client --plan)"
has "$(client --status)" 'kernel: XFRM' 'status names it'
stop_daemon

reset_kernel
through xfrm
by_xfrm=$(kernel_state; kernel_policies)
# A reqid that is drawn is another one, and netlink says what PF_KEY leaves open.
comparable() { sed -E 's/reqid [0-9]{5,}/reqid DRAWN/' <<<"$1"; }
is "$(comparable "$by_xfrm")" "$(comparable "$by_pfkey")" 'XFRM puts the same into the kernel'
stop_daemon
through pfkey
is "$(writes)" 0 'and back, nothing is written'
stop_daemon
finish
