# strongSwan's charon at both ends negotiates SAs; then one end is a file of ours with what it has negotiated, and packets
# pass between the kernel's SAs of charon and those of the file. And what the two do beside each other. Through XFRM,
# whatever interface the other suites use.
. ./check.sh
. ./traffic.lib.sh
interface=xfrm ours=b
# The guest loads nothing on demand: this authenticates extended numbers where the cipher does not.
modprobe authencesn
declare -A charons=()
# The ESP proposals: the one of number N is of the child cN, which is for 10.2.1.N.
proposals=(aes128gcm16 aes128gcm16 aes256gcm12 aes128ccm8 aes128gmac chacha20poly1305 aes256-sha256 aes128gcm16-esn
    aes128-sha256-esn)
last=$((${#proposals[@]} - 1))

# start_charon END [SETTING]: with a child for each proposal
start_charon() {
    local end=$1 number near=10.1.0.1/32 far ends
    cat > "$work/$end.strongswan" <<END
charon-systemd {
    load = random nonce aes sha1 sha2 hmac kdf gmp pem pubkey kernel-netlink socket-default vici
    install_routes = no
    plugins {
        vici {
            socket = unix://$work/$end.vici
        }
        kernel-netlink {
            ${2:-}
        }
    }
    filelog {
        log {
            path = $work/$end.charon
            flush_line = yes
        }
    }
}
END
    {
        cat <<END
connections {
    ends {
        version = 2
        mobike = no
        local_addrs = ${outer[$end]}
        remote_addrs = ${outer[${other[$end]}]}
        proposals = aes128-sha256-modp2048
        local {
            auth = psk
            id = $end.example
        }
        remote {
            auth = psk
            id = ${other[$end]}.example
        }
        children {
END
        for ((number = 0; number <= last; number++)); do
            far=10.2.1.$number/32
            echo "c$number {"
            if [ $end = a ]; then ends=("$near" "$far"); else ends=("$far" "$near"); fi
            printf '%s\n' "local_ts = ${ends[0]}" "remote_ts = ${ends[1]}"
            printf '%s\n' "esp_proposals = ${proposals[number]}" 'rekey_time = 0' 'life_time = 0' '}'
        done
        printf '%s\n' '}' '}' '}' 'secrets {' 'ike {' 'secret = 0x3f0c1d2e4b5a69788796a5b4c3d2e1f0' '}' '}'
    } > "$work/$end.swanctl"
    STRONGSWAN_CONF=$work/$end.strongswan ip netns exec $end charon-systemd > "$work/$end.output" 2>&1 &
    charons[$end]=$!
    until_ 30 test -S "$work/$end.vici" && swan $end --load-all --file "$work/$end.swanctl" > "$work/$end.loaded" 2>&1
    ok $? "charon of $end starts" "$(tail -n 20 "$work/$end.output" "$work/$end.charon" "$work/$end.loaded" 2>&1)"
}
swan() { STRONGSWAN_CONF=$work/$1.strongswan swanctl "${@:2}" --uri "unix://$work/$1.vici"; }
kill_charon() { kill -KILL "${charons[$1]}" && wait "${charons[$1]}"; rm -f "$work/$1.vici"; } 2> /dev/null

# declared END: charon's SAs and policies there, in the language
declared() {
    ip -n "$1" xfrm state | awk '
        function ended() { if (head != "") print head options algorithms ";"; head = options = algorithms = "" }
        function combined(name) { return name == "rfc7539esp(chacha20,poly1305)" ? "chacha20-poly1305" : "aes-gmac" }
        /^src/ { ended(); head = "add " $2 " " $4 }
        $1 == "proto" { head = head " " $2 " " $4 " -m " $8 " -u " $6 }
        $1 == "replay-window" { window = $2; for (i = 4; i <= NF; i++) options = options ($i == "esn" ? " -esn" : " -f " $i) }
        $1 == "replay-window" && options !~ /-esn/ { options = options " -r " window }
        $1 == "replay_window" { options = options " -r " ($2 + 0) }
        $1 == "aead" && $2 == "rfc4106(gcm(aes))" { algorithms = " -E aes-gcm-" $4 / 8 " " $3; next }
        $1 == "aead" && $2 == "rfc4309(ccm(aes))" { algorithms = " -E aes-ccm-" $4 / 8 " " $3; next }
        $1 == "aead" { algorithms = " -E " combined($2) " " $3 }
        $1 == "enc" { algorithms = algorithms " -E aes-cbc " $3 }
        $1 == "auth-trunc" && $4 == 128 { algorithms = algorithms " -A hmac-sha256-128 " $3 }
        END { ended() }'
    ip -n "$1" xfrm policy | awk '
        /^src/ { selector = $2 " " $4 }
        $1 == "dir" { direction = $2 }
        $1 == "tmpl" { ends = $3 "-" $5 }
        $1 == "proto" && direction ~ /^(in|out|fwd)$/ {
            print "spdadd " selector " any -P " direction " ipsec " $2 "/" $NF "/" ends "/unique:" $(NF - 2) ";" }'
}
# carried: "PROPOSAL RECEIVED" of each child but the first
carried() { local number; for ((number = 1; number <= last; number++)); do echo "${proposals[number]} $(pinged 3 10.2.1.$number)"; done; }
log_of_b() { grep -q -F -- "$1" "$work/b.log"; }
settled() { at b --status 2> /dev/null | grep -q 'state: settled'; }
begin() { : > "$work/b.log"; start_ends && until_ 20 settled; }

make_ends
ip -n b addr add 10.2.1.0/24 dev lo
ip -n a route add 10.2.1.0/24 via "${outer[b]}" src "${inner[a]}"
start_charon a
start_charon b
for ((number = 0; number <= last; number++)); do
    swan a --initiate --child c$number > "$work/initiated" 2>&1 ||
        fail "the child of ${proposals[number]} is there" "$(tail -n 20 "$work/initiated")"
done
is "$(pinged 3 10.2.1.0)" 3 'charon talks to charon'
kill_charon b
declared b > "$work/b.conf"
is "$(grep -c ^add "$work/b.conf") $(grep -c ^spdadd "$work/b.conf")" "$((2 * last + 2)) $((3 * last + 3))" \
    'what it has negotiated, as a file'

# The file is what the kernel has.
begin
ok $? 'the daemon takes it' "$(cat "$work/b.log")"
is "$(sed -n 's/^setkeyd: settled: //p' "$work/b.log")" \
    "$((2 * last + 2)) SAs and $((3 * last + 3)) policies declared, $((3 * last + 3)) kernel writes" \
    'writes policies, whose priorities are others, and no SA'
stop_ends

# And the other way round: all of it is the file's.
ip -n b xfrm state flush
ip -n b xfrm policy flush
is "$(pinged 3 10.2.1.1)" 0 'without it nothing passes'
begin
ok $? 'the daemon adds it' "$(cat "$work/b.log")"
is "$(carried)" "$(printf '%s 3\n' "${proposals[@]:1}")" 'packets pass between the SAs of charon and those of the file'
is "$(errors | grep -v InNoStates)" '' 'and no error is counted'
stop_ends

# Beside each other.
thresholds() { ip -n b -s -s xfrm policy count | sed -n 's/.*SPD IPv4 thresholds: local \([0-9]*\) remote \([0-9]*\).*/\1 \2/p'; }
outbound() { ip -n b xfrm policy list src "10.2.1.$1" dst 10.1.0.1 dir out; }
ip -n b xfrm state flush
ip -n b xfrm policy flush
{
    echo 'spdadd 10.2.1.1/32 10.1.0.1/32 any -P out ipsec esp/tunnel/192.0.2.2-192.0.2.1/unique:77;'
    echo 'spdadd 10.2.1.2/32 10.1.0.1/32 any -mark 5 -P out discard;'
    for number in {0..9}; do echo "spdadd 10.9.$number.0/24 172.16.0.0/24 any -P out discard;"; done
} > "$work/b.conf"
begin
is "$(thresholds)" '24 24' 'the daemon has set hash thresholds'
start_charon b
is "$(thresholds)" '32 32' 'charon, when it starts, sets others'
swan b --initiate --child c1 > "$work/initiated" 2>&1
ok $? 'charon negotiates what the file has a policy for' "$(cat "$work/initiated")"
until_ 10 log_of_b 'drift'
ok $? 'which is drift' "$(cat "$work/b.log")"
until_ 10 eval '[[ $(outbound 1) == *"reqid 77 "* ]]'
ok $? 'that the daemon undoes' "$(outbound 1)"
swan b --initiate --child c2 > "$work/initiated" 2>&1
ok $? 'and what the file has a policy with a mark for' "$(cat "$work/initiated")"
is "$(outbound 2 | grep -c '^src') $(outbound 2 | grep -c 'mark 0x5/0xffffffff')" '2 1' 'both are there' "$(outbound 2)"
lacks "$(grep drift "$work/b.log")" '10.2.1.2' 'and nothing is drift'
kill_charon b
ip -n b xfrm policy set hthresh4 24 24
start_charon b $'spdh_thresh {\n ipv4 {\n lbits = 24\n rbits = 24\n }\n }'
is "$(thresholds)" '24 24' 'charon sets what it is configured for'
kill_charon a
kill_charon b
remove_ends
finish
