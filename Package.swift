// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: language mode 6 (from the tools version) and the strictest checks the compiler offers.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// The shell of the daemon runs on the main queue and nowhere else.
let mainActor: [SwiftSetting] = strict + [.defaultIsolation(MainActor.self)]

/// What is installed resolves its symbols at the start, and the table of them cannot be written afterwards.
let hardened: [LinkerSetting] = [
    .unsafeFlags(
        ["-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now"], .when(configuration: .release))
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "setkeyd",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0")
    ],
    targets: [
        .target(name: "CLinux", cSettings: [.define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release))]),
        .target(
            name: "CPrivateMemory", cSettings: [.define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release))]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "TextBytes", swiftSettings: strict),
        .target(name: "IPsec", dependencies: ["TextBytes"], swiftSettings: strict),
        .target(name: "SetkeySyntax", dependencies: ["IPsec", "TextBytes"], swiftSettings: strict),
        .target(name: "KernelBackends", dependencies: ["IPsec", "TextBytes", "CLinux"], swiftSettings: strict),
        .target(name: "ControlProtocol", dependencies: ["IPsec", "TextBytes"], swiftSettings: strict),
        .target(
            name: "SetkeyCore", dependencies: ["IPsec", "SetkeySyntax", "ControlProtocol", "TextBytes"],
            swiftSettings: strict),
        .target(
            name: "SetkeyDaemon",
            dependencies: [
                "SetkeyCore", "KernelBackends", "ControlProtocol", "SetkeySyntax", "IPsec", "TextBytes", "CLinux",
                "CPrivateMemory", "CSystemd",
            ], swiftSettings: mainActor),
        .executableTarget(
            name: "setkeyd",
            dependencies: ["SetkeyDaemon", "SetkeyCore", "ControlProtocol", "IPsec", "TextBytes", argumentParser],
            swiftSettings: mainActor, linkerSettings: hardened
        ),
        .target(
            name: "SetkeyClient",
            dependencies: ["ControlProtocol", "SetkeySyntax", "IPsec", "TextBytes", "CPrivateMemory", argumentParser],
            swiftSettings: strict),
        .executableTarget(
            name: "setkey", dependencies: ["SetkeyClient"], swiftSettings: strict, linkerSettings: hardened),
        .target(
            name: "TestSupport", dependencies: ["KernelBackends", "SetkeySyntax", "IPsec"], path: "Tests/TestSupport",
            swiftSettings: strict),
        // The daemon on a kernel that a test hosts and that outlives it; never installed.
        .executableTarget(
            name: "setkeyd-under-test",
            dependencies: ["SetkeyDaemon", "SetkeyCore", "ControlProtocol", "TestSupport", "IPsec"],
            path: "Tests/setkeyd-under-test", swiftSettings: mainActor),
        // What a kernel answers, as one table for the simulated and for the real one; the executable plays it in the VM.
        .target(
            name: "KernelScenarios", dependencies: ["KernelBackends", "IPsec"], path: "Tests/KernelScenarios",
            swiftSettings: strict),
        .executableTarget(
            name: "kernel-scenarios", dependencies: ["KernelScenarios", "KernelBackends", "IPsec", "CLinux"],
            path: "Tests/kernel-scenarios", swiftSettings: strict),
        // The control interface as a JSON Schema; the executable prints it (`make schema`).
        .target(
            name: "InterfaceSchema", dependencies: ["ControlProtocol"], path: "Tests/InterfaceSchema",
            swiftSettings: strict),
        .executableTarget(
            name: "write-schema", dependencies: ["InterfaceSchema", "ControlProtocol"], path: "Tests/write-schema",
            swiftSettings: strict),
        // The completions of setkey, from its table of options; the executable prints them (`make completions`).
        .target(
            name: "CompletionScripts",
            dependencies: [
                "SetkeyClient", "IPsec", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/CompletionScripts", swiftSettings: strict),
        .executableTarget(
            name: "write-completions", dependencies: ["CompletionScripts"], path: "Tests/write-completions",
            swiftSettings: strict),
        .executableTarget(
            name: "core-bench",
            dependencies: [
                "SetkeyCore", "SetkeySyntax", "ControlProtocol", "KernelBackends", "IPsec", "CPrivateMemory",
            ],
            path: "Tests/core-bench", swiftSettings: strict),
        .testTarget(name: "TextBytesTests", dependencies: ["TextBytes", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "IPsecTests", dependencies: ["IPsec", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SetkeySyntaxTests",
            dependencies: ["SetkeySyntax", "KernelBackends", "IPsec", "TextBytes", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "KernelBackendsTests",
            dependencies: ["KernelBackends", "KernelScenarios", "IPsec", "CLinux", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ControlProtocolTests",
            dependencies: ["ControlProtocol", "IPsec", "TextBytes", "TestSupport", "InterfaceSchema"],
            swiftSettings: strict),
        .testTarget(
            name: "SetkeyCoreTests",
            dependencies: ["SetkeyCore", "SetkeySyntax", "ControlProtocol", "KernelBackends", "IPsec", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SetkeyDaemonTests",
            dependencies: [
                "SetkeyDaemon", "SetkeyClient", "SetkeyCore", "KernelBackends", "ControlProtocol", "IPsec",
                "TestSupport",
            ], swiftSettings: mainActor),
        .testTarget(
            name: "SetkeyClientTests",
            dependencies: [
                "SetkeyClient", "ControlProtocol", "SetkeySyntax", "IPsec", "TestSupport", "InterfaceSchema",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "CompletionScripts",
                "setkeyd", "setkey", "setkeyd-under-test", "KernelBackends", "IPsec", "TestSupport", "InterfaceSchema",
            ],
            exclude: [
                "varlink_call.py", "varlink_client.py", "hostile_members.py", "keys_in_memory.py", "with_group.sh",
            ],
            swiftSettings: strict),
    ]
)
