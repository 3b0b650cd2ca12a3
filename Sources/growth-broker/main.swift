import CommandLineTools
import EmbeddedBroker
import Foundation

exit(await BrokerCommand.command.main(version: "0.1.0").rawValue)
