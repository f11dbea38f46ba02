# The shell scripts of fifteen years: what they write, what they count on, what they read.
. ./check.sh

start_daemon
export SETKEYD_SOCKET=$socket
key=0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff

# A boot script: no terminal, no standard input, hardly an environment, `set -e`, and the file an executable.
cat > "$work/ipsec.conf" <<END
#!$(command -v setkey) -f
# /etc/ipsec.conf
 flush;
 spdflush;

add 10.0.0.1 10.0.0.2 esp 0x201 -m tunnel -E 3des-cbc
	0x7aeaca3f87d060a12f4a4487d5a5c3355920fae69a96c831 -A hmac-md5 0x96358c90783bbfa3d7b196ceabe0536b;
add 10.0.0.2 10.0.0.1 esp 0x301 -m tunnel -E 3des-cbc "123456789012123456789012" -A hmac-md5 "1234567890123456";
spdadd 192.168.1.0/24 172.16.100.0/24 any -P out ipsec
           esp/tunnel/10.0.0.1-10.0.0.2/require;
spdadd 172.16.100.0/24 192.168.1.0/24 any -P in  ipsec
           esp/tunnel/10.0.0.2-10.0.0.1/require;
spdadd 172.16.100.0/24 192.168.1.0/24 any -P fwd ipsec esp/tunnel/10.0.0.2-10.0.0.1/require;
# no newline at the end
END
truncate -s -1 "$work/ipsec.conf"
chmod 700 "$work/ipsec.conf"
first=$(env -i SETKEYD_SOCKET="$socket" "$work/ipsec.conf" <&- 2>&1)
is "$?: $first" '0: ' 'a file with #! runs without input and environment'
state=$(kernel_state) policies=$(kernel_policies)
is "$(wc -l <<<"$state") $(wc -l <<<"$policies")" '2 3' 'the kernel has what it says'
env -i SETKEYD_SOCKET="$socket" "$work/ipsec.conf" <&- >&- 2>&-
is "$? $(kernel_state) $(kernel_policies)" "0 $state $policies" 'running it again changes nothing, with everything closed'

# What scripts read.
is "$(setkey -D | grep -cE '^[0-9]')" 2 'grep counts the SAs'
is "$(setkey -D | awk '/^[^\t]/ {pair = $1 ">" $2} /mode=/ {sub(/\(.*/, "", $3); print pair, $1, $2, $3}' | sort | tr '\n' ' ')" \
    '10.0.0.1>10.0.0.2 esp mode=tunnel spi=513 10.0.0.2>10.0.0.1 esp mode=tunnel spi=769 ' 'awk finds pair, mode and SPI'
is "$(setkey -DP | grep '^[0-9]' | cut -d ' ' -f 1,2 | sed 's/\[any\]//g' | tr ' ' '\n' | sort -u | tr '\n' ' ')" \
    '172.16.100.0/24 192.168.1.0/24 ' 'cut and sed find the networks'
setkey -D | grep -q '10.0.0.1 10.0.0.2' && setkey -PD | grep -q 'esp/tunnel/10.0.0.1-10.0.0.2/require'
ok $? 'grep -q finds an SA and a policy'
is "$(setkey --show-keys -D | grep -c "E: 3des-cbc  7aeaca3f 87d060a1 2f4a4487 d5a5c335 5920fae6 9a96c831")" 1 'keys in groups'
is "$(setkey -D | tail -n 1 | sed 's/pid=[0-9]*/pid=N/')" '	sadb_seq=0 pid=N refcnt=0' 'the last SA has sadb_seq=0'
is "$(setkey -DP | tail -n 2 | sed 's/\(spid\|pid\|refcnt\)=[0-9]*/\1=N/g')" \
    $'\tspid=N seq=0 pid=N\n\trefcnt=N' 'the last policy has seq=0'
setkey -D | head -n 1 > "$work/head"
is "${PIPESTATUS[1]} $(cat "$work/head")" '0 10.0.0.2 10.0.0.1 ' 'the newest SA is the first'

# Heredocs, pipes, one statement a call, what is deleted and added again.
a=1
for b in 2 3; do
    setkey -c <<END || fail "the heredoc of $b"
	add 10.0.0.$a 10.0.0.$b ah 10$a$b -A hmac-md5 "1234567890123456"; # of a
	add 10.0.0.$b 10.0.0.$a ah 10$b$a -A hmac-md5 "1234567890123456";
END
    echo 'spdadd 10.0.0.'$a' 10.0.0.'$b' any -P out ipsec ah/transport//require;' | setkey -c || fail "the pipe of $b"
done
is "$(setkey -D | grep -c 'ah mode=transport')" 4 'a loop of heredocs'
echo "
deleteall 10.0.0.1 10.0.0.2 ah;
deleteall 10.0.0.2 10.0.0.1 ah;
spddelete 10.0.0.1/32[any] 10.0.0.2/32[any] any
	-P out ipsec ah/transport//require;
" | setkey -f - 2>&1
is "$? $(setkey -D | grep -c 'ah mode') $(setkey -DP | grep -c ah/transport)" '0 2 1' 'deleteall and a whole policy to delete'

# `set -e`: what fails fails.
bash -ec 'echo "delete 10.0.0.9 10.0.0.8 esp 0x999;" | setkey -c; echo reached' > "$work/set-e" 2>&1
is "$? $(grep -c reached "$work/set-e")" '1 0' 'set -e ends at a statement that the kernel refuses'
before=$(kernel_state)
printf 'flush;\nadd 10.0.0.1 10.0.0.2 esp 0x500 -E bogus;\n' | setkey -c 2> /dev/null
is "$? $(kernel_state)" "1 $before" 'a text with an error flushes nothing'

# Several scripts at once, with dumps between them.
pids=()
for i in 1 2 3 4; do
    seq 1000 1249 | sed "s/.*/add 10.1.0.$i 10.2.0.$i esp & -E aes-cbc $key;/" | setkey -c & pids+=($!)
done
short=0
for i in 1 2 3 4 5 6; do setkey -D | tail -n 1 | grep -q 'sadb_seq=0' || short=$((short + 1)); done
refused=0
for pid in "${pids[@]}"; do wait "$pid" || refused=$((refused + 1)); done
is "$refused $short $(setkey -D | grep -c '^10.1.0')" '0 0 1000' 'four scripts at once, and every dump in between is whole'

# `setkey -x` in the background, read line by line, as link monitors do.
setkey -x | grep -m 1 --line-buffered 'type=3 ' > "$work/seen" &
watcher=$!
watched() { setkey -c <<<'add 10.3.0.1 10.3.0.2 esp 0x777 -E null; delete 10.3.0.1 10.3.0.2 esp 0x777;'; [ -s "$work/seen" ]; }
until_ 20 watched
is "$? $(cut -d' ' -f1-4 "$work/seen")" '0 sadb_msg{ version=2 type=3 errno=0' 'a reader of -x sees an SA as it comes'
setkey -FP
wait $watcher

# A run that a signal ends says so, and leaves a daemon that serves.
seq 4096 60000 | sed 's/.*/add 10.4.0.1 10.4.0.2 esp & -E null;/' > "$work/big.conf"
setkey -f "$work/big.conf" 2> "$work/interrupted" &
run=$!
begun() { ip xfrm state list src 10.4.0.1 | grep -q src; }
until_ 30 begun
kill -TERM $run
wait $run
is "$? $(grep -c interrupted "$work/interrupted")" '143 1' 'a run is interrupted, and says so'
setkey -F; setkey -PF
is "$? $(setkey -D) $(setkey -DP) [$(kernel_state)$(kernel_policies)]" '0 No SAD entries. No SPD entries. []' \
    'setkey -F; setkey -PF leave nothing'
finish
