# bash completion for setkey(8)

_setkey() {
    local cur prev words cword
    _init_completion -n : || return

    case $prev in
        -f | --file | --socket)
            _filedir
            return
            ;;
        --only)
            COMPREPLY=($(compgen -W 'associations policies expiry' -- "$cur"))
            return
            ;;
        --confirm)
            [[ " ${words[*]} " == *' --reload '* ]] && COMPREPLY=($(compgen -W '30 60 300' -- "$cur"))
            [[ $cur == -* ]] || return
            ;;
    esac
    [[ $cur == -* || -z $cur ]] && COMPREPLY=($(compgen -W '
        -c --stdin -f --file -D --dump -F --flush -x --monitor -l --live --status --plan --explain --doctor --save --wireshark
        --graph --reload --confirm --revert --owned --in --out --forward --dev --mark --if-id
        -V --version -P --policies -n --dry-run -d --debug -v --verbose -a --all -p --ports -N --no-per-socket
        -k --kernel-semantics -r --rfc-semantics --atomic -h -H --hex --show-keys --json --brief --only --from --once
        --socket --help
    ' -- "$cur"))
} && complete -F _setkey setkey
