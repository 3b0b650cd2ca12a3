import Foundation

// protoc's protocol: a request on standard input, an answer on standard output, faults of the schema within the answer.
let request = FileHandle.standardInput.readDataToEndOfFile()
let response = Plugin.answer([UInt8](request))
FileHandle.standardOutput.write(Data(response))
