# `setkey --save`: what the kernel has becomes a file that makes the same state again, whoever made it, and as whichever
# kind of file: statements that are run, and the daemon's own.
. ./check.sh
export CREDENTIALS_DIRECTORY=$work/credentials
mkdir "$CREDENTIALS_DIRECTORY"
key16=0x0102030405060708090a0b0c0d0e0f10
key20=${key16}11121314
key32=${key16}1112131415161718191a1b1c1d1e1f20

# in_order: the entries in the kernel's own order, which says what is older.
in_order() { ip xfrm state | awk '/^src/ { printf "%s %s ", $2, $4 } / spi / { print $4 }'; ip xfrm policy | grep ^src; }
saved_statements() { grep -v '^#' "$work/saved"; }

# comes_back NAME: saves, empties the kernel and runs what was saved.
comes_back() {
    local state policies order
    state=$(kernel_state) policies=$(kernel_policies) order=$(in_order)
    client --save --show-keys > "$work/saved" 2> "$work/error"
    is "$?$(< "$work/error")" 0 "$1: it is saved"
    reset_kernel
    until_ 20 eval "[ \"\$(client -D)\" = 'No SAD entries.' ]"
    # Of an SA of ESP in UDP it is said that the daemon opens no port for it.
    client -f "$work/saved" > "$work/error" 2>&1
    ok $? "$1: what is saved can be run" "$(< "$work/error")"
    is "$(kernel_state)" "$state" "$1: it makes the same SAs"
    is "$(kernel_policies)" "$policies" "$1: and the same policies"
    is "$(in_order)" "$order" "$1: in the same order"
    client --save --show-keys > "$work/again"
    is "$(< "$work/again")" "$(< "$work/saved")" "$1: saved once more it is the same text"
}

# --- What setkey has made
reset_kernel
start_daemon
client -c <<CONF
add 192.0.2.1 192.0.2.2 esp 0x1001 -m tunnel -r 4 -u 7 -lh 36000 -ls 28000 -bh 500000 -bs 400000 -ph 9000 -uh 5000
    -f noecn -f nopmtudisc -E aes-cbc $key16 -A hmac-sha1 $key20;
add 2001:db8::1 2001:db8::2 ah 0x1002 -A hmac-sha256 $key32;
add 192.0.2.1 192.0.2.2 ipcomp 0x133 -m tunnel -C deflate;
add 192.0.2.1[4500] 192.0.2.2[4501] esp-udp 0x1003 -E 3des-cbc "0123456789abcdefghijklmn" -A hmac-md5 $key16;
add 192.0.2.1 192.0.2.2 esp 0x1004 -E null -A hmac-sha512 ${key32}${key32#0x};
spdadd 10.1.0.0/16 10.2.0.0/16[443] tcp -P out prio def + 10 ipsec ah/transport//use esp/tunnel/192.0.2.1-192.0.2.2/unique:7;
spdadd 10.2.3.4/16 10.1.0.0/16 any -P in ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
spdadd 10.2.3.4/16 10.1.0.0/16 any -lh 90000 -P fwd ipsec esp/tunnel/192.0.2.2-192.0.2.1/require;
spdadd 2001:db8::/32 ::/0 icmp6 135,0 -P out none;
spdadd 10.0.0.0/8 10.9.0.0/16 any -P out prio low discard;
CONF
is $? 0 'a state is made by statements'
comes_back 'setkey'
is "$(grep -c '^add' "$work/saved") $(grep -c '^spdadd' "$work/saved")" '5 5' 'every entry is a statement'

# --- Keys as credentials
client --save > "$work/referenced"
lacks "$(< "$work/referenced")" '0x0102' 'without --show-keys there is no key'
paste -d ' ' <(grep -v '^#' "$work/referenced" | grep -oE '@[^ ]+') \
    <(saved_statements | grep -oE -- '-[EA] [^ ]+ 0x[0-9a-f]+' | grep -oE '0x.*') > "$work/names"
is "$(wc -l < "$work/names")" 6 'each key has a name'
while read -r name key; do printf '%s' "$key" > "$CREDENTIALS_DIRECTORY/${name#@}"; done < "$work/names"
while read -r name key; do
    has "$(< "$work/referenced")" "# $name: $(((${#key} - 2) / 2)) bytes" "a comment says what $name is"
done < "$work/names"
before=$(kernel_state)
reset_kernel
client -f "$work/referenced" 2> /dev/null
is "$? $(kernel_state)" "0 $before" 'with the credentials it makes the same state'

# --- Whose
stop_daemon
reset_kernel
cat > "$work/site.conf" <<'CONF'
add 192.0.2.1 192.0.2.2 esp 0x2001 -E null;
CONF
start_daemon --config "$work/site.conf"
ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x2002 enc 'ecb(cipher_null)' '' limit time-hard 40000
ip xfrm policy add src 10.7.0.0/16 dst 10.6.0.0/16 dir out action block
until_ 10 eval 'client -DP | grep -q 10.7.0.0/16'
is "$(client --save --owned | grep -v '^#')" 'add 192.0.2.1 192.0.2.2 esp 0x2001 -r 0 -E null ;' \
    '--owned saves what is the file'"'"'s alone'
has "$(client --save)" $'# foreign, and it ends: whoever made it may put others in its place\nadd 192.0.2.1 192.0.2.2 esp 0x2002' \
    'a foreign SA with a lifetime is named'
has "$(client --save)" 'spdadd 10.7.0.0/16 10.6.0.0/16 any -P out prio high + 1073741824 discard ;' 'ip'"'"'s priority is said'
stop_daemon
reset_kernel

# --- What ip xfrm has made, through XFRM
interface=xfrm
start_daemon
ip -batch - <<BATCH
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3001 reqid 70000 mode tunnel aead rfc4106(gcm(aes)) $key20 128 mark 0x1 mask 0xff output-mark 0x7 mask 0xff if_id 9 replay-window 128 flag esn
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3001 mark 0x2 mask 0xff aead rfc4309(ccm(aes)) ${key16}111213 64
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3002 enc cbc(aes) $key32 auth-trunc hmac(sha256) $key32 128 limit time-soft 30000 limit time-hard 36000 limit byte-soft 1000000 limit byte-hard 2000000 limit packet-soft 5000 limit packet-hard 6000 limit time-use-soft 7000 limit time-use-hard 8000
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3003 enc cbc(aes) $key16 auth-trunc hmac(sha512) ${key32}${key32#0x} 128 replay-window 16
xfrm state add src 2001:db8::1 dst 2001:db8::2 proto ah spi 0x3004 auth-trunc cmac(aes) $key16 96
xfrm state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x3005 mode tunnel aead rfc7539esp(chacha20,poly1305) ${key32}21222324 128 flag noecn decap-dscp nopmtudisc af-unspec
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3006 aead rfc4543(gcm(aes)) $key20 128 extra-flag dont-encap-dscp oseq-may-wrap
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x3007 mode tunnel enc ecb(cipher_null) "" encap espinudp 4500 4501 192.0.2.9 sel src 10.1.0.0/16 dst 10.2.0.0/16 proto tcp dport 443 flag icmp wildrecv align4
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto comp spi 0x308 mode tunnel comp deflate
xfrm state add src 192.0.2.3 dst 192.0.2.4 proto esp spi 0x3009 enc rfc3686(ctr(aes)) $key20 auth-trunc xcbc(aes) $key16 96
xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out priority 100 mark 0x1 mask 0xff if_id 9 flag localok icmp tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 70000 mode tunnel
xfrm policy add src 10.2.0.0/16 dst 10.1.0.0/16 dir in tmpl src 192.0.2.2 dst 192.0.2.1 proto comp mode tunnel level use tmpl proto esp mode transport
xfrm policy add src 10.2.0.0/16 dst 10.1.0.0/16 dir fwd tmpl src 192.0.2.2 dst 192.0.2.1 proto esp mode tunnel
xfrm policy add src 10.1.0.0/16 dst 10.3.0.0/16 dev lo proto tcp sport 1024 dport 443 dir out priority 4294967295 action block
xfrm policy add src 10.1.0.0/16 dst 10.3.0.0/16 proto icmp type 8 dir out
xfrm policy add src 2001:db8:1::/48 dst 2001:db8:2::/48 proto udp dport 53 dir out limit time-soft 20000 limit time-hard 30000 limit time-use-hard 40000
xfrm policy add src 10.1.0.0/16 dst 10.3.0.0/16 proto gre key 70000 dir out action block
xfrm policy add src 10.1.0.1/16 dst 10.3.0.0/16 dir out action block
xfrm policy add src 10.1.0.0/16 dst 10.3.0.0/16 dir out action block
xfrm policy setdefault fwd block
BATCH
is $? 0 'a state is made by ip xfrm'
until_ 20 eval 'client -DP | grep -q "fwd discard"'
comes_back 'ip xfrm'
is "$(grep -c '^add' "$work/saved") $(grep -c '^spdadd' "$work/saved")" '10 9' 'every entry is a statement'
has "$(tail -n 1 "$work/saved")" 'spddefault -P fwd discard ;' 'the default comes last'
stop_daemon

# --- The daemon's own file
# But for the daemon's own socket of ESP in UDP, which has a policy.
whole_state() { kernel_state; kernel_policies | grep -v ' socket '; }
before=$(whole_state)
start_daemon --config "$work/saved"
has "$(cat "$work/log")" 'settled: 10 SAs and 10 policies declared, 0 kernel writes' 'as the daemon'"'"'s file it is what is there' \
    "$(tail -n 5 "$work/log")"
is "$(whole_state)" "$before" 'nothing has changed'
client --save --owned --show-keys | grep -v '^#' > "$work/owned"
is "$(< "$work/owned")" "$(saved_statements)" 'and all of it is the file'"'"'s'
stop_daemon

# --- What the language cannot say
ip xfrm policy setdefault fwd accept
reset_kernel
start_daemon
ip -batch - <<BATCH
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x4001 enc cbc(aes) $key16 auth-trunc hmac(sha1) 0x0102030405060708 96
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x4002 mode beet enc cbc(aes) $key16
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 5 enc cbc(aes) $key16
xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x4001 mode tunnel
xfrm policy add src 10.1.0.0/16 dst 10.4.0.0/16 dir out limit byte-hard 1000 action block
BATCH
ip xfrm state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp min 0x4444 max 0x4444 > /dev/null
until_ 10 eval 'client -DP | grep -q 10.4.0.0/16'
# No event tells of a larval SA, and a dump that has just been made is not made again.
until_ 10 eval 'client -D | grep -q 0x00004444'
saved=$(client --save --show-keys)
for line in 'left out, hmac-sha1 takes a key of 160 bits (20 bytes); this one has 64 bits (8 bytes)' '0x4001' 'left out, it waits for its keys (larval):' '0x4444' \
    'left out, the language cannot say all of it: mode' '0x4002' 'without its limits of bytes and packets' ' esp 0x5 '; do
    has "$saved" "$line" "a comment says: $line"
done
is "$(grep -v '^#' <<< "$saved")" 'spdadd 10.1.0.0/16 10.4.0.0/16 any -P out prio high + 1073741824 discard ;' \
    'what can be said is a statement'
lacks "$saved" 0x0102 'a comment shows no key'
stop_daemon

# --- PF_KEY does not even tell that there is more than it tells
reset_kernel
ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x5001 mark 0x5 mask 0xff enc 'ecb(cipher_null)' ''
interface=pfkey
start_daemon
has "$(client --save)" $'# PF_KEY does not tell all: marks' 'where PF_KEY is wanted, a comment says so'
stop_daemon
interface=auto
start_daemon
has "$(client -D)" 'spi=20481(0x00005001)' 'a dump by PF_KEY shows an SA'
lacks "$(client -D)" 'mark=' 'and not its mark'
is "$(client --save --show-keys | grep -v '^#')" 'add 192.0.2.1 192.0.2.2 esp 0x5001 -r 0 -mark 0x5/0xff -E null ;' \
    'what root saves has it'
log_has 'moved from PF_KEY to XFRM'
ok $? 'for the daemon has moved' "$(tail -n 3 "$work/log")"
finish
