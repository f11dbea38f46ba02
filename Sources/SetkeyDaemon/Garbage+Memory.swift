import CPrivateMemory
import SetkeyCore

extension Garbage {
    /// Frees the values, and gives memory back to the kernel where that is much.
    nonisolated func freeAndGiveBack() {
        free()
        if isLarge { setkeyd_give_back_memory() }
    }
}
