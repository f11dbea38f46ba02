# A running machine moves from one kernel interface to the other, and back: the daemons of both ends are started again
# with the other one while packets flow. Nothing is written, and no packet is lost.
. ./check.sh
. ./traffic.lib.sh

settled_at() { at "$1" --status 2> /dev/null | grep -q 'state: settled'; }
# move INTERFACE: both ends, one after the other
move() {
    interface=$1
    note a1 b1
    stop_ends
    for end in a b; do : > "$work/$end.log"; done
    start_ends
    for end in a b; do until_ 30 settled_at $end || fail "$end settles" "$(tail -n 20 "$work/$end.log")"; done
    note a1 b1
}
# kept WHAT NAME: the kernel is as it was, and the daemons have written nothing
kept() {
    local end
    for end in a b; do
        has "$(at $end --status)" "kernel: $2" "$1: status of $end names the interface"
        has "$(cat "$work/$end.log")" 'settled: 2 SAs and 3 policies declared, 0 kernel writes' "$1: $end writes nothing"
    done
    is "$(ip -n a xfrm policy; ip -n b xfrm policy)" "$before" "$1: the policies are the same ones"
    steady "$1"
}

make_ends
grow_tables
interface=pfkey
declare_ a1 b1
start_ends || give_up
before=$(ip -n a xfrm policy; ip -n b xfrm policy)
hitless 'from PF_KEY to XFRM' a1 move xfrm
kept 'from PF_KEY to XFRM' XFRM
hitless 'and back' a1 move pfkey
kept 'and back' PF_KEY

# What XFRM alone can say comes with the move, beside what is there.
for end in a b; do
    echo 'add 192.0.2.9 192.0.2.10 esp 0x9001 -E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213;' >> "$work/$end.conf"
done
has "$(at a --reload 2>&1)" 'it needs the XFRM interface' 'what PF_KEY cannot say is refused, with the interface that can'
hitless 'to XFRM, with a file that needs it' a1 move xfrm
for end in a b; do has "$(cat "$work/$end.log")" '3 SAs and 3 policies declared, 1 kernel write' "it is all that $end writes"; done
steady 'to XFRM, with a file that needs it'
remove_ends
finish
