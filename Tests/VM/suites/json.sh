# What `--json` prints of a real kernel, and the lines of `setkey -x`; the unit tests hold every output against the schema.
. ./check.sh

# whole: the standard input is JSON values whose quotes and brackets pair, as far as awk can tell.
whole() {
    awk '{ text = text $0 "\n" } END {
        gsub(/\\./, "", text)
        while (match(text, /"[^"]*"/)) { text = substr(text, 1, RSTART - 1) "s" substr(text, RSTART + RLENGTH) }
        gsub(/[ \n]/, "", text)
        while (gsub(/\[[^][{}"]*\]|{[^][{}"]*}/, "v", text)) { }
        exit text !~ /^v+$/
    }'
}
# json NAME ARGUMENT...: $output is what the client prints, which must be JSON.
json() {
    local name=$1
    shift
    output=$(client "$@" --json 2> "$work/error")
    status=$?
    whole <<< "$output"
    ok $? "$name is JSON" "$output$(< "$work/error")"
}
# records MEMBER: how many lines of the dump have it.
records() { grep -c "\"$1\":" <<< "$output"; }
saw() { until_ 10 grep -q "$1" "$work/$2"; ok $? "$3" "$(tail -n 5 "$work/$2")"; }

reset_kernel
start_daemon
key=0x73656372657473656372657473656372
client -c <<< "add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -lh 3600 -E aes-cbc $key -A hmac-md5 $key;
    add 2001:db8::1 2001:db8::2 ah 0x1002 -A hmac-md5 $key;
    spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/tunnel/192.0.2.1-192.0.2.2/require;"
ip xfrm state add src 192.0.2.3 dst 192.0.2.4 proto esp spi 0x1003 mode transport enc 'ecb(cipher_null)' ''

json 'a dump of SAs' -D
is "$(records spi)" 3 'each SA has a line'
has "$output" '"destination":"2001:db8::2","protocol":"ah","spi":4098,' 'with its addresses, protocol and SPI'
lacks "$output" 7365637265 'without its keys'
json 'a dump with keys' -D --show-keys
has "$output" '"encryptionKey":"73656372657473656372657473656372"' 'keys are shown to root who asks for them'
json 'a dump of policies' -DP
is "$(records transforms)" 1 'each policy has a line'
for operation in --status --plan --reload '-l --once' '-lP --once' '--explain 10.1.0.1 10.2.0.1'; do
    json "what setkey $operation prints" $operation
    is "$status" 0 'with the exit status of the text'
done
json 'an error' --confirm
is "$status $output" '1 {"error":"org.setkeyd.NothingPending","parameters":{"reason":"no reload waits for its confirmation"}}' \
    'it is the daemon'\''s, as it travels'

output=$(client -c --json <<< 'delete 192.0.2.9 192.0.2.9 esp 999; get 192.0.2.1 192.0.2.2 esp 0x1001; spddump;')
is $? 1 'a run that fails has the exit status of the text'
whole <<< "$output"
ok $? 'its result is JSON' "$output"
has "$output" '"errno" : 3' 'with the errno'
has "$output" '"line" : 1' 'and the place'
has "$output" '"spi" : 4097' 'and the SA that was asked for'
has "$output" '"direction" : "out"' 'and the policies'
output=$(setkey -n -c --json <<< 'add 192.0.2.1 192.0.2.2 esp 7;')
is $? 1 'a dry run of a wrong text fails'
whole <<< "$output"
ok $? 'what it says is JSON' "$output"
has "$output" '"column" : 29' 'with the column'

client -x --json > "$work/objects" &
watchers=$!
saw '"event":"listening"' objects 'setkey -x --json says when it listens'
client -x --brief --only policies > "$work/brief" &
watchers="$watchers $!"
client -x --json --from "$daemon" > "$work/ours" &
watchers="$watchers $!"
saw listening ours 'the one that looks at one program, too'
until_ 10 eval 'ip xfrm policy update src 10.3.0.0/24 dst 10.4.0.0/24 dir out && grep -q 10.3.0.0 "$work/brief"'
ok $? 'setkey -x --brief shows a policy that ip adds' "$(< "$work/brief")"
ip xfrm state delete src 192.0.2.3 dst 192.0.2.4 proto esp spi 0x1003
client -c <<< 'delete 2001:db8::1 2001:db8::2 ah 0x1002;'
saw '"event":"deleted".*"spi":4099' objects 'setkey -x --json shows an SA that ip deletes'
saw '"event":"deleted".*"spi":4098' ours 'and one that setkey deletes, as of the daemon'
kill $watchers
wait $watchers 2> /dev/null
whole < "$work/objects"
ok $? 'each line is an object' "$(< "$work/objects")"
lacks "$(< "$work/ours")" 4099 'what ip does is not of the daemon'
is "$(grep -cvE '^[0-9:]{8}\.[0-9]{6} policy ' "$work/brief")" 0 'brief lines are of policies alone'
finish
