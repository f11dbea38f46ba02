# bash completion for setkey(8), made of its table of options: make completions

_setkey() {
    local cur prev words cword others operation there=
    _init_completion -n : || return

    # The word that is being typed is no operation yet.
    others=" ${words[*]:0:cword} ${words[*]:cword+1} "
    [[ $others == *' --confirm '* ]] && there=--confirm
    [[ $others =~ ' '(-[A-Za-z]*f[A-Za-z]*|--file)' ' ]] && operation=-f
    [[ $others =~ ' '(-[A-Za-z]*D[A-Za-z]*|--dump)' ' ]] && operation=-D
    [[ $others =~ ' '(--confirm)' ' ]] && operation=--confirm
    [[ $others =~ ' '(-[A-Za-z]*c[A-Za-z]*|--stdin)' ' ]] && operation=-c
    [[ $others =~ ' '(-[A-Za-z]*F[A-Za-z]*|--flush)' ' ]] && operation=-F
    [[ $others =~ ' '(-[A-Za-z]*x[A-Za-z]*|--monitor)' ' ]] && operation=-x
    [[ $others =~ ' '(-[A-Za-z]*l[A-Za-z]*|--live)' ' ]] && operation=-l
    [[ $others =~ ' '(--status)' ' ]] && operation=--status
    [[ $others =~ ' '(--metrics)' ' ]] && operation=--metrics
    [[ $others =~ ' '(--plan)' ' ]] && operation=--plan
    [[ $others =~ ' '(--schedule)' ' ]] && operation=--schedule
    [[ $others =~ ' '(--explain)' ' ]] && operation=--explain
    [[ $others =~ ' '(--save)' ' ]] && operation=--save
    [[ $others =~ ' '(--wireshark)' ' ]] && operation=--wireshark
    [[ $others =~ ' '(--graph)' ' ]] && operation=--graph
    [[ $others =~ ' '(--doctor)' ' ]] && operation=--doctor
    [[ $others =~ ' '(--fingerprint)' ' ]] && operation=--fingerprint
    [[ $others =~ ' '(--compare)' ' ]] && operation=--compare
    [[ $others =~ ' '(--serve-stdio)' ' ]] && operation=--serve-stdio
    [[ $others =~ ' '(--new-key)' ' ]] && operation=--new-key
    [[ $others =~ ' '(--roll)' ' ]] && operation=--roll
    [[ $others =~ ' '(--reload)' ' ]] && operation=--reload
    [[ $others =~ ' '(--revert)' ' ]] && operation=--revert
    [[ $others =~ ' '(--off)' ' ]] && operation=--off
    [[ $others =~ ' '(--on)' ' ]] && operation=--on
    [[ $others =~ ' '(-[A-Za-z]*V[A-Za-z]*|--version)' ' ]] && operation=-V

    case $prev in
        -f | --file)
            _filedir
            return
            ;;
        --compare)
            :
            return
            ;;
        --new-key)
            COMPREPLY=($(compgen -W 'des-cbc 3des-cbc cast128-cbc blowfish-cbc aes-cbc aes-ctr camellia-cbc serpent-cbc twofish-cbc sm4-cbc aes-ccm-8 aes-ccm-12 aes-ccm-16 aes-gcm-8 aes-gcm-12 aes-gcm-16 aes-gmac chacha20-poly1305 hmac-md5 hmac-sha1 hmac-sha256 hmac-sha384 hmac-sha512 hmac-ripemd160 aes-xcbc-mac hmac-sm3 hmac-sha256-128 aes-cmac' -- "$cur"))
            return
            ;;
        --roll)
            _filedir
            return
            ;;
        --only)
            COMPREPLY=($(compgen -W 'associations policies expiry' -- "$cur"))
            return
            ;;
        --from)
            _pids
            return
            ;;
        --dev)
            COMPREPLY=($(compgen -W "$(command ls /sys/class/net 2> /dev/null)" -- "$cur"))
            return
            ;;
        --mark)
            :
            return
            ;;
        --if-id)
            :
            return
            ;;
        --salt)
            :
            return
            ;;
        --at)
            :
            return
            ;;
        --skew)
            :
            return
            ;;
        --ssh)
            :
            return
            ;;
        --bits)
            :
            return
            ;;
        --credential)
            :
            return
            ;;
        --spi)
            :
            return
            ;;
        --overlap)
            :
            return
            ;;
        --socket)
            _filedir
            return
            ;;
        --confirm)
            [[ $operation == @(--reload|--off|--on) ]] && COMPREPLY=($(compgen -W '30 60 300' -- "$cur"))
            [[ $cur == -* ]] || return
            ;;
    esac
    [[ $cur == -* || -z $cur ]] || return
    case $operation in
        -f) COMPREPLY=($(compgen -W '
            -n --dry-run -d --debug -v --verbose -p --ports -k --kernel-semantics -r --rfc-semantics --atomic
            --show-keys --json --skew --socket --help
        ' -- "$cur")) ;;
        -D) COMPREPLY=($(compgen -W '
            -P --policies -d --debug -v --verbose -a --all -p --ports -N --no-per-socket --show-keys --json --socket
            --help
        ' -- "$cur")) ;;
        --confirm) COMPREPLY=($(compgen -W '
            --json --socket --help
        ' -- "$cur")) ;;
        -c) COMPREPLY=($(compgen -W '
            -n --dry-run -d --debug -v --verbose -p --ports -k --kernel-semantics -r --rfc-semantics --atomic
            --show-keys --json --skew --socket --help
        ' -- "$cur")) ;;
        -F) COMPREPLY=($(compgen -W '
            -P --policies -d --debug -v --verbose --socket --help
        ' -- "$cur")) ;;
        -x) COMPREPLY=($(compgen -W '
            -v --verbose -h -H --hex --show-keys --json --brief --only --from --no-wait --socket --help
        ' -- "$cur")) ;;
        -l) COMPREPLY=($(compgen -W '
            -P --policies -d --debug -v --verbose -a --all -p --ports --json --once --no-wait --socket --help
        ' -- "$cur")) ;;
        --status) COMPREPLY=($(compgen -W '
            --json --socket --help
        ' -- "$cur")) ;;
        --metrics) COMPREPLY=($(compgen -W '
            --per-sa --http --socket --help
        ' -- "$cur")) ;;
        --plan) COMPREPLY=($(compgen -W '
            -f --file --json --at --skew --socket --help
        ' -- "$cur")) ;;
        --schedule) COMPREPLY=($(compgen -W '
            --json --socket --help
        ' -- "$cur")) ;;
        --explain) COMPREPLY=($(compgen -W '
            --json --out --in --forward --dev --mark --if-id --socket --help
        ' -- "$cur")) ;;
        --save) COMPREPLY=($(compgen -W '
            --show-keys --owned --socket --help
        ' -- "$cur")) ;;
        --wireshark) COMPREPLY=($(compgen -W '
            --socket --help
        ' -- "$cur")) ;;
        --graph) COMPREPLY=($(compgen -W '
            --socket --help
        ' -- "$cur")) ;;
        --doctor) COMPREPLY=($(compgen -W '
            --json --socket --help
        ' -- "$cur")) ;;
        --fingerprint) COMPREPLY=($(compgen -W '
            -f --file --json --salt --socket --help
        ' -- "$cur")) ;;
        --compare) COMPREPLY=($(compgen -W '
            --json --ssh --socket --help
        ' -- "$cur")) ;;
        --serve-stdio) COMPREPLY=($(compgen -W '
            --socket --help
        ' -- "$cur")) ;;
        --new-key) COMPREPLY=($(compgen -W '
            --bits --credential --socket --help
        ' -- "$cur")) ;;
        --roll) COMPREPLY=($(compgen -W '
            --show-keys --at --spi --overlap --peer --socket --help
        ' -- "$cur")) ;;
        --reload) COMPREPLY=($(compgen -X "$there" -W '
            --confirm --json --socket --help
        ' -- "$cur")) ;;
        --revert) COMPREPLY=($(compgen -W '
            --json --socket --help
        ' -- "$cur")) ;;
        --off) COMPREPLY=($(compgen -X "$there" -W '
            --confirm --json --socket --help
        ' -- "$cur")) ;;
        --on) COMPREPLY=($(compgen -X "$there" -W '
            --confirm --json --socket --help
        ' -- "$cur")) ;;
        -V) COMPREPLY=($(compgen -W '
            --socket --help
        ' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W '
            -c --stdin -f --file -D --dump -F --flush -x --monitor -l --live --status --metrics --plan --schedule
            --explain --save --wireshark --graph --doctor --fingerprint --compare --serve-stdio --new-key --roll
            --reload --confirm --revert --off --on -V --version -P --policies -n --dry-run -d --debug -v --verbose -a
            --all -p --ports -N --no-per-socket -k --kernel-semantics -r --rfc-semantics --atomic -h -H --hex
            --show-keys --owned --json --brief --only --from --once --no-wait --per-sa --http --out --in --forward
            --dev --mark --if-id --salt --at --skew --ssh --bits --credential --spi --overlap --peer --socket --help
        ' -- "$cur")) ;;
    esac
} && complete -F _setkey setkey
