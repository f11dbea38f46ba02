# Sequence numbers through XFRM, whatever interface the other suites use: extended ones beyond 2^32, ones of 32 bits to
# their end, an SA that goes on with those of the one it replaces, a window of 1024; and what a kernel drops without a word.
. ./check.sh
. ./traffic.lib.sh
interface=xfrm

keys() { printf -v key "$1%.0s" {1..20}; }
# Extended numbers with a cipher that authenticates by itself: with another one they need a module that is not loaded.
combined=''
# line NAME OPTION...: the SA in the language
line() {
    local key from=${outer[${1:0:1}]} to=${outer[${other[${1:0:1}]}]}
    keys "$1"
    local algorithms="-E aes-cbc 0x${key:0:32} -A hmac-sha1 0x$key"
    [ -z "$combined" ] || algorithms="-E aes-gcm-16 0x$key"
    echo "add $from $to esp 0x10$1 -m tunnel -u 1 ${*:2} $algorithms;"
}
# by_ip END NAME OPTION...: the same SA by ip-xfrm(8), which can say with which numbers it begins
by_ip() {
    local key from=${outer[${2:0:1}]} to=${outer[${other[${2:0:1}]}]}
    keys "$2"
    local algorithms=(enc 'cbc(aes)' "0x${key:0:32}" auth-trunc 'hmac(sha1)' "0x${wrong:-$key}" 96)
    [ -z "$combined" ] || algorithms=(aead 'rfc4106(gcm(aes))' "0x$key" 128)
    ip -n "$1" xfrm state add src "$from" dst "$to" proto esp spi "0x10$2" reqid 1 mode tunnel "${@:3}" "${algorithms[@]}"
}
without() { ip -n "$1" xfrm state delete src "${outer[${2:0:1}]}" dst "${outer[${other[${2:0:1}]}]}" proto esp spi "0x10$2"; }
# declared OPTION...: both SAs at both ends
declared() {
    local end
    for end in a b; do { policies $end; line a1 "$@"; line b1 "$@"; } > "$work/$end.conf"; done
}
# pings COUNT: so many of them come back
pings() { ip netns exec a ping -q -n -c "$1" -i .01 -W 2 "${inner[b]}" | sed -n 's/.* \([0-9]*\) received.*/\1/p'; }
writes() { sed -n 's/.*settled: .* declared, \([0-9]*\) kernel writes*/\1/p' "$work/$1.log" | tail -n 1; }
settled_at() { at "$1" --status 2> /dev/null | grep -q 'state: settled'; }
afresh() {
    local end
    stop_ends
    for end in a b; do ip -n $end xfrm state flush; ip -n $end xfrm policy flush; : > "$work/$end.log"; done
}
begin() { start_ends || give_up; until_ 20 settled_at a && until_ 20 settled_at b; }

make_ends

# Extended sequence numbers: 32 before 2^32 on both ways.
combined=1 esn=(flag esn replay-window 64)
for end in a b; do
    by_ip $end ${end}1 "${esn[@]}" replay-oseq 4294967264
    by_ip $end ${other[$end]}1 "${esn[@]}" replay-seq 4294967264
done
declared -esn -r 64
begin
is "$(writes a)" 3 'SAs that are as declared are not touched, whatever numbers they begin with' "$(at a --plan)"
is "$(pings 60)" 60 'extended numbers cross 2^32 without a loss'
has "$(at a -D)" $'\tsequence: sent=4294967324 received=' 'and -D shows them'
has "$(at a -D)" $'\textensions: -esn\n' 'and that they are extended'
lacks "$(at a --status)" warning 'nothing is near its end'

# Ordinary ones: 19 are left.
combined=''
afresh
by_ip a a1 replay-window 32 replay-oseq 4294967276
declared -r 32
begin
has "$(< "$work/a.log")" 'has used 99 % of its sequence numbers' 'the log warns'
has "$(at a --status)" 'warning: esp 192.0.2.1 -> 192.0.2.2 spi 0x10a1 has used 99 %' 'and status'
is "$(pings 30)" 19 'after the last number nothing is sent'
at a -D > /dev/null
has "$(at a --status)" 'has used all of its 4294967295 sequence numbers' 'and that is seen'

# A replacement under the SPI goes on with the numbers.
afresh
declared -r 32
begin
is "$(pings 50)" 50 'an SA of 50 packets'
{ policies a; line a1 -r 16; line b1 -r 32; } > "$work/a.conf"
at a --reload > /dev/null
ok $? 'is replaced by one with another window'
has "$(ip -n a xfrm state)" 'replay-window 16' 'which the kernel has'
is "$(pings 20)" 20 'and the other end takes its packets'
has "$(at a -D)" 'sequence: sent=70' 'because their numbers go on'
without a a1
until_ 20 grep -q '1 declared entry restored' "$work/a.log"
ok $? 'deleted by others, it is put back' "$(cat "$work/a.log")"
is "$(pings 20)" 20 'and the other end takes its packets'
has "$(at a -D)" 'sequence: sent=90' 'because their numbers go on'

# A window of 1024: packets 900 numbers late are taken, and those beyond are counted.
afresh
by_ip a a1 replay-window 32 replay-oseq 5000
declared -r 1024
{ policies a; line a1 -r 32; line b1 -r 1024; } > "$work/a.conf"
begin
is "$(pings 5)" 5 'a window of 1024'
stop_ends
without a a1 && by_ip a a1 replay-window 32 replay-oseq 4100
is "$(pings 20)" 20 'takes packets 900 numbers late'
without a a1 && by_ip a a1 replay-window 32 replay-oseq 3900
is "$(pings 3)" 0 'and none outside'
without a a1 && wrong=00112233445566778899aabbccddeeff00112233 by_ip a a1 replay-window 32 replay-oseq 6000
is "$(pings 2)" 0 'nor one with a wrong key'
begin
has "$(at b -D -v)" 'dropped: replayed=0 forged=2 late=3' '-D -v counts them'
lacks "$(at b -D)" 'dropped:' 'and -D does not'
remove_ends

# What this kernel does not know it drops without a word.
start_daemon
direction=$(client -c <<< "$(line a1 -dir in)" 2>&1)
if [ "$(uname -r | cut -d . -f 1,2)" = 6.1 ]; then
    has "$direction" 'does not support -dir' 'a direction fails by name where the kernel ignores it'
    lacks "$(kernel_state)" 0x000010a1 'and the SA is not there'
else
    is "$direction" '' 'a direction is taken'
    has "$(client -D)" 'extensions: -dir in' 'and the kernel has it'
fi
has "$(client -c <<< "$(line b1 '-ctx 1 1 "system_u:object_r:x"')" 2>&1)" 'does not support -ctx' 'a label fails by name without SELinux'
lacks "$(kernel_state)" 0x000010b1 'and the SA is not there'
finish
