// SPDX-License-Identifier: Apache-2.0

extension CoverageCallback {
    /// The symbol of the callback in the kernel image.
    public var symbol: String {
        switch self {
        case .tracePC: "__sanitizer_cov_trace_pc"
        case .compare1: "__sanitizer_cov_trace_cmp1"
        case .compare2: "__sanitizer_cov_trace_cmp2"
        case .compare4: "__sanitizer_cov_trace_cmp4"
        case .compare8: "__sanitizer_cov_trace_cmp8"
        case .compareConstant1: "__sanitizer_cov_trace_const_cmp1"
        case .compareConstant2: "__sanitizer_cov_trace_const_cmp2"
        case .compareConstant4: "__sanitizer_cov_trace_const_cmp4"
        case .compareConstant8: "__sanitizer_cov_trace_const_cmp8"
        case .compareSwitch: "__sanitizer_cov_trace_switch"
        }
    }
}
