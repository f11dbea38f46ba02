# Another process tells the kernel requests in the daemon's name: with its pid value, which everybody hears, and with the
# sequence numbers that come next. The kernel tells the daemon of them as it tells it answers of its own. They are none.
. ./check.sh

bait='add 192.0.2.1 192.0.2.2 esp 0x777 -E null;'
mirror_spis() { client -D | sed -n 's/.*spi=[0-9]*(\(0x[0-9a-f]*\)).*/\1/p' | sort | md5sum; }
kernel_spis() { ip xfrm state list | sed -n 's/.* spi \(0x[0-9a-f]*\) .*/\1/p' | sort | md5sum; }
mirror_equal() { [ "$(mirror_spis)" = "$(kernel_spis)" ]; }
waits() { grep -q '^State:.S' "/proc/$1/status"; }

# heard STATEMENT: what an ADD of the daemon tells everybody, in $pid and $sequence
heard() {
    forge watch > "$work/heard" &
    until_ 10 grep -q listening "$work/heard"
    client -c <<< "$1"
    wait $!
    read -r pid sequence <<< "$(tail -n 1 "$work/heard")"
}

reset_kernel
start_daemon
heard "$bait"
first=$sequence name=$pid
ok $? "the daemon's requests are heard" "$pid $sequence"

refused=0
for round in 1 2 3; do
    # What is forged waits for the daemon already when it asks the kernel: the answer comes after it.
    kill -STOP "$daemon"
    forge "$name" "$first" 10000
    is "$(ip xfrm state list | grep -c 'src 198.51.100.1')" 10000 "round $round: the kernel takes what is forged"
    client -c <<< "$bait" > "$work/said" 2>&1 &
    until_ 10 waits $!
    kill -CONT "$daemon"
    wait $!
    [ $? = 1 ] && grep -q EEXIST "$work/said" && refused=$((refused + 1))
    until_ 30 mirror_equal
    ok $? "round $round: what is forged is news" "$(client -D | grep -c spi=) SAs in the mirror"
    ip xfrm state flush
    client -c <<< "$bait"
done
is $refused 3 'a request that the kernel refuses stays refused, whatever is forged'
grep -q '198.51.100.2.*by process' "$work/log"
ok $? 'and the log names an author' "$(head -n 8 "$work/log" | cut -c 1-200)"

heard 'add 192.0.2.1 192.0.2.2 esp 0x778 -E null;'
is "$pid" "$name" 'the pid value was the right one'
[ $((sequence - first)) -ge 4 ] && [ $((sequence - first)) -le 200 ]
ok $? 'and so were the sequence numbers' "from $first to $sequence"
finish
