# Two ends, the network namespaces a and b, an ESP tunnel between them, a daemon in each, and
# a flood of packets through the tunnel. Sourced after check.sh.
declare -A outer=([a]=192.0.2.1 [b]=192.0.2.2) inner=([a]=10.1.0.1 [b]=10.2.0.1) other=([a]=b [b]=a)
# The ends that have a daemon
ours='a b'
declare -A daemons=() captures=()
flood=''

make_ends() {
    local end
    for end in a b; do
        ip netns add $end
        ip -n $end link set lo up
        ip -n $end addr add "${inner[$end]}/32" dev lo
    done
    ip link add wire netns a type veth peer name wire netns b
    for end in a b; do
        ip -n $end addr add "${outer[$end]}/24" dev wire
        ip -n $end link set wire up
    done
    for end in a b; do
        ip -n $end route add "${inner[${other[$end]}]}" via "${outer[${other[$end]}]}" src "${inner[$end]}"
    done
}
# The kernel's table of SAs grows with them, and a packet that looks for its SA at that moment
# is dropped (xfrm_state_find, EAGAIN): no program that adds SAs can help it. It never shrinks,
# so here it grows before the first packet; 600 SAs for 1024 buckets.
grow_tables() {
    local end
    awk 'BEGIN { for (i = 0; i < 600; i++)
        print "xfrm state add src 192.0.2.9 dst 172.31.0.1 proto esp spi", 20000 + i, "enc ecb(cipher_null) \"\""
        print "xfrm state flush" }' > "$work/batch"
    for end in a b; do
        ip -n $end -batch "$work/batch"
        until_ 20 eval "ip -n $end -s xfrm state count | grep -q 'buckets count 1024 '" || fail "the table of $end grows"
    done
}
remove_ends() {
    local running=($flood "${captures[@]}")
    [ ${#running[@]} = 0 ] || kill "${running[@]}"
    stop_ends
    ip netns delete a
    ip netns delete b
}
give_up() { remove_ends; finish; exit; }

# at END OPTION...: the client of that end's daemon
at() { setkey --socket "$work/$1/control.sock" "${@:2}"; }
answers_at() { local status; status=$(at "$1" --status 2> /dev/null) && [[ $status != *'state: starting'* ]]; }
# start_ends: the daemons, each with the file END.conf
start_ends() {
    local end
    for end in $ours; do
        mkdir -p "$work/$end"
        ip netns exec $end setkeyd --kernel "$interface" --config "$work/$end.conf" --socket "$work/$end/control.sock" \
            --state-directory "$work/$end" 2>> "$work/$end.log" >&2 &
        daemons[$end]=$!    # `ip netns exec` has become the daemon
    done
    for end in $ours; do
        until_ 60 answers_at $end || { fail "the daemon of $end starts" "$(tail -n 20 "$work/$end.log")"; return 1; }
    done
}
stop_ends() {
    [ ${#daemons[@]} != 0 ] || return 0
    kill -TERM "${daemons[@]}"
    wait "${daemons[@]}"
    daemons=()
}

# An SA is named after the end that it comes from, and its keys: a1 goes from a to b, b2 is
# the way back with the second keys. Its SPI is 0x10a1, or 0x10b2, and its keys repeat its name.
sa() {
    local from=${outer[${1:0:1}]} to=${outer[${other[${1:0:1}]}]} key
    printf -v key "$1%.0s" {1..20}
    echo "add $from $to esp 0x10$1 -m tunnel -u 1 -r 32 -E aes-cbc 0x${key:0:32} -A hmac-sha1 0x$key;"
}
policies() {
    local here=${inner[$1]} there=${inner[${other[$1]}]} out=${outer[$1]}-${outer[${other[$1]}]} direction
    echo "spdadd $here $there any -P out ipsec esp/tunnel/$out/unique:1;"
    for direction in in fwd; do
        echo "spdadd $there $here any -P $direction ipsec esp/tunnel/${out#*-}-${out%-*}/unique:1;"
    done
}
# declare_ NAME...: the tunnel with these SAs, in both files
declare_() {
    local end name
    for end in a b; do
        { policies $end; for name; do sa "$name"; done; } > "$work/$end.conf"
    done
}

# What the SA NAME has counted at END: "BYTES PACKETS"
counted() { ip -n "$1" -s xfrm state list spi "0x10$2" | sed -n 's/^\s*\([0-9]*\)(bytes), \([0-9]*\)(packets)$/\1 \2/p'; }
# The packets that an SA of a has brought to b
arrived() { local count=$(counted b "$1"); echo "${count#* }"; }
arrived_beyond() { local count; count=$(arrived "$1"); [ "${count:-0}" -gt "$2" ]; }
# note NAME...: takes down what these SAs have counted at both ends, or nothing for one that is not there
note() {
    local end
    for end in a b; do
        ip -n $end -s xfrm state list reqid 1 | awk -v end=$end -v names="$*" '
            / spi / { name = substr($4, 9, 2) }
            /\(bytes\), [0-9]+\(packets\)$/ { count[name] = $1 + 0 " " $2 + 0 }
            END { split(names, all); for (i in all) print end, all[i], count[all[i]] }' >> "$work/notes"
    done
}
# The notes in which an SA has counted less than in the one before, or is not there
went_back() {
    awk '{ key = $1 " " $2 } NF != 4 || $3 < bytes[key] || $4 < packets[key] { print }
         { bytes[key] = $3; packets[key] = $4 }' "$work/notes"
}
# What each SA has counted between its first note and its last: "END NAME PACKETS"
progress() {
    awk '{ key = $1 " " $2 } !(key in first) { first[key] = $4 } { last[key] = $4 }
         END { for (key in last) print key, last[key] - first[key] }' "$work/notes" | sort
}

# pinged COUNT ADDRESS OPTION...: how many requests of a, sent at once, are answered, or why none was sent. For answers that
# are missing ping waits a second, where otherwise it might not even wait for those that are late.
pinged() {
    ip netns exec a ping -q -n -c "$1" -l "$1" -i 1 -W 1 "${@:3}" "$2" 2>&1 |
        sed -n 's/.* \([0-9]*\) received.*/\1/p; s/^ping: //p'
}

# The kernel's counters of IPsec errors that are not zero, of both ends
errors() { local end; for end in a b; do ip netns exec $end awk -v end=$end '$2 { print end, $1, $2 }' /proc/net/xfrm_stat; done; }

# What each end puts on the wire: of IPv4 everything is ESP, or it is in clear. Only what goes
# out: a device that receives ESP shows the decrypted packet as one more that came in.
start_captures() {
    local end
    for end in a b; do
        ip netns exec $end tcpdump --immediate-mode -U -n -s 64 -Z root -Q out -i wire -w "$work/$end.pcap" ip 2> "$work/$end.capture" &
        captures[$end]=$!
    done
    for end in a b; do
        until_ 20 grep -q listening "$work/$end.capture" || fail "tcpdump at $end starts" "$(cat "$work/$end.capture")"
    done
}
# stop_captures: leaves how many packets a and b have sent, as "A B", in $esp and $clear
stop_captures() {
    local end
    # What is still in its ring when tcpdump is interrupted, it leaves there. Where packets were
    # lost there are fewer.
    until_ 20 all_captured
    kill -INT "${captures[@]}"
    wait "${captures[@]}"
    captures=()
    for end in a b; do
        grep -q '^0 packets dropped by kernel' "$work/$end.capture" || fail "tcpdump at $end sees every packet" "$(cat "$work/$end.capture")"
    done
    esp="$(on_wire a esp) $(on_wire b esp)" clear="$(on_wire a 'not esp') $(on_wire b 'not esp')"
}
all_captured() { [ "$(on_wire a ip)" -ge "${sent:-0}" ] && [ "$(on_wire b ip)" -ge "${received:-0}" ]; }
on_wire() { tcpdump --count -n -r "$work/$1.pcap" "$2" 2>/dev/null | sed -n 's/^\([0-9]*\) packets\?$/\1/p'; }

# start_flood [COUNT]: from a to b, until stop_flood, at least so many packets (2000)
start_flood() {
    ip netns exec a flood "${inner[a]}" "${inner[b]}" "${1:-2000}" > "$work/flood" &
    flood=$!
}
# stop_flood: leaves its counts in $sent, $received, $twice, $refused and $lost
stop_flood() {
    kill -TERM "$flood"
    wait "$flood"
    flood=''
    read -r sent received twice refused < "$work/flood"
    lost=$((sent - received))
}
flowing() { kill -0 "$flood" 2>/dev/null; }

# under_traffic WHAT NAME COMMAND...: runs the command well within a flood. NAME is the SA of a
# that carries it at first, $arriving the one that does afterwards.
under_traffic() {
    local before=$(arrived "$2")
    arriving=$2
    start_captures
    start_flood
    until_ 30 arrived_beyond "$2" $((before + 200)) || fail "$1: packets flow before it"
    "${@:3}"
    flowing && until_ 30 arrived_beyond "$arriving" $(($(arrived "$arriving") + 200))
    ok $? "$1: packets flow before it, and go on after it"
    stop_flood
    stop_captures
}

# hitless WHAT NAME COMMAND...: the command, under traffic, costs no packet.
hitless() {
    local what=$1 errors=$(errors)
    : > "$work/notes"
    note a1 b1
    under_traffic "$@"
    echo "# $what: $sent packets sent, $received received"
    [ "$sent" -ge 2000 ] && [ "$lost" = 0 ]
    ok $? "$what: no packet is lost" "$sent sent, $received received, $refused refused"
    is "$esp, $clear" "$sent $sent, 0 0" "$what: each end sends as many ESP packets, and none in clear"
    is "$twice" 0 "$what: none comes twice"
    is "$(errors)" "$errors" "$what: the kernel counts no error"
}

# steady WHAT: the SAs a1 and b1 carried it all.
steady() {
    note a1 b1
    is "$(went_back)" '' "$1: no counter goes back"
    is "$(progress)" "$(printf '%s '$sent'\n' 'a a1' 'a b1' 'b a1' 'b b1')" "$1: the same SAs carry every packet"
}
