# bash completion for setkeyd(8)

_setkeyd() {
    local cur prev words cword
    _init_completion || return

    case $prev in
        --config | --socket)
            _filedir
            return
            ;;
        --state-directory | --persistent-directory)
            _filedir -d
            return
            ;;
        --kernel)
            COMPREPLY=($(compgen -W 'auto pfkey xfrm simulated simulated-xfrm' -- "$cur"))
            return
            ;;
        --drift)
            COMPREPLY=($(compgen -W 'repair report' -- "$cur"))
            return
            ;;
        --thresholds)
            COMPREPLY=($(compgen -W 'auto keep' -- "$cur"))
            return
            ;;
    esac
    COMPREPLY=($(compgen -W '
        --config --kernel --socket --state-directory --persistent-directory --drift --thresholds --skew --trust-clock --check -V --version -h --help
    ' -- "$cur"))
} && complete -F _setkeyd setkeyd
