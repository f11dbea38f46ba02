# Keys that change by themselves: rolls under traffic between two ends whose clocks differ, kills around boundaries, and
# clocks that are set.
. ./check.sh
. ./traffic.lib.sh

# at_second SECONDS: as the language writes it. No program is started for it, which takes its time here.
export TZ=UTC0
at_second() { printf '%(%Y-%m-%dT%H:%M:%SZ)T' "$1"; }
# timed NAME [FROM [UNTIL]]: the SA, between these seconds since 1970
timed() { sa "$1" | sed "s/ -m tunnel/${2:+ -from $(at_second "$2")}${3:+ -until $(at_second "$3")}&/"; }

# --- Rolls under traffic. The clock of b is two seconds late: its file says everything two seconds later.
make_ends
grow_tables
declare_ a1 b1
start_ends || give_up
ip netns exec a ping -q -c 1 -W 10 "${inner[b]}" > /dev/null
ok $? 'the tunnel carries'

# roll: to the second, third and fourth keys, in a while that is long enough for both ends to have their files; returns when
# the last end has changed for the last time.
late=2 spare=6 apart=14
roll() {
    local end generation begin until moment=$(($(date +%s) + 45)) skew
    for end in a b; do
        skew=$([ $end = a ] || echo $late)
        {
            policies $end
            for generation in 1 2 3 4; do
                begin=$((moment + skew + apart * (generation - 2))) until=$((moment + skew + apart * (generation - 1)))
                # Nothing is before the first keys, and nothing behind the last ones.
                timed $end$generation "$([ $generation = 1 ] || echo $begin)" "$([ $generation = 4 ] || echo $until)"
                timed ${other[$end]}$generation "$([ $generation = 1 ] || echo $((begin - spare)))" \
                    "$([ $generation = 4 ] || echo $((until + spare)))"
            done
        } > "$work/$end.next"
        mv "$work/$end.next" "$work/$end.conf"
    done
    for end in a b; do
        at $end --reload > "$work/$end.said" 2>&1 || fail "the reload of $end" "$(cat "$work/$end.said")"
    done
    [ "$(date +%s)" -lt $((moment - spare)) ]
    ok $? 'both ends have their files in time'
    at a --schedule > "$work/schedule"
    at a --status > "$work/status"
    arriving=a4
    until_ 100 arrived_beyond a4 0
    until_ 60 eval '[ "$(spis a) $(spis b)" = "0x000010a4 0x000010b4 0x000010a4 0x000010b4" ]'
}
spis() { ip -n "$1" xfrm state list | sed -n 's/.* spi \(0x[0-9a-f]*\) .*/\1/p' | sort | xargs; }
hitless 'three rolls by time' a1 roll
is "$(spis a) $(spis b)" '0x000010a4 0x000010b4 0x000010a4 0x000010b4' 'the last keys alone are left'
by() { on_wire a "ip proto 50 and ip[20:4] = 0x10$1"; }
echo "# packets by the keys: $(by a1), $(by a2), $(by a3), $(by a4)"
[ "$(by a2)" -gt 50 ] && [ "$(by a3)" -gt 50 ]
ok $? 'each of them has carried packets'
is "$(grep -c '^  [+-] add' "$work/schedule")" 12 'what begins and ends was told before'
has "$(cat "$work/schedule")" "$work/a.conf:" 'with its place'
has "$(cat "$work/status")" 'next change: ' 'and so does the status'
is "$(grep -c '1 SA begins, 1 SA ends' "$work/a.log")" 3 'the log tells of each change of what sends'
is "$(at a --schedule)" 'nothing begins or ends' 'and nothing is left'
remove_ends

# --- Kills around boundaries
reset_kernel
ip xfrm state add src 192.0.2.9 dst 192.0.2.8 proto esp spi 0x999 enc 'ecb(cipher_null)' ''
begin=$(($(date +%s) + 4))
# An SA each second, for two; two at each moment.
for number in $(seq 30); do
    from=$((begin + number))
    echo "add 192.0.2.1 192.0.2.2 esp $((0x2000 + number)) -from $(at_second $from) -until $(at_second $((from + 2))) -E null;"
done > "$work/many.conf"
echo 'spdadd 192.0.2.1 192.0.2.2 any -P out discard;' >> "$work/many.conf"
# wanted: the SPIs of this moment, foreign ones included
wanted() {
    local number now=$(date +%s)
    echo 0x00000999
    for number in $(seq 30); do
        [ $now -ge $((begin + number)) ] && [ $now -lt $((begin + number + 2)) ] && printf '0x%08x\n' $((0x2000 + number))
    done
}
kernel_spis() { ip xfrm state list | sed -n 's/.* spi \(0x[0-9a-f]*\) .*/\1/p' | sort; }
is_now() { [ "$(kernel_spis)" = "$(wanted)" ]; }
start_daemon --config "$work/many.conf"
kills=0 wrong=''
while [ "$(date +%s)" -lt $((begin + 34)) ]; do
    until_ 10 is_now || wrong+="$(date +%s): $(kernel_spis | xargs), not $(wanted | xargs)"$'\n'
    read -r -t "$((RANDOM % 2)).$((RANDOM % 10))" < /dev/zero 2> /dev/null || :
    kill -KILL "$daemon"
    wait "$daemon" 2> /dev/null
    kills=$((kills + 1))
    start_daemon --config "$work/many.conf"
done
until_ 10 is_now
ok $? "after $kills kills around 30 boundaries" "$(kernel_spis | xargs), not $(wanted | xargs)"
is "$wrong" '' 'each time the kernel came to have the state of the moment, and what is foreign'
is "$(kernel_policies | wc -l)" 1 'what always holds stays'
stop_daemon

# --- Clocks that are set
reset_kernel
now=$(date +%s)
{ echo "add 192.0.2.1 192.0.2.2 esp 0x3000 -from $(at_second $((now - 500))) -E null;"
    echo "add 192.0.2.1 192.0.2.2 esp 0x3001 -until $(at_second $((now + 1000))) -E null;"
    echo "add 192.0.2.1 192.0.2.2 esp 0x3002 -from $(at_second $((now + 900))) -E null;"; } > "$work/clock.conf"
has_spis() { [ "$(kernel_spis | xargs)" = "$1" ]; }
start_daemon --config "$work/clock.conf"
has_spis '0x00003000 0x00003001'
ok $? 'what holds now is there' "$(kernel_spis)"
switches() { awk '/^voluntary/ { print $2 }' "/proc/$daemon/status"; }
until_ 3 false
before=$(switches)
until_ 3 false
is "$(switches)" "$before" 'a daemon that waits for a moment does nothing until then'
date -s "@$((now + 950))" > /dev/null
until_ 10 has_spis '0x00003000 0x00003001 0x00003002'
ok $? 'a clock that is set forward leads to the state of its moment' "$(kernel_spis)"
date -s "@$((now + 2000))" > /dev/null
until_ 10 has_spis '0x00003000 0x00003002'
ok $? 'and further' "$(kernel_spis)"
date -s "@$((now + 100))" > /dev/null
until_ 10 has_spis '0x00003000 0x00003001'
ok $? 'and back' "$(kernel_spis)"
date -s "@$((now - 100000))" > /dev/null
doubted() { client --status | grep -q 'the clock says'; }
until_ 10 grep -q 'the clock says' "$work/log"
ok $? 'a clock before the file was written is not believed' "$(tail -n 5 "$work/log")"
is "$(kernel_spis | xargs)" '0x00003000 0x00003001' 'and the kernel keeps what it has'
output=$(client --reload 2>&1)
is $? 1 'a reload fails'
has "$output" 'set the clock, or start setkeyd with --trust-clock' 'and says what to do'
stop_daemon
reset_kernel
echo 'add 192.0.2.1 192.0.2.2 esp 0x3003 -E null;' >> "$work/clock.conf"
touch -d "@$((now + 50))" "$work/clock.conf"
rm -rf "$work/state"
start_daemon --config "$work/clock.conf"
is "$(kernel_spis)" 0x00003003 'the first start of a boot puts in place what always holds'
doubted
ok $? 'and the status says what is awaited'
date -s "@$((now + 60))" > /dev/null
until_ 20 has_spis '0x00003000 0x00003001 0x00003003'
ok $? 'when the clock is set, it goes on' "$(kernel_spis)"
stop_daemon

# --- How soon
reset_kernel
now=$(date +%s)
for number in $(seq 5); do
    moment=$((now + 6 + number))
    for part in $(seq 10); do
        echo "add 192.0.2.1 192.0.2.2 esp $((0x4000 + 100 * number + part)) -from $(at_second $moment) -until $(at_second $((moment + 1))) -E null;"
    done
done > "$work/lag.conf"
start_daemon --config "$work/lag.conf"
ip -timestamp xfrm monitor SA > "$work/lag" &
monitor=$!
until_ 40 eval '[ "$(date +%s)" -ge '$((now + 13))' ]'
kill $monitor
wait $monitor 2> /dev/null
# What is added, each in ms after its moment.
lags=$(awk '/^Timestamp: / { ms = $7 / 1000 } /^(Deleted )?src / { deleted = /^Deleted/ } / spi 0x00004/ && !deleted { print ms }' \
    "$work/lag" | sort -n)
echo "# from the moment to the kernel, ten SAs begin and ten end: $(awk 'NR { v[NR] = $1 } END { if (NR) printf "median %.0f ms, worst %.0f ms of %d", v[int((NR + 1) / 2)], v[NR], NR }' <<< "$lags")"
stop_daemon
finish
