// SPDX-License-Identifier: Apache-2.0

/// A way to make the kernel run a coverage section, as scenarios see it.
///
/// The agent's side, one file per kind, is in the target Stimuli.
public struct StimulusKind: Sendable {
    public let name: String
    public let about: String
    /// The kernel files whose behaviour the stimulus relies on.
    public let relies: [String]
    /// Kconfig symbols that must be set.
    public let kconfig: [String]
    public let parameters: [Parameter]
    /// The values it offers to steps as `$NAME.EXPORT`, with what they are.
    public let exports: [String: String]
    /// The steps it adds.
    public let verbs: [Verb]

    public init(
        _ name: String, _ about: String, relies: [String], kconfig: [String], parameters: [Parameter] = [],
        exports: [String: String] = [:], verbs: [Verb]
    ) {
        self.name = name
        self.about = about
        self.relies = relies
        self.kconfig = kconfig
        self.parameters = parameters
        self.exports = exports
        self.verbs = verbs
    }
}

/// Every kind of stimulus the agent knows.
public enum StimulusCatalog {
    public static func kind(_ name: String) -> StimulusKind? { kinds.first { $0.name == name } }

    /// The kind and verb of a stimulus step.
    public static func verb(_ name: String) -> (kind: StimulusKind, verb: Verb)? {
        for kind in kinds {
            if let verb = kind.verbs.first(where: { $0.name == name }) { return (kind, verb) }
        }
        return nil
    }

    public static let kinds: [StimulusKind] = [
        vhostNet, vhostTap, vhostScsi, vhostVsock, vsockPeer, usbGadget, usbipHigh, usbipSuper, bluetooth,
        bluetoothInit, nfc, nfcTag, wifiFrames, wifiAir, wifiMedium,
    ]

    static func device(_ about: String) -> Parameter {
        Parameter("device", .stimulus, required: true, about)
    }

    private static func vhostVerbs(prefix: String, queues: (String, String) = ("rx", "tx")) -> [Verb] {
        let queue = Parameter("queue", .integer, "0 is \(queues.0), 1 is \(queues.1); default 1.")
        return [
            Verb("\(prefix)-open", "Opens the device and its eventfds.", [device("The device.")]),
            Verb(
                "\(prefix)-own",
                "Makes the calling process the owner (VHOST_SET_OWNER), which creates the worker.",
                [device("The device.")]),
            Verb(
                "\(prefix)-attach", "Gives a queue its kick eventfd (VHOST_SET_VRING_KICK).",
                [device("The device."), queue]),
            Verb(
                "\(prefix)-kick", "Writes to a queue's eventfd.",
                [device("The device."), queue]),
            Verb(
                "\(prefix)-close", "Closes the device; returns when its worker is idle.",
                [device("The device.")]),
        ]
    }

    private static let vhostNet = StimulusKind(
        "vhost-net", "A vhost-net device without a backend: each kick is one section of its worker.",
        relies: ["drivers/vhost/vhost.c", "drivers/vhost/net.c", "kernel/vhost_task.c"],
        kconfig: ["VHOST_NET", "EVENTFD"], verbs: vhostVerbs(prefix: "vhost"))

    private static let vhostTap = StimulusKind(
        "vhost-tap",
        "A vhost-net device with a ring and a tap: each kick sends one frame through its worker.",
        relies: ["drivers/vhost/vhost.c", "drivers/vhost/net.c", "drivers/net/tun.c"],
        kconfig: ["VHOST_NET", "TUN", "PACKET"],
        verbs: [
            Verb("tap-open", "Opens the device and its eventfd.", [device("The device.")]),
            Verb(
                "tap-own", "Makes the calling process the owner, which creates the worker.",
                [device("The device.")]),
            Verb(
                "tap-start", "Gives the device its memory, its ring and the tap.", [device("The device.")]),
            Verb("tap-send", "Puts one frame into the ring and kicks.", [device("The device.")]),
            Verb(
                "tap-receive", "Receives a frame behind the tap; its length is the result.",
                [device("The device.")], waits: true),
            Verb("tap-close", "Closes the device.", [device("The device.")]),
        ])

    private static let vhostScsi = StimulusKind(
        "vhost-scsi",
        "A vhost-scsi device without a target; queues can have workers of their own, each kick is one section.",
        relies: ["drivers/vhost/vhost.c", "drivers/vhost/scsi.c"],
        kconfig: ["VHOST_SCSI", "EVENTFD"],
        verbs: vhostVerbs(prefix: "scsi", queues: ("control", "events")) + [
            Verb(
                "scsi-add-worker",
                "Makes one more worker (VHOST_NEW_WORKER) and gives it a queue (VHOST_ATTACH_VRING_WORKER).",
                [
                    device("The device."),
                    Parameter("queue", .integer, "0 is control, 1 is events; default 1."),
                ])
        ])

    private static let vhostVsock = StimulusKind(
        "vhost-vsock", "A vhost-vsock device: each kick is one section of its worker.",
        relies: ["drivers/vhost/vhost.c", "drivers/vhost/vsock.c"],
        kconfig: ["VHOST_VSOCK", "EVENTFD"], verbs: vhostVerbs(prefix: "vsock"))

    private static let vsockPeer = StimulusKind(
        "vsock-peer",
        "A running vhost-vsock device: its worker delivers what sockets of this kernel send to it.",
        relies: ["drivers/vhost/vhost.c", "drivers/vhost/vsock.c", "net/vmw_vsock/af_vsock.c"],
        kconfig: ["VHOST_VSOCK"],
        verbs: [
            Verb("peer-open", "Opens the device.", [device("The device.")]),
            Verb(
                "peer-own", "Makes the calling process the owner, which creates the worker.",
                [device("The device.")]),
            Verb(
                "peer-configure", "Gives the device its memory, two empty rings and its address.",
                [device("The device.")]),
            Verb("peer-start", "Starts the device (VHOST_VSOCK_SET_RUNNING).", [device("The device.")]),
            Verb(
                "peer-connect",
                "Asks for a connection from a socket that does not wait, and closes it; the result is that of connect.",
                [device("The device.")]),
            Verb("peer-close", "Closes the device.", [device("The device.")]),
        ])

    private static let usbGadget = StimulusKind(
        "usb-gadget", "A raw gadget on dummy_hcd: plugging it makes the hub task enumerate a device.",
        relies: [
            "drivers/usb/core/hub.c", "drivers/usb/core/hcd.c", "drivers/usb/gadget/legacy/raw_gadget.c",
            "drivers/usb/gadget/udc/dummy_hcd.c",
        ],
        kconfig: ["USB_DUMMY_HCD", "USB_RAW_GADGET"],
        exports: ["bus": "the number of the dummy_hcd bus"],
        verbs: [
            Verb(
                "usb-plug", "Connects the gadget and waits until the kernel has configured the device.",
                [device("The gadget.")], waits: true),
            Verb(
                "usb-unplug", "Disconnects the gadget and waits until the kernel has removed the device.",
                [device("The gadget.")], waits: true),
        ])

    private static func usbip(_ name: String, _ about: String) -> StimulusKind {
        let connection = Parameter(
            "connection", .integer, "Each of the two, 0 and 1, can be attached once; default 0.")
        return StimulusKind(
            name, about,
            relies: [
                "drivers/usb/usbip/vhci_rx.c", "drivers/usb/usbip/vhci_sysfs.c",
                "drivers/usb/usbip/usbip_common.c",
            ],
            kconfig: ["USBIP_VHCI_HCD", "UNIX"],
            parameters: [
                Parameter(
                    "beside", .integer, "How many ports of this kind are named before this one; default 0."),
                Parameter(
                    "patience", .integer,
                    "For how many milliseconds the kernel waits for a device's first answer, at any port; default 5000."
                ),
            ],
            exports: [
                "bus": "the number of the port's bus", "other-bus": "that of the controller's other bus",
            ],
            verbs: [
                Verb(
                    "usbip-attach",
                    "Attaches the port from the calling thread and waits until all receivers are inside their sections.",
                    [device("The port."), connection], waits: true),
                Verb(
                    "usbip-serve",
                    "Answers what the kernel asks the device, and waits for a number of answers.",
                    [
                        device("The port."), Parameter("answers", .integer, "How many; default 1."),
                        Parameter("most", .integer, "After how many to fall silent; default never."),
                    ], waits: true),
                Verb(
                    "usbip-break",
                    """
                    Sends a message the kernel refuses, and waits until the port is free, which it is after its receiver \
                    has left its section and is gone.
                    """,
                    [device("The port."), connection], waits: true),
            ])
    }

    private static let usbipHigh = usbip(
        "usbip",
        "A port of the USB/IP controller: its receiver waits inside a section until a step lets it go.")

    private static let usbipSuper = usbip(
        "usbip-super", "The same for a SuperSpeed port, which is on the other bus of the same controller.")
}
