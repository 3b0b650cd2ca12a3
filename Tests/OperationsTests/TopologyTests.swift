import Kafka
import Schemas
import Testing

@testable import Operations

@Suite("Topology and topics")
struct TopologyTests {
    @Test("every stage with each of its topics is drawn, as text and as Mermaid")
    func drawn() {
        let text = Topology.text()
        let mermaid = Topology.mermaid()
        for stage in Stages.all {
            #expect(text.contains("[\(stage.group)]"))
            #expect(mermaid.contains("[[\(stage.group)]]"))
            for topic in stage.inputs + stage.outputs {
                #expect(text.contains(topic.name))
                #expect(mermaid.contains("([\(topic.name)])"))
            }
        }
    }

    @Test("a plan creates what is missing and calls a differing count a conflict")
    func plan() {
        let all = TopicPlan(partitions: 12, on: [:])
        #expect(all.missing.count == FleetTopics.all.count)
        #expect(Set(FleetTopics.all.map(\.name)).count == FleetTopics.all.count)
        let one = TopicPlan(
            partitions: 12,
            on: [
                "tags.v1": .init(name: "tags.v1", partitionCount: 3, replicationFactor: 1),
                "campaigns.v1": .init(name: "campaigns.v1", partitionCount: 1, replicationFactor: 1),
            ])
        #expect(one.conflicts.map(\.topic.name) == ["tags.v1"])
        #expect(one.missing.count == FleetTopics.all.count - 2)
    }
}
