# A reload loses no packet: a flood through an ESP tunnel between two namespaces, each with a
# daemon, while their files change. Nothing of it leaves in clear.
. ./check.sh
. ./traffic.lib.sh

# reload NAME...: both ends, one after the other, with notes of those SAs; what they say is in $said.
reload() {
    local end
    note "$@"
    said=''
    for end in a b; do
        said+="$end: $(at $end --reload 2>&1)"$'\n'
        note "$@"
    done
}
# both TEXT: what each of them should say
both() { printf '%s\n' "a: $1" "b: $1"; }
spis() { ip -n "$1" xfrm state list | sed -n 's/.* spi \(0x[0-9a-f]*\) .*/\1/p' | sort | xargs; }

make_ends
grow_tables
start_captures
ip netns exec a ping -q -c 1 -W 10 "${inner[b]}" > /dev/null
ok $? 'without a policy a packet comes back'
sent=1 received=1
stop_captures
is "$clear, $esp" '1 1, 0 0' 'and it and its answer are seen in clear'

declare_ a1 b1
start_ends || give_up
is "$(spis a) $(spis b)" '0x000010a1 0x000010b1 0x000010a1 0x000010b1' 'the tunnel is in both kernels'
is "$(errors)" '' 'no error is counted at first'

# An unchanged file. `ip xfrm monitor` is the witness that nothing is written: it is known to
# listen when it has shown a marker, and to have missed nothing when it shows the next one.
marked() {
    local marker="src 198.51.100.1 dst 198.51.100.2 proto esp spi $1"
    ip -n a xfrm state add $marker enc 'ecb(cipher_null)' ''
    ip -n a xfrm state delete $marker
    grep -q "spi $1" "$work/monitor"
}
ip netns exec a ip xfrm monitor SA policy > "$work/monitor" &
monitor=$!
until_ 20 marked 0x00000e01
hitless 'a reload that changes nothing' a1 reload a1 b1
steady 'a reload that changes nothing'
is "$said" "$(both 'reloaded: nothing differed; the file declares 2 SAs and 3 policies')"$'\n' 'and it says so'
until_ 20 marked 0x00000e02
ok $? 'the monitor listens'
is "$(grep -v '^\s' "$work/monitor" | grep -v 198.51.100)" '' 'and has seen nothing written'
kill "$monitor"
wait "$monitor"

# 500 SAs and 500 policies for others, added and removed.
for end in a b; do
    cp "$work/$end.conf" "$work/$end.few"
    awk 'BEGIN { for (i = 0; i < 500; i++) {
        tunnel = sprintf("172.30.%d.%d", i / 250, i % 250 + 1)
        printf "add 192.0.2.9 %s esp %d -m tunnel -E aes-cbc 0x%032x -A hmac-sha1 0x%040x;\n", tunnel, 20000 + i, i, i
        printf "spdadd 172.16.%d.0/24 172.17.%d.0/24 any -P out ipsec esp/tunnel/192.0.2.9-%s/require;\n",
            i / 250, i % 250, tunnel } }' >> "$work/$end.conf"
done
hitless 'a reload that adds 500 SAs and policies' a1 reload a1 b1
steady 'a reload that adds 500 SAs and policies'
is "$said" "$(both 'reloaded: 1000 writes to the kernel; the file declares 502 SAs and 503 policies')"$'\n' 'and it says so'
for end in a b; do mv "$work/$end.few" "$work/$end.conf"; done
hitless 'a reload that removes them' a1 reload a1 b1
steady 'a reload that removes them'
is "$said" "$(both 'reloaded: 1000 writes to the kernel; the file declares 2 SAs and 3 policies')"$'\n' 'and it says so'
is "$(spis a) $(spis b)" '0x000010a1 0x000010b1 0x000010a1 0x000010b1' 'and the tunnel alone is left'

# One reload that puts another SA in the place of the one that sends, and turns the policy to it:
# what is on its way through the former one is not lost, because that one lingers.
{ cat "$work/b.conf"; sa a3; } > "$work/b.next"
mv "$work/b.next" "$work/b.conf"
at b --reload > /dev/null
turn() {
    { policies a | sed '/-P out/s/unique:1/unique:2/'; sa b1; sa a3 | sed 's/-u 1/-u 2/'; } > "$work/a.conf"
    at a --reload > /dev/null
    arriving=a3
}
hitless 'a reload that replaces the SA that sends' a1 turn
is "$(spis a)" '0x000010a3 0x000010b1' 'and the former one is gone'

# All anew: b would not take the numbers of an SA that has been there before.
for end in a b; do
    : > "$work/$end.conf"
    at $end --reload > /dev/null
done
declare_ a1 b1
for end in a b; do at $end --reload > /dev/null; done
is "$(spis a) $(spis b)" '0x000010a1 0x000010b1 0x000010a1 0x000010b1' 'all is as it was'

# New keys without a gap: each end learns the new SA that it receives by, then, when the other
# one knows it, too, the one that it sends by; the old ones go when nothing uses them any more.
roll() {
    { cat "$work/a.conf"; sa b2; } > "$work/a.next"
    { cat "$work/b.conf"; sa a2; } > "$work/b.next"
    for end in a b; do mv "$work/$end.next" "$work/$end.conf"; done
    reload a1 b1
    is "$(counted b a2) $(counted a b2)" '0 0 0 0' 'nobody sends by the new SAs yet'
    declare_ a1 b1 a2 b2
    reload a1 b1
    until_ 20 arrived_beyond a2 100 && [ "$(counted a b2)" != '0 0' ]
    ok $? 'then both do'
    declare_ a2 b2
    reload a2 b2
    arriving=a2
}
hitless 'a key roll by three reloads' a1 roll
is "$(went_back)" '' 'a key roll by three reloads: no counter goes back'
is "$(spis a) $(spis b)" '0x000010a2 0x000010b2 0x000010a2 0x000010b2' 'and the new SAs alone are left'
by_reload="$lost of $sent"
stop_ends

# The old way. The daemons' files are empty, so that nothing is theirs to put back.
for end in a b; do
    ip -n $end xfrm state flush
    ip -n $end xfrm policy flush
    : > "$work/$end.conf"
    rm -r "${work:?}/$end"
done
start_ends || give_up
for end in a b; do { policies $end; sa a1; sa b1; } | at $end -f -; done
sa a2 > "$work/second.conf"
sa b2 >> "$work/second.conf"
roll_the_old_way() {
    for end in a b; do
        at $end -F
        at $end -f "$work/second.conf"
    done
    arriving=a2
}
under_traffic 'a key roll the old way' a1 roll_the_old_way
echo "# key roll: $by_reload packets lost by reloads, $lost of $sent by setkey -F and -f"
[ "$lost" -gt 0 ]
ok $? 'setkey -F and -f lose packets, so the counting can fail'
is "$clear" '0 0' 'but let none out in clear, since the policies stay'
remove_ends
finish
