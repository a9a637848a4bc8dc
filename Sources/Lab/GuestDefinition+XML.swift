// SPDX-License-Identifier: Apache-2.0

import AgentProtocol

extension GuestDefinition {
    /// The domain description for `virDomainCreateXML`.
    ///
    /// The guest has one serial console, one port for the agent and nothing else, because each device costs time at
    /// boot and in every save. Whatever ends it, it is gone and not started again.
    package var xml: String {
        """
        <domain type='\(accelerator.domainType)' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>\(Self.escape(name))</name>
          <memory unit='MiB'>\(memory)</memory>
          <vcpu>\(processors)</vcpu>
          <os>
            <type arch='x86_64' machine='\(Self.machine)'>hvm</type>
            <kernel>\(Self.escape(kernel))</kernel>
        \(initramfs.map { "    <initrd>\(Self.escape($0))</initrd>\n" } ?? "")\
            <cmdline>\(Self.escape(commandLine))</cmdline>
          </os>
          <features><acpi/></features>
          <cpu mode='\(accelerator.processorMode)'>\(slowFeatures)</cpu>
          <clock offset='utc'><timer name='hpet' present='no'/></clock>
          <on_poweroff>destroy</on_poweroff>
          <on_reboot>destroy</on_reboot>
          <on_crash>destroy</on_crash>
          <devices>
            <serial type='pty'><target type='isa-serial' port='0'/></serial>
            <console type='pty'><target type='serial' port='0'/></console>
        \(agentDevices)\
            <controller type='usb' model='none'/>
            <memballoon model='none'/>
          </devices>
          <qemu:capabilities><qemu:del capability='\(Self.slowCapability)'/></qemu:capabilities>
        </domain>
        """
    }

    /// Among the machine types that libvirt can drive, the one with the fewest devices to probe.
    private static let machine = "pc"

    /// Makes libvirt ask for the CPU's properties one by one, 400 times, before it lets a guest go or restores it.
    ///
    /// Without it libvirt asks for two masks (qemuProcessFetchGuestCPU of libvirt's src/qemu/qemu_process.c).
    private static let slowCapability = "cpu-unavailable-features"

    private var slowFeatures: String {
        accelerator.slowFeatures.map { "<feature policy='disable' name='\($0)'/>" }.joined()
    }

    private var agentDevices: String {
        guard hasAgent else { return "" }
        return """
                <controller type='virtio-serial' index='0' ports='2' vectors='0'/>
                <channel type='unix'><target type='virtio' name='\(ProtocolVersion.portName)'/></channel>

            """
    }

    /// Makes text safe in content and in quoted attributes; what XML 1.0 cannot carry goes.
    package static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&apos;"
            case "\"": result += "&quot;"
            case _ where scalar.value < 0x20, "\u{fffe}", "\u{ffff}": break
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
