# A network namespace that is made anew, with the number that the old one had, is another: nothing has expired in it.
. ./check.sh

start_in() {
    ip netns exec a setkeyd --kernel "$interface" --config "$work/a.conf" --socket "$socket" --state-directory "$work/state" \
        2>> "$work/log" >&2 &
    daemon=$!
    until_ 30 settled
}
settled() { client --status 2> /dev/null | grep -q 'state: settled'; }
count() { ip -n a xfrm state | grep -c '^src'; }
is_empty() { [ "$(count)" = 0 ]; }
number() { ip netns exec a stat -L -c %i /proc/self/ns/net; }

echo 'add 192.0.2.1 192.0.2.2 esp 0x1001 -lh 10 -E null;' > "$work/a.conf"
mkdir "$work/state"
# What suites before this one have left goes when the kernel has time; the number is to be its lowest.
settle() {
    local first
    ip netns add a
    first=$(number)
    ip netns del a
    sleep 1
    ip netns add a
    old=$(number)
    [ "$old" = "$first" ] || { ip netns del a; return 1; }
}
until_ 60 settle || { ip netns add a; old=$(number); }
start_in
is "$(count)" 1 'an SA with a lifetime'
until_ 30 is_empty
ok $? 'it ends'
until_ 30 grep -q '^! ' "$work/state/owned"
ok $? 'and that is written down' "$(cat "$work/state/owned")"
stop_daemon
start_in
is "$(count)" 0 'in the same namespace it does not come back'
stop_daemon

# The kernel gives the lowest free number, so that the next namespace has it, most of the time.
has_old_number() {
    ip netns del a
    ip netns add a
    [ "$(number)" = "$old" ]
}
until_ 60 has_old_number
ok $? 'a namespace made anew has the number of the old one'
start_in
is "$(count)" 1 'in the new one the SA is added'
stop_daemon
finish
