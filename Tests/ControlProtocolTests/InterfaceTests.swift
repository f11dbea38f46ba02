import InterfaceSchema
import Testing

@testable import ControlProtocol

/// The text of the interface and the types that travel are two accounts of one thing; here they are compared.
@Suite struct InterfaceTests {
    private let interface: VarlinkInterface

    init() throws {
        interface = try VarlinkInterface(controlInterfaceText)
    }

    @Test func theTextIsOfOurInterfaceAndNamesAllMethods() {
        #expect(interface.name == controlInterfaceName)
        #expect(Set(interface.methods.keys) == Set(Method.allCases.map(\.rawValue)))
    }

    @Test func methodsHaveTheFieldsOfTheirTypes() throws {
        let types: [(Method, any Codable.Type, any Codable.Type)] = [
            (.execute, ExecuteParameters.self, ExecuteReply.self),
            (.listAssociations, ListAssociationsParameters.self, AssociationsReply.self),
            (.listPolicies, ListPoliciesParameters.self, PoliciesReply.self),
            (.render, RenderParameters.self, RenderReply.self),
            (.flush, FlushParameters.self, NoParameters.self),
            (.monitor, MonitorParameters.self, MonitorReply.self),
            (.reload, ReloadParameters.self, ReloadReply.self),
            (.confirm, NoParameters.self, NoParameters.self),
            (.revert, NoParameters.self, ReloadReply.self),
            (.turnOff, ReloadParameters.self, ReloadReply.self),
            (.turnOn, ReloadParameters.self, ReloadReply.self),
            (.plan, PlanParameters.self, PlanReply.self),
            (.schedule, NoParameters.self, ScheduleReply.self),
            (.explain, ExplainParameters.self, ExplainReply.self),
            (.diagnose, NoParameters.self, DiagnoseReply.self),
            (.metrics, MetricsParameters.self, MetricsReply.self),
            (.status, NoParameters.self, StatusReply.self),
            (.traits, NoParameters.self, TraitsReply.self),
        ]
        #expect(types.count == Method.allCases.count)
        for (method, input, output) in types {
            let declared = try #require(interface.methods[method.rawValue])
            #expect(try interface.resolved(declared.input) == (try Shape(of: input)), "\(method)")
            #expect(try interface.resolved(declared.output) == (try Shape(of: output)), "\(method)")
        }
    }

    @Test func errorsHaveTheFieldsThatAreSent() throws {
        #expect(Set(interface.errors.keys) == Set(Samples.errors.map(\.wire.name)))
        for error in Samples.errors {
            let (name, fields) = error.wire
            let sent = Mirror(reflecting: fields).children.filter { "\($0.value)" != "nil" }.compactMap(\.label)
            let declared = try #require(interface.errors[name])
            #expect(Set(declared.keys) == Set(sent), "\(name)")
            // Each of them is optional in the type that holds the fields of all errors, and none is in the text.
            guard case .object(let all) = try Shape(of: ControlErrorFields.self) else { continue }
            for (field, shape) in declared {
                #expect(all[field] == .optional(try interface.resolved(shape)), "\(name).\(field)")
            }
        }
    }

    @Test func theServiceInterfaceHasTheFieldsOfItsTypes() throws {
        let service = try VarlinkInterface(serviceInterfaceText)
        #expect(service.name == ServiceError.interfaceName)
        #expect(Set(service.methods.keys) == ["GetInfo", "GetInterfaceDescription"])
        let info = try #require(service.methods["GetInfo"])
        #expect(try service.resolved(info.output) == (try Shape(of: ServiceInfo.self)))
        for error in Samples.serviceErrors {
            let (name, fields) = error.wire
            let sent = Mirror(reflecting: fields).children.filter { "\($0.value)" != "nil" }.compactMap(\.label)
            #expect(service.errors[name].map { Set($0.keys) } == Set(sent), "\(name)")
        }
        #expect(service.errors.count == Samples.serviceErrors.count)
    }

    @Test func everyTypeOfTheTextIsUsed() {
        let used =
            interface.methods.values.flatMap { [$0.input, $0.output] } + Array(interface.types.values)
            + interface.errors.values.map { .object($0) }
        let names = Set(used.flatMap(\.names))
        #expect(Set(interface.types.keys).subtracting(names).isEmpty)
    }
}
