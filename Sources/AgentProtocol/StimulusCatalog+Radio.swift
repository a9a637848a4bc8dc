// SPDX-License-Identifier: Apache-2.0

/// Bluetooth, NFC and wireless networks.
extension StimulusCatalog {
    private static let bluetoothEvent = Verb(
        "bluetooth-event", "Lets the controller send an event of no meaning, written by the calling thread.",
        [device("The controller.")])

    static let bluetooth = StimulusKind(
        "bluetooth", "A raw Bluetooth controller that is up: each packet it sends is one section.",
        relies: ["net/bluetooth/hci_core.c", "drivers/bluetooth/hci_vhci.c"], kconfig: ["BT_HCIVHCI"],
        verbs: [
            bluetoothEvent,
            Verb(
                "bluetooth-data",
                "Lets it send data of a connection that does not exist, written by the calling thread.",
                [
                    device("The controller."),
                    Parameter("type", .integer, "2 is ACL, 3 is SCO, 5 is ISO; default 2."),
                ]),
        ])

    static let bluetoothInit = StimulusKind(
        "bluetooth-init", "A Bluetooth controller that the kernel has just asked to reset itself.",
        relies: ["net/bluetooth/hci_core.c", "net/bluetooth/hci_event.c", "drivers/bluetooth/hci_vhci.c"],
        kconfig: ["BT_HCIVHCI"],
        verbs: [
            bluetoothEvent,
            Verb(
                "bluetooth-answer",
                "Reads the kernel's reset command and refuses it, both from the calling thread.",
                [device("The controller.")], waits: true),
        ])

    static let nfc = StimulusKind(
        "nfc",
        "A virtual NFC controller: commands and answers are sections under the handles of two threads.",
        relies: ["net/nfc/nci/core.c", "drivers/nfc/virtual_ncidev.c"], kconfig: ["NFC_VIRTUAL_NCI"],
        verbs: [
            Verb(
                "nfc-up",
                "Switches the controller on from the calling thread; returns when another one has answered.",
                [device("The controller.")], waits: true),
            Verb(
                "nfc-answer",
                "Waits for the reset command and refuses it, both from the calling thread.",
                [device("The controller.")], waits: true),
            Verb(
                "nfc-answer-unread",
                "Answers a command that nobody has read, from the calling thread; the next one finds no room and is not sent.",
                [
                    device("The controller."),
                    Parameter(
                        "command", .integer,
                        "0 accepts the reset command, 1 refuses the one behind it; default 0."),
                ]),
        ])

    static let nfcTag = StimulusKind(
        "nfc-tag",
        "A tag in reach of a virtual NFC controller: what is written to it passes the work of a raw socket and that of the controller.",
        relies: ["net/nfc/rawsock.c", "net/nfc/nci/core.c", "drivers/nfc/virtual_ncidev.c"],
        kconfig: ["NFC_VIRTUAL_NCI"],
        verbs: [
            Verb(
                "nfc-write", "Writes a packet to the tag; the next one goes out when the tag has answered.",
                [device("The tag.")]),
            Verb(
                "nfc-garble",
                "Lets the controller send a packet too short to have a head, written by the calling thread.",
                [device("The tag.")]),
            Verb(
                "nfc-deactivate", "Deactivates the tag, so that what is written to it next is refused.",
                [device("The tag.")]),
        ])

    static let wifiFrames = StimulusKind(
        "wifi", "Two mac80211_hwsim radios joined to one IBSS: a frame sent on one is received in softirq.",
        relies: ["drivers/net/wireless/virtual/mac80211_hwsim.c", "net/mac80211/rx.c"],
        kconfig: ["MAC80211_HWSIM", "PACKET"],
        exports: ["ifindex": "the interface index of the sending radio"],
        verbs: [
            Verb("wifi-send", "Sends one broadcast frame from the calling thread.", [device("The radios.")]),
            Verb(
                "wifi-send-short", "Sends a short management frame from the calling thread.",
                [device("The radios.")]),
            Verb(
                "wifi-send-long",
                "Sends a management frame from the calling thread, so long that the kernel builds its packet around a part of a page.",
                [device("The radios.")]),
        ])

    static let wifiAir = StimulusKind(
        "wifi-air", "What mac80211_hwsim radios send, with the beacons of a network.",
        relies: ["drivers/net/wireless/virtual/mac80211_hwsim.c"],
        kconfig: ["MAC80211_HWSIM", "PACKET"],
        verbs: [
            Verb(
                "wifi-hear", "Waits for the next frame, one that was sent since the start of the program.",
                [device("The air.")], waits: true)
        ])

    static let wifiMedium = StimulusKind(
        "wifi-medium",
        "The medium between two mac80211_hwsim radios, which do not hear each other meanwhile.",
        relies: [
            "drivers/net/wireless/virtual/mac80211_hwsim.c", "net/mac80211/rx.c", "net/mac80211/iface.c",
        ],
        kconfig: ["MAC80211_HWSIM"],
        parameters: [
            Parameter(
                "shared", .integer,
                "1: the second radio has one more interface, a station, so that each gets a copy of what both hear; default 0."
            )
        ],
        verbs: [
            Verb(
                "wifi-inject", "Lets the second radio receive a probe request, from the calling thread.",
                [device("The medium.")]),
            Verb(
                "wifi-inject-ack",
                "Lets it receive an acknowledgement, which only a monitor would want, from the calling thread.",
                [device("The medium.")]),
        ])
}
