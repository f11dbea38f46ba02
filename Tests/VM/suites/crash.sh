# SIGKILL at random moments of reloads: the next start converges to the file, whatever was
# half done; foreign entries are never touched.
. ./check.sh
rounds=20
RANDOM=${SEED:=$RANDOM}
echo "# seed $SEED"

settled() { client --status 2> /dev/null | grep -q 'state: settled'; }
# version N: 450 SAs and policies, some of which differ from one version to the next.
version() {
    awk -v version="$1" 'BEGIN { for (i = 0; i < 600; i++) {
        if (i % 2 == 0 || i % 4 == version % 2 * 2 + 1) {
            printf "add 192.0.2.1 198.51.%d.%d esp 0x%x -m tunnel -E aes-cbc 0x%031x%d -A hmac-sha1 0x%040x;\n",
                i / 250, i % 250 + 1, 4096 + i, i, (i % 10 == 0) ? version % 10 : 0, i
            printf "spdadd 10.1.0.0/16 10.%d.%d.0/24 any -P out ipsec esp/tunnel/192.0.2.1-198.51.%d.%d/%s;\n",
                100 + i / 250, i % 250, i / 250, i % 250 + 1, (i % 6 == version % 6) ? "unique:3" : "require"
        } } }'
}
# What the last start or reload wrote, by the log.
writes() { sed -n 's/.*settled: .* declared, \([0-9]*\) kernel writes*/\1/p' "$work/log" | tail -n 1; }
# As kernel_state and kernel_policies, but quick, for so many entries: one a line, without its numbers and times.
own_state() {
    { ip -s xfrm state; ip -s xfrm policy; } | awk '
        /^src/ { if (entry) print entry; entry = "" }
        /lifetime current:/ { left_out = 3 }
        left_out > 0 { left_out--; next }
        { sub(/ index [0-9]+/, ""); sub(/ seq 0x[0-9a-f]+/, ""); entry = entry " " $0 }
        END { print entry }' | grep -v 'spi 0x00009999\|priority 77' | sort
}

reset_kernel
ip xfrm state add src 192.0.2.1 dst 192.0.2.9 proto esp spi 0x9999 mode tunnel enc 'ecb(cipher_null)' ''
ip xfrm policy add src 10.8.0.0/16 dst 10.9.0.0/16 dir out action block priority 77
foreign=$(ip -s xfrm state list spi 0x9999 | grep ' add '; ip -s xfrm policy list priority 77 | grep ' add ')
# What each version comes to, reached without a crash.
for number in 0 1; do
    version $number > "$work/site.conf"
    start_daemon --config "$work/site.conf"
    until_ 60 settled
    wanted[number]=$(own_state)
    stop_daemon
done
[ "${wanted[0]}" != "${wanted[1]}" ]
ok $? 'the versions differ'

wrong=0 interrupted=0
start_daemon --config "$work/site.conf"
# How long a reload takes here, until that is seen: every third kill falls anywhere into that and a little beyond, the
# others into its first half, where it writes.
version 0 > "$work/site.conf"
reloads() { grep -c 'settled: .* kernel write' "$work/log"; }
before=$(reloads)
begin=$(date +%s%N)
kill -HUP "$daemon"
until_ 60 eval '[ "$(reloads)" -gt "$before" ]'
span=$((($(date +%s%N) - begin) / 1000000))
echo "# a reload takes $span ms"
for round in $(seq $rounds); do
    number=$((round % 2))
    version $number > "$work/site.conf"
    kill -HUP "$daemon"
    latest=$((round % 3 ? span / 2 : span + span / 4))
    sleep "$(awk -v ms=$((RANDOM % latest)) 'BEGIN { print ms / 1000 }')"
    kill -KILL "$daemon"
    wait "$daemon" 2> /dev/null
    start_daemon --config "$work/site.conf"
    until_ 60 settled || { fail "round $round settles (seed $SEED)" "$(client --status)"; break; }
    [ "$(writes)" = 0 ] || interrupted=$((interrupted + 1))
    [ "$(own_state)" = "${wanted[number]}" ] || {
        wrong=$((wrong + 1))
        diff <(echo "${wanted[number]}") <(own_state) | head -n 5
    }
done
is "$wrong" 0 "after each of $rounds kills the next start converges to the file (seed $SEED)"
[ $interrupted -ge 5 ]
ok $? "$interrupted of them had interrupted something"
is "$(ip -s xfrm state list spi 0x9999 | grep ' add '; ip -s xfrm policy list priority 77 | grep ' add ')" "$foreign" \
    'foreign entries were never touched'
stop_daemon
# And a last start finds nothing to do.
start_daemon --config "$work/site.conf"
until_ 30 settled
is "$(writes)" 0 'a further start writes nothing'
stop_daemon
finish
