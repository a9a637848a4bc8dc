// SPDX-License-Identifier: Apache-2.0

import Foundation
import KcovLabCommands

exit(await KcovLab.execute(Array(CommandLine.arguments.dropFirst())))
