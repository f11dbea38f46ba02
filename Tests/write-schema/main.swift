import ControlProtocol
import InterfaceSchema

// Prints docs/setkeyd.schema.json, as the interface is now; with the argument `metrics` docs/metrics.md: `make schema`.
print(
    CommandLine.arguments.dropFirst() == ["metrics"]
        ? MetricsPage.text : try InterfaceSchema.text, terminator: "")
