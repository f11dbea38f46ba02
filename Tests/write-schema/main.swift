import ControlProtocol
import InterfaceSchema

// Prints docs/setkeyd.schema.json, as the interface is now: `make schema`.
print(try InterfaceSchema.text(of: controlInterfaceText), terminator: "")
