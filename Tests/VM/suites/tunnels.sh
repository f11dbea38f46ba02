# Tunnels that a mark tells apart, that a mark of their own routes, and that carry the other address family: a daemon at a,
# and ip-xfrm(8), which is code that is not ours, at b. Through XFRM, whatever interface the other suites use.
. ./check.sh
. ./traffic.lib.sh
interface=xfrm ours=a
# The guest loads nothing on demand.
modprobe nf_tables

# written: the file of a, and b's part in b.batch. Each line of the table is a tunnel from 10.1.0.1 or 2001:db8:1::1 to an
# address of b: that, the tunnel's ends, the SPIs and the seed of the keys, the options of SAs and of policies in the
# language, and of both for ip-xfrm(8).
written() {
    awk -F'|' -v conf="$work/a.conf" -v theirs="$work/b.batch" '
        function key(seed,  k) { while (length(k) < 40) k = k seed; return "0x" k }
        function sa(from, to, spi, seed) {
            print "add " from " " to " esp 0x" spi " -m tunnel -u " NR " " $6 " -E aes-gcm-16 " key(seed) ";" > conf
            print "xfrm state add src " from " dst " to " proto esp spi 0x" spi " reqid " NR " mode tunnel " $8 \
                " aead rfc4106(gcm(aes)) " key(seed) " 128" > theirs
        }
        function policy(from, to, direction, theirs_, start, end) {
            print "spdadd " from " " to " any " $7 " -P " direction " ipsec esp/tunnel/" start "-" end "/unique:" NR ";" > conf
            print "xfrm policy add src " from " dst " to " dir " theirs_ " " $9 " tmpl src " start " dst " end \
                " proto esp reqid " NR " mode tunnel" > theirs
        }
        { near = $1 ~ /:/ ? "2001:db8:1::1" : "10.1.0.1"
          sa($2, $3, "1" $4, "1" $5)
          sa($3, $2, "2" $4, "2" $5)
          policy(near, $1, "out", "in", $2, $3)
          policy($1, near, "in", "out", $3, $2) }' <<'TABLE'
10.2.0.1|192.0.2.1|192.0.2.2|001|aa1|-mark 1/0xff|-mark 1/0xff|mark 1 mask 0xff|mark 1 mask 0xff
10.2.0.1|192.0.2.1|192.0.2.2|001|bb2|-mark 2/0xff|-mark 2/0xff|mark 2 mask 0xff|mark 2 mask 0xff
10.2.0.2|198.51.100.1|198.51.100.2|002|cc3|-output-mark 0x300/0xff00|||
10.2.0.3|198.51.100.1|198.51.100.2|003|dd4||||
2001:db8:2::4|192.0.2.1|192.0.2.2|004|ee5|-f af-unspec||flag af-unspec|
10.2.0.5|2001:db8::1|2001:db8::2|005|ff6|-f af-unspec||flag af-unspec|
2001:db8:2::6|192.0.2.1|192.0.2.2|006|ab7||||
TABLE
}
# seen SPI: what its SAs have let through at b and refused, "PACKETS FAILED" of each
seen() {
    ip -n b -s xfrm state list spi "0x$1" | awk '
        /\(bytes\), [0-9]+\(packets\)$/ { packets = $2 + 0 }
        / failed / { seen[++n] = packets " " $NF }
        END { for (i = 1; i <= n; i++) print seen[i] }' | sort
}
settled() { at a --status 2> /dev/null | grep -q 'state: settled'; }

make_ends
ip -n b addr add 10.2.0.0/24 dev lo
ip -n a route add 10.2.0.0/24 via 192.0.2.2 src 10.1.0.1
ip -n a -batch - <<'END'
addr add 2001:db8::1/64 dev wire nodad
addr add 2001:db8:1::1/128 dev lo nodad
route add 2001:db8:2::/64 via 2001:db8::2 src 2001:db8:1::1
addr add 198.51.100.1/32 dev wire
rule add fwmark 0x300/0xff00 lookup 100
route add 198.51.100.2 via 192.0.2.2 table 100
END
ip -n b -batch - <<'END'
addr add 2001:db8::2/64 dev wire nodad
addr add 2001:db8:2::4/128 dev lo nodad
addr add 2001:db8:2::6/128 dev lo nodad
route add 2001:db8:1::/64 via 2001:db8::1
addr add 198.51.100.2/32 dev wire
route add 198.51.100.1 via 192.0.2.1
END
# A mark does not leave the machine: the other end makes it anew of the DSCP, which the tunnel copies; an answer has the
# mark of what it answers.
marks() {
    ip netns exec "$1" nft -f - <<'END'
table ip marks {
    chain prerouting {
        type filter hook prerouting priority mangle;
        ip protocol esp ip dscp 10 meta mark set 1
        ip protocol esp ip dscp 18 meta mark set 2
    }
}
END
}
for end in a b; do surely marks $end; done
ip netns exec b sysctl -q -w net.ipv4.fwmark_reflect=1
written
ip -n b -batch "$work/b.batch"
ok $? 'ip-xfrm(8) makes one end'
start_ends && until_ 20 settled
ok $? 'the daemon makes the other' "$(tail -n 20 "$work/a.log")"

is "$(pinged 3 10.2.0.1 -m 1 -Q 0x28)" 3 'packets with a mark come back'
is "$(pinged 5 10.2.0.1 -m 2 -Q 0x48)" 5 'and those with another one'
is "$(seen 1001)" $'3 0\n5 0' 'through SAs that differ in their mark alone'
is "$(pinged 2 10.2.0.1 -m 1 -Q 0x48)" 0 'one is not taken for the other'
is "$(seen 1001)" $'3 0\n5 2' 'because its key is not the same'
is "$(pinged 2 10.2.0.1 -m 258 -Q 0x48)" 2 'bits beyond the mask do not count'
is "$(pinged 2 10.2.0.1)" 2 'packets without a mark come back'
is "$(seen 1001)" $'3 0\n7 2' 'in clear'

is "$(pinged 3 10.2.0.2)" 3 'packets that the mark of their SA routes come back'
is "$(pinged 2 10.2.0.3)" 'connect: Network is unreachable' 'without that mark there is no route'
is "$(seen 1002), $(seen 1003)" '3 0, 0 0' 'as the SAs count'

is "$(pinged 3 2001:db8:2::4)" 3 'IPv6 in IPv4'
is "$(pinged 3 10.2.0.5)" 3 'IPv4 in IPv6'
is "$(pinged 2 2001:db8:2::6)" 0 'an SA without af-unspec does not carry the other family'
is "$(seen 1004), $(seen 1005), $(seen 1006)" '3 0, 3 0, 0 0' 'as the SAs count'
remove_ends
finish
