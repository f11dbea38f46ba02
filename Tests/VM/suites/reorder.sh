# Packets that overtake each other on the wire: a replay window of 32 drops those that come too late, and counts them; one of
# 1024 takes them all. Through XFRM, whatever interface the other suites use.
. ./check.sh
. ./traffic.lib.sh
interface=xfrm
# The guest loads nothing on demand.
modprobe sch_netem

# declared WINDOW: both SAs at both ends
declared() {
    local end
    declare_ a1 b1
    for end in a b; do sed -i "s/-r 32/-r $1/" "$work/$end.conf"; done
}
# What b has dropped of what a sent
late() { at b -D -v | sed -n '/^192.0.2.1 /,/dropped:/s/.*dropped: replayed=0 forged=0 late=//p'; }
flood() {
    start_flood 500
    until_ 30 arrived_beyond a1 100
    stop_flood
    echo "# a window of $1: $sent packets sent, $received received"
}

make_ends
# Asked for over this wire, an address would come late, and the packets that wait for it be dropped.
for end in a b; do
    ip -n $end neigh replace "${outer[${other[$end]}]}" dev wire nud permanent \
        lladdr "$(ip netns exec ${other[$end]} cat /sys/class/net/wire/address)"
done
tc -n a qdisc add dev wire root netem limit 10000 delay 500ms 450ms
is $? 0 'packets of a are delayed, each by another time'
declared 32
start_ends || give_up
flood 32
[ "$lost" -gt 0 ]
ok $? 'a window of 32 drops what comes late'
is "$(late)" "$lost" 'and counts it'
stop_ends
for end in a b; do ip -n $end xfrm state flush; done
declared 1024
start_ends || give_up
flood 1024
is "$lost $twice $refused" '0 0 0' 'a window of 1024 drops nothing'
is "$(late)" 0 'and counts nothing'
remove_ends
finish
