/// The members of a JSON object in the order in which they were written.
public struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral, Sequence {
    /// Name and value, first to last; names are unique.
    public private(set) var members: [JSONMember]

    /// An object without members.
    public init() {
        members = []
    }

    /// Members in the order of the literal; of members with one name the last counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        members = []
        for (name, value) in elements { self[name] = value }
    }

    /// Whether there is no member.
    public var isEmpty: Bool { members.isEmpty }
    /// How many members there are.
    public var count: Int { members.count }

    /// The member's value; setting appends a new member or replaces in place, setting nil removes.
    public subscript(name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(JSONMember(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    public func makeIterator() -> Array<JSONMember>.Iterator { members.makeIterator() }

    /// For the parser, which has seen to it that names are unique; a look-up per member would be quadratic.
    init(uniqueMembers: [JSONMember]) {
        members = uniqueMembers
    }
}

/// One name and value of a JSON object.
public struct JSONMember: Hashable, Sendable {
    /// The member's name.
    public var name: String
    /// The member's value.
    public var value: JSONValue

    /// A name with its value.
    public init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }
}
