# OSPFv3 (RFC 4552) with keys of their own on two links, from one file for both routers: policies that are bound to devices,
# with groups and link-local addresses, as the guide has them; packets of ours, and BIRD's. Through XFRM, whatever interface
# the other suites use.
. ./check.sh
. ./traffic.lib.sh
interface=xfrm
routers=()

# link NAME: between the ends, which have link-local addresses by their place: fe80::1 and fe80::2
link() {
    local end
    ip link add "$1" netns a type veth peer name "$1" netns b
    for end in a b; do
        ip -n $end link set "$1" addrgenmode none up
        ip -n $end addr add "$(address $end)/64" dev "$1" nodad
    done
}
address() { case $1 in a) echo fe80::1 ;; b) echo fe80::2 ;; esac; }
# file ONE TWO: with these reqids for the policies of the two links; the SAs of one are 0x5001, those of two 0x5002
file() {
    local number name destination
    for number in 1 2; do
        for destination in ff02::5 ff02::6 fe80::1 fe80::2; do
            echo "add :: $destination esp 0x500$number -u $number -r 0 -A hmac-sha512 0x$(printf "5$number%.0s" {1..64});"
        done
    done
    for name in one two; do
        for destination in ff02::5 ff02::6 fe80::/10; do
            echo "spdadd fe80::/10 $destination 89 -dev $name -P out ipsec esp/transport//unique:$1;"
            echo "spdadd fe80::/10 $destination 89 -dev $name -P in ipsec esp/transport//unique:$1;"
        done
        shift
    done
}
# heard COUNT LINK [COUNT LINK...] [ADDRESS]: what comes to b of so many packets that a sends, "LINK COUNT" each, in one
# line. A packet by a third link, which no policy is for, comes last.
heard() {
    local listener to=ff02::5
    ip netns exec b ospf listen one two clear > "$work/heard" &
    listener=$!
    until_ 20 grep -q listening "$work/heard" || fail 'b listens'
    [ $(($# % 2)) = 0 ] || to=${!#}
    while [ $# -gt 1 ]; do
        ip netns exec a ospf send "$to" "$2" "$1"
        shift 2
    done
    ip netns exec a ospf send ff02::5 clear 1
    until_ 20 grep -q clear "$work/heard" || fail 'the last packet comes'
    kill $listener
    wait $listener
    sed '/listening/d; s/ .*//' "$work/heard" | sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $2, $1 }'
}
# What the SA of this reqid has let through at b to a destination
through() {
    ip -n b -s xfrm state list dst "$2" reqid "$1" | sed -n 's/^\s*[0-9]*(bytes), \([0-9]*\)(packets)$/\1/p'
}
settled_at() { at "$1" --status 2> /dev/null | grep -q 'state: settled'; }
begin() { start_ends || give_up; until_ 20 settled_at a && until_ 20 settled_at b; }

make_ends
for link in one two clear; do link $link; done
is "$(heard 2 one 3 two)" 'clear 1, one 2, two 3' 'without policies all comes'
file 1 2 | tee "$work/a.conf" > "$work/b.conf"
begin
is "$(heard 2 one 3 two)" 'clear 1, one 2, two 3' 'with them, too'
is "$(through 1 ff02::5) $(through 2 ff02::5)" '2 3' 'each link by its SA'
is "$(heard 4 one 5 two fe80::2)" 'clear 1, one 4, two 5' 'and what is for the neighbour alone'
is "$(through 1 fe80::2) $(through 2 fe80::2)" '4 5' 'by other SAs, which have the same address on both links'
is "$(errors)" '' 'and no error is counted'

# A link is made anew: it has another number, and its policies follow it.
ip -n a link delete two
link two
followed() { [ "$(ip -n "$1" xfrm policy list | grep -c 'dev two')" = 6 ]; }
until_ 20 followed a && until_ 20 followed b
ok $? 'policies follow a link that is made anew' "$(ip -n a xfrm policy list; cat "$work/a.log")"
is "$(heard 2 two), $(through 2 ff02::5)" 'clear 1, two 2, 5' 'and its packets go on by its SA'

# Two routers, of code that is not ours
for end in a b; do
    cat > "$work/$end.bird" <<END
log "$work/$end.routing" all;
router id $(case $end in a) echo 1.1.1.1 ;; b) echo 2.2.2.2 ;; esac);
protocol device {}
protocol ospf v3 {
    area 0 {
        interface "one", "two" { hello 1; retransmit 2; wait 2; dead 5; };
    };
}
END
    ip netns exec $end bird -f -c "$work/$end.bird" -s "$work/$end.birdc" &
    routers+=($!)
done
adjacent() { birdc -s "$work/a.birdc" show ospf neighbors 2>&1 | awk '/Full/ { print $5 }' | sort | xargs; }
until_ 40 eval '[ "$(adjacent)" = "one two" ]'
ok $? 'routers become adjacent on both links' "$(birdc -s "$work/a.birdc" show ospf neighbors 2>&1; cat "$work/a.routing"; errors)"
[ "$(through 1 ff02::5)" -gt 2 ] && [ "$(through 2 fe80::2)" -gt 5 ]
ok $? 'by the SAs of the file'
is "$(errors)" '' 'and no error is counted'
kill "${routers[@]}"
wait "${routers[@]}"

# Other keys for one link, a router and a step at a time. rolled STEP: the file after so many steps
rolled() {
    file 1 2 | case $1 in
        1) sed '/-dev one -P in/s/unique:1;/require;/' ;;
        2) sed '/-dev one -P in/s/unique:1;/require;/; /-dev one -P out/s/unique:1;/unique:11;/' ;;
        3) sed '/-dev one /s/unique:1;/unique:11;/; /0x5001/d' ;;
    esac
    file 1 2 | sed -n '/0x5001/{s/0x5001 -u 1/0x5011 -u 11/; s/0x51/0x61/; p}'
}
for step in 1 2 3; do
    for end in a b; do
        rolled $step > "$work/$end.conf"
        at $end --reload > "$work/said" 2>&1 || fail "step $step at $end" "$(cat "$work/said")"
        is "$(heard 2 one 2 two)" 'clear 1, one 2, two 2' "keys are changed without a loss, step $step at $end"
    done
done
is "$(through 11 ff02::5), $(for end in a b; do ip -n $end xfrm state list spi 0x5001; done)" '8, ' 'and the new ones alone are left'
is "$(errors)" '' 'and no error is counted'

# What one link's keys protect does not pass by the other one.
stop_ends
ip -n a xfrm policy flush
file 2 1 > "$work/a.conf"
file 1 2 > "$work/b.conf"
begin
before=($(through 1 ff02::5) $(through 2 ff02::5))
is "$(heard 2 one 3 two)" 'clear 1' 'with the keys of the other link nothing comes'
is "$(through 1 ff02::5) $(through 2 ff02::5)" "$((before[0] + 3)) $((before[1] + 2))" 'which the SAs let through'
has "$(errors)" 'b XfrmInTmplMismatch 5' 'and the policies do not'
stop_ends
ip -n a xfrm policy flush
is "$(heard 2 one 3 two)" 'clear 1' 'nor does what comes in clear'
has "$(errors)" 'b XfrmInTmplMismatch 10' 'which the policies do not take either'
remove_ends
finish
