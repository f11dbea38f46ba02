# `setkey --compare`: two ends, each a daemon in a network namespace, and what a real kernel makes of their files.
. ./check.sh

ip netns add far
mkdir "$work/far" "$work/far/state" "$work/state"
cat > "$work/ssh" <<EOF
#!/bin/sh
# In place of ssh: HOST COMMAND...
shift
export SETKEYD_SOCKET=$work/far/control.sock
exec "\$@"
EOF
chmod 700 "$work/ssh"

e=0x000102030405060708090a0b0c0d0e0f a=000102030405060708090a0b0c0d0e0f10111213
sas="
add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -lh 86400 -E aes-cbc $e -A hmac-sha1 0x$a;
add 192.0.2.2 192.0.2.1 esp 0x1002 -m tunnel -lh 86400 -E aes-cbc ${e/00/10} -A hmac-sha1 0x$a;
"
out='-P out ipsec esp/tunnel' in='-P in ipsec esp/tunnel' fwd='-P fwd ipsec esp/tunnel'
here="$sas
spdadd 10.1.0.0/16 10.2.0.0/16 any $out/192.0.2.1-192.0.2.2/require;
spdadd 10.2.0.0/16 10.1.0.0/16 any $in/192.0.2.2-192.0.2.1/require;
spdadd 10.2.0.0/16 10.1.0.0/16 any $fwd/192.0.2.2-192.0.2.1/require;"
there="$sas
spdadd 10.2.0.0/16 10.1.0.0/16 any $out/192.0.2.2-192.0.2.1/require;
spdadd 10.1.0.0/16 10.2.0.0/16 any $in/192.0.2.1-192.0.2.2/require;
spdadd 10.1.0.0/16 10.2.0.0/16 any $fwd/192.0.2.1-192.0.2.2/require;"
echo "$here" > "$work/here.conf"
echo "$there" > "$work/there.conf"

# compared NAME STATUS: leaves what is said in $said
compared() {
    said=$(client --compare gw2 --ssh "$work/ssh" 2>&1)
    is $? "$2" "$1: exit status $2" "$said"
}

ip netns exec far setkeyd --kernel "$interface" --config "$work/there.conf" --socket "$work/far/control.sock" \
    --state-directory "$work/far/state" --drift report 2>> "$work/log" >&2 &
far_daemon=$!
far_settled() { setkey --socket "$work/far/control.sock" --status 2> /dev/null | grep -q 'state: settled'; }
until_ 60 far_settled
ok $? 'the daemon at the other end has its file in force' "$(tail -n 5 "$work/log")"
start_daemon --config "$work/here.conf"

compared 'two ends that agree' 0
has "$said" 'compared: 2 SAs, 2 policies and 4 keys: no difference' 'all is compared'
said=$(client --compare "unix:$work/far/control.sock" 2>&1)
is $? 0 'the same by the socket'
said=$(client --compare "$work/there.conf" 2>&1)
is $? 0 'the same by the other end'\''s file' "$said"
lacks "$(client --compare gw2 --ssh "$work/ssh" --json)" "${a:0:8}" 'no key is told'

# Another program changes the other end behind the daemon's back.
ip -n far xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001
ip -n far xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel \
    enc 'cbc(aes)' "${e/0f/ff}" auth-trunc 'hmac(sha1)' "0x$a" 96 replay-window 32 limit time-hard 3600
changed() { setkey --socket "$work/far/control.sock" -D 2> /dev/null | grep -q 'hard: 3600(s)'; }
until_ 30 changed
compared 'a key that is another' 10
has "$said" 'encryption key  differs' 'is found'
lacks "$said" 'integrity key' 'the other one is not'
has "$said" 'hard lifetime   86400 s  3600 s' 'and a lifetime that is another'

ip -n far xfrm policy delete src 10.1.0.0/16 dst 10.2.0.0/16 dir in
gone() { ! setkey --socket "$work/far/control.sock" -DP 2> /dev/null | grep -q '^	in '; }
until_ 30 gone
compared 'a policy without its mirror image' 10
has "$said" 'out 10.1.0.0/16 10.2.0.0/16 any' 'is found'
has "$said" 'presence        present  missing' 'and what it lacks'

kill "$far_daemon"
wait "$far_daemon"
compared 'a machine whose daemon has gone' 3
has "$said" 'cannot reach the daemon of gw2' 'is said'
has "$said" 'gw2: setkey: cannot reach the daemon' 'with the words of the other end'
finish
