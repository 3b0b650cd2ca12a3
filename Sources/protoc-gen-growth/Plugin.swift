import ProtobufCodec

/// From protoc's request to the plugin's answer.
enum Plugin {
    /// Bit 1 of `supported_features` says that proto3 `optional` is understood.
    private static let proto3Optional: UInt64 = 1

    /// Answers a request; a fault of the schema or the options becomes the answer's error.
    static func answer(_ request: [UInt8]) -> [UInt8] {
        let response = CodeGeneratorResponse.with { response in
            response.supportedFeatures = proto3Optional
            do {
                response.file = try generate(CodeGeneratorRequest(serializedBytes: request))
            } catch {
                response.error = "\(error)"
            }
        }
        return (try? response.serializedBytes()) ?? []
    }

    private static func generate(_ request: CodeGeneratorRequest) throws -> [CodeGeneratorResponse.File] {
        let options = try GeneratorOptions(request.parameter)
        let schema = try Schema(request.protoFile, options: options)
        let wanted = Set(request.fileToGenerate)
        return try request.protoFile.filter { wanted.contains($0.name) }.map { file in
            let generator = try FileGenerator(file, schema: schema, options: options)
            return CodeGeneratorResponse.File.with {
                $0.name = options.fileNaming.outputName(of: file.name)
                $0.content = generator.generate()
            }
        }
    }
}
