# What other programs change in the kernel reaches the mirror and `setkey -x`.
. ./check.sh

state() { ip xfrm state "$@"; }
policy() { ip xfrm policy "$@"; }
add() { state add src 192.0.2.1 dst 192.0.2.2 proto esp spi "$1" mode tunnel enc 'ecb(cipher_null)' '' "${@:2}"; }

# The identities that our mirror and the kernel hold, in one form, to be compared.
mirror_spis() { client -D | sed -n 's/.*spi=[0-9]*(\(0x[0-9a-f]*\)).*/\1/p' | sort; }
kernel_spis() { state list | sed -n 's/.* spi \(0x[0-9a-f]*\) .*/\1/p' | sort; }
mirror_equal() { [ "$(mirror_spis)" = "$(kernel_spis)" ]; }
mirror_policies() { client -DP | grep -c '^[^	]'; }
mirror_shows() { client -D | grep -q -- "$1"; }
policies_show() { client -DP | grep -q -- "$1"; }

# seen TYPE N: the monitor has shown N messages of that type or more; the types are PF_KEY's.
seen() { [ "$(grep -c "$(message "$1")" "$work/monitor")" -ge "$2" ]; }
message() {
    [ "$interface" = xfrm ] || { echo "sadb_msg{ version=2 type=$1 errno=0"; return; }
    local names=([2]=UPDSA [3]=NEWSA [4]=DELSA [8]=EXPIRE [9]=FLUSHSA [13]=UPDPOLICY [14]=NEWPOLICY [15]=DELPOLICY
        [19]=FLUSHPOLICY [22]=DELPOLICY)
    echo "nlmsghdr{ len=[0-9]* type=[0-9]*(${names[$1]})"
}
saw() { until_ 10 seen "$1" "$2"; ok $? "setkey -x shows $3" "$(tail -n 20 "$work/monitor")"; }

reset_kernel
add 0x1000
start_daemon
is "$(mirror_spis)" 0x00001000 'what the kernel held before the start is in the mirror'
client -x > "$work/monitor" 2>&1 &
monitor=$!
until_ 10 eval 'state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1000 mode tunnel enc "ecb(cipher_null)" "" && seen 2 1'
ok $? 'setkey -x shows an update of an SA' "$(cat "$work/monitor")"

add 0x1001
saw 3 1 'an SA that `ip` adds'
until_ 10 mirror_shows 0x00001001
ok $? 'the mirror has it'
state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel enc 'ecb(cipher_null)' '' \
    limit time-hard 7200 limit time-soft 3600
until_ 10 mirror_shows 'hard: 7200(s)	soft: 3600(s)'
ok $? 'the mirror has its new lifetimes' "$(client -D)"
state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001
saw 4 1 'an SA that `ip` deletes'
until_ 10 mirror_equal
ok $? 'it has left the mirror' "$(client -D)"

policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel
saw 14 1 'a policy that `ip` adds'
until_ 10 policies_show '^10.1.0.0/16'
ok $? 'the mirror has it' "$(client -DP)"
policy update src 10.1.0.0/16 dst 10.2.0.0/16 dir out action block
saw 13 1 'a policy that `ip` updates'
until_ 10 policies_show discard
ok $? 'the mirror has its new action' "$(client -DP)"
policy delete src 10.1.0.0/16 dst 10.2.0.0/16 dir out
saw 15 1 'a policy that `ip` deletes'
until_ 10 policies_show 'No SPD entries'
ok $? 'it has left the mirror' "$(client -DP)"

policy add src 10.1.0.0/16 dst 10.3.0.0/16 dir out
policy add src 10.1.0.0/16 dst 10.3.0.0/16 dir in
until_ 10 policies_show 'in .*none'
id=$(policy list dir out src 10.1.0.0/16 dst 10.3.0.0/16 | sed -n 's/.*index \([0-9]*\).*/\1/p')
[ -n "$id" ] || id=$(ip -s xfrm policy list dir out | sed -n 's/.* index \([0-9]*\) .*/\1/p' | head -n 1)
policy delete index "$id" dir out
saw 22 "$([ "$interface" = xfrm ] && echo 2 || echo 1)" 'a policy that `ip` deletes by its index'
until_ 10 eval '[ "$(mirror_policies)" = 1 ]'
ok $? 'it alone has left the mirror' "$(client -DP)"
policy flush
saw 19 1 'a flush of the policies'
until_ 10 policies_show 'No SPD entries'
ok $? 'the mirror has no policies'

add 0x1002
add 0x1003
state add src 192.0.2.1 dst 192.0.2.2 proto ah spi 0x1004 mode transport auth 'hmac(md5)' 0x00112233445566778899aabbccddeeff
until_ 10 mirror_equal
state flush proto ah
until_ 10 eval '! mirror_shows 0x00001004'
ok $? 'a flush of one protocol'
until_ 10 mirror_equal
ok $? 'leaves the others in the mirror' "$(client -D)"
state flush
saw 9 2 'a flush of all SAs'
until_ 10 mirror_shows 'No SAD entries'
ok $? 'the mirror has no SAs'

# Lifetimes: soft after one second, hard after ten: time enough to see the SA in between.
add 0x2001 limit time-soft 1 limit time-hard 10
until_ 10 mirror_shows 'state=dying'
ok $? 'after soft expiry the SA is dying' "$(client -D)"
saw 8 1 'the soft EXPIRE'
until_ 30 mirror_shows 'No SAD entries'
ok $? 'after hard expiry it has left the mirror' "$(client -D)"
saw 8 2 'the hard EXPIRE'
is "$(kernel_spis)" '' 'and the kernel'
has "$(cat "$work/log")" '0x2001' 'the log names the SA'

# Policy expiry sends nothing over PF_KEY; XFRM tells of it.
policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out limit time-hard 2
until_ 10 policies_show '^10.1.0.0/16'
until_ 20 policies_show 'No SPD entries'
ok $? 'a policy that expires leaves the mirror' "$(client -DP)"

# Keys: the monitor shows none, unless asked; the log never does.
state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3001 mode tunnel enc 'cbc(aes)' 0x5ec2e75ec2e75ec2e75ec2e75ec2e75e
saw 3 6 'an SA with a key'
lacks "$(cat "$work/monitor")" 5ec2e7 'the monitor shows no key'
lacks "$(cat "$work/log")" 5ec2e7 'the log shows no key'
kill "$monitor"
wait "$monitor" 2>/dev/null

# Every change is logged by one line.
until_ 10 log_has 0x3001
ok $? 'a change is logged' "$(cat "$work/log")"
finish
