# The daemon's life: its file, its signals, what it says when it cannot start.
. ./check.sh

# try OPTION...: a start that is meant to end at once; its output and status.
try() {
    output=$(timeout 10 setkeyd --socket "$work/other.sock" --state-directory "$work/other" "$@" 2>&1)
    status=$?
}
refuses() {
    [ $status != 0 ] && [ $status != 124 ]
    ok $? "$1" "status $status"$'\n'"$output"
}
sa() { echo "src 192.0.2.1 dst 192.0.2.2 proto esp spi $1 mode tunnel replay-window 0 enc ecb(cipher_null)"; }
holds() { [ "$(kernel_state)" = "$1" ]; }

reset_kernel
cat > "$work/site.conf" <<'CONF'
add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -E null;
add 192.0.2.1 192.0.2.2 esp 0x1002 -m tunnel -E null;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;
dump;
CONF
ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x9999 mode tunnel enc 'ecb(cipher_null)' ''
start_daemon --config "$work/site.conf"
until_ 20 holds "$(sa 0x00001001; sa 0x00001002; sa 0x00009999)"
ok $? 'the file is in the kernel after the start, foreign entries are left alone' "$(kernel_state)"
is "$(kernel_policies)" "src 10.1.0.0/16 dst 10.2.0.0/16 dir out action allow priority 2147483648 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel" \
    'its policy too'
is "$(stat -c %a "$socket")" 660 'the control socket is for root and the group'

# SIGHUP reads the file again, by difference.
before=$(ip -s xfrm state list spi 0x1001 | grep ' add ')
sed -i 's/0x1002/0x1003/' "$work/site.conf"
kill -HUP "$daemon"
until_ 20 holds "$(sa 0x00001001; sa 0x00001003; sa 0x00009999)"
ok $? 'SIGHUP: what the file no longer names is gone, what is new is there' "$(kernel_state)"
is "$(ip -s xfrm state list spi 0x1001 | grep ' add ')" "$before" 'what is unchanged was not touched'

# A file with an error changes nothing.
cp "$work/site.conf" "$work/good.conf"
echo 'add 192.0.2.1 192.0.2.2 esp 12 -E null;' >> "$work/site.conf"
sed -i 's/0x1003/0x1004/' "$work/site.conf"
kill -HUP "$daemon"
until_ 20 log_has 'site.conf:5:'
ok $? 'a file with an error: the log names file and line' "$(cat "$work/log")"
is "$(kernel_state)" "$(sa 0x00001001; sa 0x00001003; sa 0x00009999)" 'and the kernel is as it was'
rm "$work/site.conf"
kill -HUP "$daemon"
until_ 20 log_has "$work/site.conf"
is "$(kernel_state)" "$(sa 0x00001001; sa 0x00001003; sa 0x00009999)" 'a file that is gone: the kernel is as it was'
alive
ok $? 'and the daemon lives'
cp "$work/good.conf" "$work/site.conf"

# What an SA of the file lost is found by the next plan.
ip xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001
kill -HUP "$daemon"
until_ 20 holds "$(sa 0x00001001; sa 0x00001003; sa 0x00009999)"
ok $? 'SIGHUP brings back what another program removed' "$(kernel_state)"

# SIGTERM leaves the kernel as it is; ownership survives the restart.
state=$(kernel_state) policies=$(kernel_policies)
stop_daemon
is "$daemon_status" 0 'SIGTERM: exit status 0'
is "$(kernel_state)" "$state" 'SIGTERM leaves the SAs'
is "$(kernel_policies)" "$policies" 'and the policies'
[ ! -e "$socket" ]
ok $? 'the control socket is gone'
sed -i '/0x1003/d' "$work/site.conf"
start_daemon --config "$work/site.conf"
until_ 20 holds "$(sa 0x00001001; sa 0x00009999)"
ok $? 'what the file lost while the daemon was away is removed at its start' "$(kernel_state)"
grep -q -i '00112233\|null.*key' "$work"/state/*
[ $? = 1 ]
ok $? 'the state directory holds identities, no keys'

# A kill in the middle: the next start takes over the socket that was left behind.
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
daemon=''
start_daemon --config "$work/site.conf"
ok $? 'starts over the socket of a daemon that was killed'
stop_daemon
reset_kernel

# Starts that must fail, and say what to do.
try --kernel "$interface" --config "$work/absent.conf"
refuses 'a file named by --config must exist'
has "$output" absent.conf 'and the message names it'
mkdir "$work/folder"
try --check --config "$work/folder"
refuses 'a directory is no file'
has "$output" "$work/folder" 'and the message names it'
printf 'flush;\nspdflush; \377\001\n' > "$work/bytes"
try --check --config "$work/bytes"
refuses 'a file that is not text'
has "$output" "$work/bytes:2:11:" 'and the message names the place'
: > "$work/empty.conf"
output=$(timeout 20 setpriv --bounding-set -net_admin --inh-caps -net_admin setkeyd --kernel "$interface" \
    --config "$work/empty.conf" --socket "$work/other.sock" --state-directory "$work/other" 2>&1)
status=$?
refuses 'without CAP_NET_ADMIN'
has "$output" CAP_NET_ADMIN 'and the message names the capability'
chmod 000 "$work/good.conf"
output=$(timeout 20 setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -dac_override,-dac_read_search \
    setkeyd --check --config "$work/good.conf" 2>&1)
status=$?
refuses 'a file that may not be read'
has "$output" "$work/good.conf" 'and the message names it'
chmod 600 "$work/good.conf"
try --kernel nonsense --config "$work/empty.conf"
is $status 2 'an unknown --kernel is a usage error' "$output"
echo 'add 1.2.3.4 5.6.7.8 esp 1 -E null;' > "$work/bad.conf"
try --check --config "$work/bad.conf"
refuses '--check finds an error'
has "$output" 'bad.conf:1:25: error:' 'at its place'
try --check --config "$work/good.conf"
is $status 0 '--check of a good file' "$output"
is "$(kernel_state)$(kernel_policies)" '' '--check changes nothing'

# A default file that does not exist is an empty one.
setkeyd --kernel "$interface" --socket "$socket" --state-directory "$work/state2" 2> "$work/log" &
daemon=$!
until_ 20 has_started
ok $? 'without a file at the default place it starts' "$(cat "$work/log")"
has "$(cat "$work/log")" /etc/setkeyd/setkey.conf 'with a notice that names the place'

stop_daemon

# A full disk under the state directory: said, and not the end of the daemon.
mkdir "$work/full"
mount -t tmpfs -o size=4k,mode=700 full "$work/full"
head -c 8192 /dev/zero > "$work/full/filler" 2>/dev/null
setkeyd --kernel "$interface" --config "$work/good.conf" --socket "$socket" --state-directory "$work/full" 2> "$work/log" &
daemon=$!
until_ 20 has_started
ok $? 'with a full disk under the state directory it starts' "$(cat "$work/log")"
until_ 10 log_has "$work/full"
ok $? 'and the log names the directory' "$(cat "$work/log")"
client -f - <<<'add 192.0.2.7 192.0.2.8 esp 0x7001 -E null;'
is $? 0 'and the client is served'
stop_daemon
umount "$work/full"
reset_kernel

# The client without a daemon.
output=$(client -D 2>&1)
is $? 3 'setkey without a daemon: status 3'
has "$output" "$socket" 'and the socket is named'
finish
