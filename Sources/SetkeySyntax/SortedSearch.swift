extension RandomAccessCollection {
    /// The first place from which on a condition is met, of elements in such an order that it is met by none before that.
    package func partition(where isMet: (Element) -> Bool) -> Index {
        var (low, count) = (startIndex, self.count)
        while count > 0 {
            let middle = index(low, offsetBy: count / 2)
            if isMet(self[middle]) {
                count /= 2
            } else {
                low = index(after: middle)
                count -= count / 2 + 1
            }
        }
        return low
    }
}
