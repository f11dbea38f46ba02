# What `setkey --explain` says of a packet is what becomes of it: a packet is sent, and what leaves on the wire, or comes
# through, is counted by somebody else. The interface is that of the other suites; what PF_KEY cannot say runs by XFRM alone.
. ./check.sh
modprobe nf_tables
# Named counters; in later kernels a part of that.
modprobe nft_objref 2> /dev/null

# A wire with this machine at one end, and at the other one somebody who counts what arrives, and can send.
ip netns add far
ip link add near0 type veth peer name far0
ip link set far0 netns far
ip link add near1 type veth peer name far1
ip link set far1 netns far
for number in 0 1; do
    sysctl -qw net.ipv6.conf.near$number.accept_dad=0
    ip link set near$number up
    ip -n far link set far$number up
done
ip -batch - <<'END'
addr add 10.1.0.5/32 dev near0
addr add 192.0.2.1/24 dev near0
addr add 198.51.100.1/24 dev near1
addr add 2001:db8:1::5/128 dev near0 nodad
addr add 2001:db8::1/64 dev near0 nodad
route add 10.2.0.0/24 via 192.0.2.2 src 10.1.0.5
route add 10.3.0.0/24 via 198.51.100.2 src 10.1.0.5
route add 2001:db8:2::/48 via 2001:db8::2 src 2001:db8:1::5
END
ip -n far -batch - <<'END'
link set lo up
addr add 192.0.2.2/24 dev far0
addr add 198.51.100.2/24 dev far1
addr add 10.2.0.7/32 dev far0
addr add 10.3.0.7/32 dev far1
addr add 2001:db8::2/64 dev far0 nodad
addr add 2001:db8:2::7/128 dev far0 nodad
route add 10.1.0.0/24 via 192.0.2.1 src 10.2.0.7
route add 2001:db8:1::/48 via 2001:db8::1 src 2001:db8:2::7
END
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.near0.rp_filter=0 net.ipv4.conf.near1.rp_filter=0
# Neighbours are known beforehand: to look for them would be traffic, too.
for number in 0 1; do
    near=$(cat /sys/class/net/near$number/address) far=$(ip netns exec far cat /sys/class/net/far$number/address)
    for address in 192.0.2.2 198.51.100.2; do ip neigh replace $address lladdr "$far" dev near$number nud permanent 2> /dev/null; done
    for address in 192.0.2.1 198.51.100.1; do ip -n far neigh replace $address lladdr "$near" dev far$number nud permanent 2> /dev/null; done
done
ip neigh replace 2001:db8::2 lladdr "$(ip netns exec far cat /sys/class/net/far0/address)" dev near0 nud permanent
ip -n far neigh replace 2001:db8::1 lladdr "$(cat /sys/class/net/near0/address)" dev far0 nud permanent
surely ip netns exec far nft -f - <<'END'
table inet seen {
    counter protected { }
    counter clear { }
    chain arrived {
        type filter hook prerouting priority -300;
        meta l4proto { esp, ah, comp } counter name protected
        udp dport 4000-4100 counter name clear
    }
}
END
# counted: what has arrived so far, protected and in clear.
counted() {
    local line counts=''
    while read -r line; do [[ $line != *packets* ]] || { line=${line#*packets }; counts+="${counts:+ }${line%% *}"; }; done \
        < <(surely ip netns exec far nft list counters table inet seen)
    echo "$counts"
}
# arrived: what has come of a packet; nobody else sends, so that what had arrived before is what was counted last.
last=$(counted)
arrived() {
    local before=$last
    last=$(counted)
    if [ "${last% *}" != "${before% *}" ]; then arrived=protected
    elif [ "${last#* }" != "${before#* }" ]; then arrived=clear
    else arrived=dropped
    fi
}

# asked ARGUMENT...: leaves the fate that is told in $fate, the SPIs of the SAs in $spis.
asked() {
    local told
    client --explain "$@" > "$work/told"
    told=$(< "$work/told")
    case ${told##*$'\n'} in
        *' encrypted '* | *'if it was protected') fate=protected ;;
        *' in clear') fate=clear ;;
        *dropped) fate=dropped ;;
        *) fate=unknown ;;
    esac
    spis=
    [ $fate != protected ] ||
        spis=$(sed -n 's/^  [a-z]*\/.*: \(esp\|ah\|ipcomp\) .* spi 0x\([0-9a-f]*\).*/\2/p' "$work/told" | sort | tr '\n' ' ')
}
has_arrived() { arrived && [ $arrived != dropped ]; }
# used: the SPIs of SAs that have carried packets.
used() { ip -s xfrm state | awk '/ spi / { spi = $0; sub(/.* spi 0x0*/, "", spi); sub(/[^0-9a-f].*/, "", spi) }
    /\(bytes\), [0-9]+\(packets\)$/ && $2 + 0 > 0 { print spi }' | sort | tr '\n' ' '; }

# out NAME SRC SPORT DST DPORT [MARK [DEV]]: the statements come on the standard input.
compared=0
out() {
    local name=$1 mark=${6:-0} options=() fate spis seen
    reset_kernel
    if ! client -c > "$work/output" 2>&1; then fail "$name: the statements are good" "$(cat "$work/output")"; return; fi
    [ "$mark" = 0 ] || options+=(--mark "$mark")
    [ -z "${7:-}" ] || options+=(--dev "$7")
    # It is asked before: what the packet does to the tables must not tell.
    asked "$2" "$4" udp "$3" "$5" "${options[@]}"
    packet "${@:2}" > "$work/sent"
    arrived
    seen=$arrived
    if [ "$fate" = "$seen" ] && { [ "$fate" != protected ] || [ "$spis" = "$(used)" ]; }; then
        pass "$name: $seen"
    else
        fail "$name: $seen ($(cat "$work/sent"), by $(used)), and not $fate by $spis" \
            "$(cat "$work/told"; ip xfrm policy; ip -s xfrm state)"
    fi
    compared=$((compared + 1))
}
# let_in SRC DST: what this machine makes of a packet that the other end sends: it counts those that it has no program for.
ports() { cat /proc/net/snmp /proc/net/snmp6 | awk '/^Udp: [0-9]/ { n += $3 } /^Udp6NoPorts/ { n += $2 } END { print n }'; }
refusals() { awk '/^XfrmIn/ { n += $2 } END { print n }' /proc/net/xfrm_stat; }
let_in() {
    local ports refusals
    ports=$(ports) refusals=$(refusals)
    ip netns exec far packet "$1" 4000 "$2" 5000 > "$work/sent"
    until_ 5 eval '[ "$(ports)$(refusals)" != "'"$ports$refusals"'" ]'
    [ "$(ports)" = "$ports" ]
}
# in_ NAME MANNER SRC DST: of a packet that comes in, in clear or protected by what the other end has.
in_() {
    local name=$1 manner=$2 fate spis seen=in wanted
    reset_kernel
    if ! client -c > "$work/output" 2>&1; then fail "$name: the statements are good" "$(cat "$work/output")"; return; fi
    asked --in "$3" "$4" udp 4000 5000
    case $manner-$fate in clear-clear | protected-protected) wanted=in ;; *) wanted=out ;; esac
    ! let_in "$3" "$4" || seen=out
    if [ $seen = $wanted ]; then
        pass "$name: $manner, it is ${seen/out/kept out}"
    else
        fail "$name: $manner, it is $seen ($(cat "$work/sent")), and not $fate" \
            "$(cat "$work/told"; ip xfrm policy; ip -s xfrm state; cat /proc/net/xfrm_stat)"
    fi
    compared=$((compared + 1))
}
# through NAME MANNER: of a packet from the other end that goes on to it by the second wire, in clear or protected by what the
# other end has.
through() {
    local name=$1 manner=$2 words wanted=dropped seen
    reset_kernel
    if ! client -c > "$work/output" 2>&1; then fail "$name: the statements are good" "$(cat "$work/output")"; return; fi
    client --explain --forward 10.2.0.7 10.4.0.9 udp 4000 4000 > "$work/told"
    words=$(sed -n 's/^  \(protected\|in clear\|dropped\): .*/\1/p' "$work/told" | tr '\n' ';')
    # What the fwd policies want, and then what the out policies make of it.
    case "$manner:$words" in
        'clear:in clear;in clear;' | 'protected:protected;in clear;') wanted=clear ;;
        'clear:in clear;protected;' | 'protected:protected;protected;') wanted=protected ;;
    esac
    ip netns exec far packet 10.2.0.7 4000 10.4.0.9 4000 > "$work/sent"
    # What is dropped is never seen: other packets would have been by then.
    until_ 1 has_arrived
    seen=$arrived
    if [ $seen = $wanted ]; then
        pass "$name: $manner, it is $seen"
    else
        fail "$name: $manner, it is $seen ($(cat "$work/sent")), and not $wanted ($words)" \
            "$(cat "$work/told"; ip xfrm policy; ip -s xfrm state; cat /proc/net/xfrm_stat)"
    fi
    compared=$((compared + 1))
}
v4=(10.1.0.5 4000 10.2.0.7 4000)
v6=(2001:db8:1::5 4000 2001:db8:2::7 4000)
tunnel='spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2'

reset_kernel
# As the kernel begins with them: with others, which of two equal policies decides is not a matter of their age alone.
ip xfrm policy set hthresh4 32 32 hthresh6 128 128
start_daemon
out 'no policy' "${v4[@]}" <<< ''
out 'none' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -P out none;'
out 'discard' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -P out discard;'
out 'another way' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -P in discard;'
out 'forwarding does not concern it' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -P fwd discard;'
out 'a prefix that ends before' "${v4[@]}" <<< 'spdadd 10.1.0.0/30 10.2.0.0/24 any -P out discard;'
out 'a prefix that ends behind' "${v4[@]}" <<< 'spdadd 10.1.0.4/30 10.2.0.0/24 any -P out discard;'
out 'host bits' "${v4[@]}" <<< 'spdadd 10.1.0.9/24 10.2.0.9/24 any -P out discard;'
out 'one host' "${v4[@]}" <<< 'spdadd 10.1.0.5 10.2.0.7 any -P out discard;'
out 'everything' "${v4[@]}" <<< 'spdadd 0.0.0.0/0 0.0.0.0/0 any -P out discard;'
out 'everything of the other family' "${v4[@]}" <<< 'spdadd ::/0 ::/0 any -P out discard;'
out 'its protocol' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 udp -P out discard;'
out 'another protocol' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 tcp -P out discard;'
out 'its port' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24[4000] udp -P out discard;'
out 'another port' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24[4001] udp -P out discard;'
out 'its source port' 10.1.0.5 4050 10.2.0.7 4000 <<< 'spdadd 10.1.0.0/24[4050] 10.2.0.0/24 udp -P out discard;'
out 'another source port' 10.1.0.5 4051 10.2.0.7 4000 <<< 'spdadd 10.1.0.0/24[4050] 10.2.0.0/24 udp -P out discard;'
out 'a port of any protocol' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24[4000] any -P out discard;'
out 'the smaller number of priority' "${v4[@]}" <<< 'spdadd 10.0.0.0/8 10.0.0.0/8 any -P out prio 100 none;
    spdadd 10.1.0.0/24 10.2.0.0/24 any -P out prio 200 discard;'
out 'and the other way round' "${v4[@]}" <<< 'spdadd 10.0.0.0/8 10.0.0.0/8 any -P out prio 200 none;
    spdadd 10.1.0.0/24 10.2.0.0/24 any -P out prio 100 discard;'
out 'of equals the older one, which is wide' "${v4[@]}" <<< 'spdadd 10.0.0.0/8 10.0.0.0/8 any -P out none;
    spdadd 10.1.0.0/24 10.2.0.0/24 any -P out discard;'
out 'of equals the older one, which is narrow' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -P out discard;
    spdadd 10.0.0.0/8 10.0.0.0/8 any -P out none;'
out 'of three equals the oldest' "${v4[@]}" <<< 'spdadd 10.1.0.0/16 10.2.0.0/16 any -P out none;
    spdadd 10.1.0.0/24 10.2.0.0/24 any -P out discard; spdadd 10.1.0.5 10.2.0.7 any -P out discard;'
out 'IPv6, discard' "${v6[@]}" <<< 'spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out discard;'
out 'IPv6, another network' "${v6[@]}" <<< 'spdadd 2001:db8:3::/48 2001:db8:2::/48 any -P out discard;'

out 'a tunnel' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;"
out 'no SA' "${v4[@]}" <<< "$tunnel/require;"
out 'no SA, and none is required' 192.0.2.1 4000 192.0.2.2 4000 <<< 'spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/transport//use;'
out 'an SA that is not required' 192.0.2.1 4000 192.0.2.2 4000 <<< 'spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/transport//use;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -E null;'
out 'of another mode' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -m transport -E null;"
out 'of any mode' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -E null;"
out 'of another protocol' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 ah 0x1001 -m tunnel -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897;"
out 'from elsewhere' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.9 192.0.2.2 esp 0x1001 -m tunnel -E null;"
out 'to elsewhere' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.9 esp 0x1001 -m tunnel -E null;"
out 'of the wrong way round' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.2 192.0.2.1 esp 0x1001 -m tunnel -E null;"
out 'with a reqid that nobody wants' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -u 7 -E null;"
out 'with the reqid that is wanted' "${v4[@]}" <<< "$tunnel/unique:7; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -u 7 -E null;"
out 'with another reqid' "${v4[@]}" <<< "$tunnel/unique:7; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -u 8 -E null;"
out 'without the reqid that is wanted' "${v4[@]}" <<< "$tunnel/unique:7; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;"
out 'of two the one that fits' "${v4[@]}" <<< "$tunnel/unique:7; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -u 7 -E null;
    add 192.0.2.1 192.0.2.2 esp 0x1002 -m tunnel -u 8 -E null;"
out 'of two the newer one' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;
    add 192.0.2.1 192.0.2.2 esp 0x1002 -m tunnel -E null;"
out 'of two the newer one, whose number is smaller' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1002 -m tunnel -E null;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;"
out 'one that waits for its keys' "${v4[@]}" <<< "$tunnel/require; getspi 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel;"
out 'transport' 192.0.2.1 4000 192.0.2.2 4000 <<< 'spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/transport//require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -E null;'
out 'from anywhere, as OSPFv3 has it' 2001:db8::1 4000 2001:db8::2 4000 <<< 'spdadd 2001:db8::/64 2001:db8::2 udp -P out ipsec esp/transport//unique:1;
    add :: 2001:db8::2 esp 0x1001 -u 1 -r 0 -E null;'
# The addresses are such that the two are not in one bucket of the hash table of SAs, whatever its size: there, the newer one is taken.
out 'from here, and a newer one from anywhere' 198.51.100.1 4000 198.51.100.2 4000 <<< 'spdadd 198.51.100.1 198.51.100.2 udp -P out ipsec esp/transport//require;
    add 198.51.100.1 198.51.100.2 esp 0x1001 -E null;
    add 0.0.0.0 198.51.100.2 esp 0x1002 -E null;'
out 'transport, of an SA in tunnel mode' 192.0.2.1 4000 192.0.2.2 4000 <<< 'spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/transport//require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;'
out 'AH' 192.0.2.1 4000 192.0.2.2 4000 <<< 'spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec ah/transport//require;
    add 192.0.2.1 192.0.2.2 ah 0x1001 -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897;'
out 'ESP and then AH' 192.0.2.1 4000 192.0.2.2 4000 <<< 'spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/transport//require ah/transport//require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -E null;
    add 192.0.2.1 192.0.2.2 ah 0x1002 -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897;'
out 'half of a bundle' 192.0.2.1 4000 192.0.2.2 4000 <<< 'spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/transport//require ah/transport//require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -E null;'
out 'half of a bundle that may be' 192.0.2.1 4000 192.0.2.2 4000 <<< 'spdadd 192.0.2.1 192.0.2.2 udp -P out ipsec esp/transport//use ah/transport//require;
    add 192.0.2.1 192.0.2.2 ah 0x1002 -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897;'
out 'AH around a tunnel' "${v4[@]}" <<< "$tunnel/require ah/transport//require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;
    add 192.0.2.1 192.0.2.2 ah 0x1002 -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897;"
out 'AH between the ends of the packet, around a tunnel' "${v4[@]}" <<< "$tunnel/require ah/transport//require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;
    add 10.1.0.5 10.2.0.7 ah 0x1002 -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897;"
out 'an IPv6 tunnel' "${v6[@]}" <<< 'spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;
    add 2001:db8::1 2001:db8::2 esp 0x1001 -m tunnel -E null;'
out 'an IPv6 tunnel without its SA' "${v6[@]}" <<< 'spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/2001:db8::1-2001:db8::2/require;
    add 2001:db8::1 2001:db8::9 esp 0x1001 -m tunnel -E null;'

ends=(192.0.2.2 192.0.2.1)
in_ 'no policy' clear "${ends[@]}" <<< ''
in_ 'discard' clear "${ends[@]}" <<< 'spdadd 192.0.2.2 192.0.2.1 udp -P in discard;'
in_ 'none' clear "${ends[@]}" <<< 'spdadd 192.0.2.2 192.0.2.1 udp -P in none;'
in_ 'a policy for what leaves' clear "${ends[@]}" <<< 'spdadd 192.0.2.2 192.0.2.1 udp -P out discard;'
in_ 'a policy for another port' clear "${ends[@]}" <<< 'spdadd 192.0.2.2 192.0.2.1[5001] udp -P in discard;'
in_ 'protection is required' clear "${ends[@]}" <<< 'spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//require;
    add 192.0.2.2 192.0.2.1 esp 0x2001 -E null -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897;'
in_ 'protection is not required' clear "${ends[@]}" <<< 'spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//use;'
ip -n far xfrm state add src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x2001 enc 'ecb(cipher_null)' '' auth 'hmac(sha1)' 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897
ip -n far xfrm policy add src 192.0.2.2/32 dst 192.0.2.1/32 dir out tmpl proto esp mode transport
mac='-E null -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897'
in_ 'as it is required' protected "${ends[@]}" <<< "spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//require; add 192.0.2.2 192.0.2.1 esp 0x2001 $mac;"
in_ 'by an SA of any reqid' protected "${ends[@]}" <<< "spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//require; add 192.0.2.2 192.0.2.1 esp 0x2001 -u 7 $mac;"
in_ 'by an SA of another reqid' protected "${ends[@]}" <<< "spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//unique:5; add 192.0.2.2 192.0.2.1 esp 0x2001 -u 7 $mac;"
in_ 'by an SA of the reqid' protected "${ends[@]}" <<< "spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//unique:7; add 192.0.2.2 192.0.2.1 esp 0x2001 -u 7 $mac;"
in_ 'by a transform that is not wanted' protected "${ends[@]}" <<< "spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec ah/transport//require; add 192.0.2.2 192.0.2.1 esp 0x2001 $mac;"
in_ 'without its SA' protected "${ends[@]}" <<< 'spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//require;'
in_ 'from elsewhere, as far as the SA says' protected "${ends[@]}" <<< "spdadd 192.0.2.2 192.0.2.1 udp -P in ipsec esp/transport//require; add 192.0.2.9 192.0.2.1 esp 0x2001 $mac;"
ip -n far xfrm state flush; ip -n far xfrm policy flush

# What this machine passes on.
sysctl -qw net.ipv4.ip_forward=1
ip route add 10.4.0.0/24 via 198.51.100.2 dev near1
ip -n far route add 10.4.0.0/24 via 192.0.2.1 src 10.2.0.7
on='10.2.0.0/24 10.4.0.0/24 any'
leaving='ipsec esp/tunnel/198.51.100.1-198.51.100.2/require; add 198.51.100.1 198.51.100.2 esp 0x3001 -m tunnel -E null;'
coming="ipsec esp/tunnel/192.0.2.2-192.0.2.1/require; add 192.0.2.2 192.0.2.1 esp 0x2001 -m tunnel $mac;"
through 'no policy' clear <<< ''
through 'discard of what is passed on' clear <<< "spdadd $on -P fwd discard;"
through 'discard of what leaves' clear <<< "spdadd $on -P out discard;"
through 'discard of what is for this machine' clear <<< "spdadd $on -P in discard;"
through 'none, and a wider discard behind it' clear <<< "spdadd $on -P fwd prio 100 none; spdadd 0.0.0.0/0 0.0.0.0/0 any -P fwd prio 200 discard;"
through 'another port' clear <<< 'spdadd 10.2.0.0/24 10.4.0.0/24[4001] udp -P fwd discard;'
through 'a tunnel on the way out' clear <<< "spdadd $on -P out $leaving"
through 'a tunnel on the way out without its SA' clear <<< "spdadd $on -P out ipsec esp/tunnel/198.51.100.1-198.51.100.2/require;"
through 'none, and a tunnel on the way out' clear <<< "spdadd $on -P fwd none; spdadd $on -P out $leaving"
through 'protection is required' clear <<< "spdadd $on -P fwd $coming"
through 'protection is not required' clear <<< "spdadd $on -P fwd ipsec esp/tunnel/192.0.2.2-192.0.2.1/use;"
ip -n far xfrm state add src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x2001 mode tunnel enc 'ecb(cipher_null)' '' auth 'hmac(sha1)' 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897
ip -n far xfrm policy add src 10.2.0.0/24 dst 10.4.0.0/24 dir out tmpl src 192.0.2.2 dst 192.0.2.1 proto esp mode tunnel
through 'out of a tunnel' protected <<< "spdadd $on -P fwd $coming"
through 'out of a tunnel that only the in policies know' protected <<< "spdadd $on -P in $coming"
through 'out of one tunnel and into another' protected <<< "spdadd $on -P fwd $coming spdadd $on -P out $leaving"
through 'out of a tunnel and to a discard' protected <<< "spdadd $on -P fwd $coming spdadd $on -P out discard;"
through 'out of a tunnel of another reqid' protected <<< "spdadd $on -P fwd ${coming/require/unique:5}"
through 'out of a tunnel whose SA is gone' protected <<< "spdadd $on -P fwd ${coming%%;*};"
sysctl -qw net.ipv4.ip_forward=0
ip route del 10.4.0.0/24
ip -n far route del 10.4.0.0/24
ip -n far xfrm state flush; ip -n far xfrm policy flush
stop_daemon

interface=xfrm
start_daemon
out 'a mark' "${v4[@]}" 7 <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -mark 7 -P out discard;'
out 'another mark' "${v4[@]}" 8 <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -mark 7 -P out discard;'
out 'no mark' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -mark 7 -P out discard;'
out 'the bits of a mark that count' "${v4[@]}" 23 <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -mark 7/0xf -P out discard;'
out 'the mark of an SA is the policy'"'"'s' "${v4[@]}" 7 <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -mark 7 -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -mark 7 -E null;'
out 'an SA with a mark, and a policy without' "${v4[@]}" 7 <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -mark 7 -E null;"
out 'an SA without a mark, and a policy with one' "${v4[@]}" 7 <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -mark 7 -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;'
out 'an interface id that the packet has not' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -if_id 3 -P out discard;'
out 'an SA with an interface id' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -if_id 3 -E null;"
out 'its device' "${v4[@]}" 0 near0 <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -dev near0 -P out discard;'
out 'another device' "${v4[@]}" 0 near0 <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -dev near1 -P out discard;'
out 'an SA for other packets' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -sel 10.1.0.0/24 10.2.0.0/24 tcp -E null;"
out 'an SA for these packets' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -sel 10.1.0.0/24 10.2.0.0/24 udp -E null;"
case $(uname -r) in
    6.1.*) ;;
    *) out 'an SA for what comes in' "${v4[@]}" <<< "$tunnel/require; add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -dir in -E null;" ;;
esac
out 'IPv6 in IPv4' "${v6[@]}" <<< 'spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -f af-unspec -E null;'
out 'IPv6 in IPv4, of an SA for IPv4 alone' "${v6[@]}" <<< 'spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;'
# The outer SA is asked for the packet, too, and not for what the inner one has made of it.
out 'IPv6 in IPv4, in AH for IPv4 alone' "${v6[@]}" <<< 'spdadd 2001:db8:1::/48 2001:db8:2::/48 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require ah/transport//require;
    add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -f af-unspec -E null;
    add 192.0.2.1 192.0.2.2 ah 0x1002 -A hmac-sha1 0xd41b7790c35ea8f2064d81b93f72ce150ab6e897;'
out 'the default' "${v4[@]}" <<< 'spddefault -P out discard;'
out 'a policy before the default' "${v4[@]}" <<< 'spdadd 10.1.0.0/24 10.2.0.0/24 any -P out none;'
client -c <<< 'spddefault -P out none;'
[ $compared -ge 60 ]
ok $? "$compared packets were compared with what was said of them"
stop_daemon
finish
