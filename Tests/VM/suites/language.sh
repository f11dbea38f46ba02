# Every file in cases/: run, then compared with what the kernel holds. cases/README.md has
# the format.
. ./check.sh

# The sections of the case being run, carried out one by one.
section() {
    local name=$1 arguments=$2 body=$3
    case $name in
        run)
            expect_status
            printf '%s' "$body" > input.conf
            eval "client ${arguments:--f input.conf}" < input.conf > output 2> error
            status=$? wanted=0 ran=1 ;;
        file) mkdir -p "$(dirname "$arguments")"; printf '%s' "$body" > "$arguments" ;;
        bytes)
            mkdir -p "$(dirname "$arguments")"
            body=${body%$'\n'} body=${body//\\/\\\\}
            printf "${body//%/\\x}" > "$arguments" ;;
        shell) eval "$body" > shell.log 2>&1 || problem "the shell section failed" "$(< shell.log)" ;;
        status) wanted=$arguments ;;
        error) contained error "$body" ;;
        output) contained output "$body" ;;
        exactly) equal "standard output" "$(normal < output)" "${body%$'\n'}" ;;
        never) absent "$body" ;;
        state) same "the SAD" "$(kernel_state)" "$body"; seen_state=1 ;;
        on) set -- "$arguments"; name=${1#* }
            [ "${1%% *}" != "$interface" ] || section "${name%% *}" "$([[ $name != *' '* ]] || echo "${name#* }")" "$body" ;;
        only) ;;
        policy) same "the SPD" "$(kernel_policies)" "$body"; seen_policy=1 ;;
        *) problem "no such section: $name" ;;
    esac
}

# problem TEXT [DETAILS]: gathered, shown when the case ends.
problem() { problems+="$1${2:+$'\n'$2}"$'\n'; }

# The exit status of the last run, checked when the next one starts and at the end.
expect_status() {
    [ -z "$ran" ] || [ "$status" = "$wanted" ] || problem "exit status $status, not $wanted" "$(cat output error)"
    ran=''
}
contained() {
    local line text
    text=$(tr -d '\0' < "$1" | printed)
    while IFS= read -r line; do
        [[ $text == *"$line"* ]] || problem "standard $1 lacks: $line" "$text"
    done <<<"${2%$'\n'}"
}
absent() {
    local line text
    text=$(cat output error | tr -d '\0')
    while IFS= read -r line; do
        [[ $text != *"$line"* ]] || problem "the run wrote: $line" "$text"
    done <<<"${1%$'\n'}"
}
equal() { [ "$2" = "$3" ] || problem "$1 is not what it should be:" "$(diff <(echo "$3") <(echo "$2"))"; }

# Fingerprints of keys are other ones with each daemon.
printed() { sed -E 's/<hidden [0-9a-f]{4}>/<hidden PRINT>/'; }

# Dates, process and policy numbers differ from run to run, and a policy is referred to once more while it is
# younger than a second (docs/design/language.md 3.2); trailing spaces become visible.
normal() {
    printed | sed -E 's/[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}/DATE/g; s/pid=[0-9]+ refcnt/pid=PID refcnt/
        s/spid=[0-9]+ seq=([0-9]+) pid=[0-9]+/spid=SPID seq=\1 pid=PID/; s/diff: [0-9]+\(s\)/diff: N(s)/
        s/^\trefcnt=[12]$/\trefcnt=1-2/; :again; s/ (␠*)$/␠\1/; t again'
}

# same WHAT GOT WANTED: line by line, sorted; the wanted lines are patterns.
same() {
    local got=() wanted=() line i equal=1
    [ -z "$2" ] || mapfile -t got <<<"$2"
    while IFS= read -r line; do
        if [[ $line == ' '* ]]; then wanted[-1]+=$line; elif [ -n "$line" ]; then wanted+=("$line"); fi
    done <<<"$3"
    [ ${#wanted[@]} -lt 2 ] || mapfile -t wanted < <(printf '%s\n' "${wanted[@]}" | sort)
    [ ${#got[@]} = ${#wanted[@]} ] || equal=0
    for i in "${!wanted[@]}"; do
        # shellcheck disable=SC2053 # a pattern; brackets stand for themselves in it
        [[ ${got[i]:-} == ${wanted[i]//[/\\[} ]] || equal=0
    done
    [ $equal = 1 ] || problem "$1 is not what it should be:" \
        "$(diff <(printf '%s\n' "${wanted[@]}") <(printf '%s\n' "${got[@]}"))"
}

run_case() {
    local file=$1 line name='' arguments='' body=''
    local problems='' ran='' status=0 wanted=0 seen_state='' seen_policy=''
    reset_kernel
    rm -rf "$work/case"
    mkdir "$work/case"
    cd "$work/case" || exit 1
    while IFS= read -r line; do
        if [[ $line == '--- '* ]]; then
            [ -z "$name" ] || section "$name" "$arguments" "$body"
            read -r _ name arguments <<<"$line"
            body=''
        else
            body+=$line$'\n'
        fi
    done < "$file"
    section "$name" "$arguments" "$body"
    expect_status
    [ -n "$seen_state" ] || section state '' ''
    [ -n "$seen_policy" ] || section policy '' ''
    cd "$payload" || exit 1
    if [ -z "$problems" ]; then pass "${file##*/}"; else fail "${file##*/}" "$problems"; fi
}

payload=$PWD
export CREDENTIALS_DIRECTORY=$work/case/credentials
start_daemon
for file in "$payload"/cases/${CASES:-*}.case; do
    only=$(sed -n 's/^--- only //p' "$file")
    [ "${only:-$interface}" != "$interface" ] || run_case "$file"
done
finish
