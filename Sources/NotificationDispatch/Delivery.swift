import ProtobufCodec
public import Schemas

/// Decides the attempts of one send (notification.delivery, N30); who performs them is the runtime's business.
public struct Delivery: Sendable {
    public let schedule: DeliverySchedule

    public init(schedule: DeliverySchedule = DeliverySchedule()) {
        self.schedule = schedule
    }

    /// What is to be done for a send now.
    public enum Step: Hashable, Sendable {
        /// Nothing: the send is known.
        case none
        /// Ask the provider, then go on with `after`.
        case attempt(DeliveryAttempts)
        /// No attempt any more.
        case finished(Ending)
        /// The memory of a finished send has served its time.
        case forgotten
    }

    /// What an attempt led to.
    public enum Next: Hashable, Sendable {
        /// Keep the state and wake it at its `nextAttemptMs`.
        case again(DeliveryAttempts)
        case finished(Ending)
    }

    /// The end of a send: what to remember, until when, and what to tell.
    public struct Ending: Hashable, Sendable {
        public let state: DeliveryAttempts
        /// When the memory is deleted, milliseconds since the epoch.
        public let forgetAt: Int64
        public let receipt: NotificationReceipt
    }

    /// Takes a send; `known` is what its id stands for already. The attempt to make has the number `attempts + 1`.
    public func begin(_ send: NotificationSend, known: DeliveryAttempts?, at: Int64) -> Step {
        guard known == nil else { return .none }
        return step(DeliveryAttempts.with { $0.send = send }, at: at)
    }

    /// Wakes a send whose timer is due.
    public func resume(_ state: DeliveryAttempts, at: Int64) -> Step {
        state.finished ? .forgotten : step(state, at: at)
    }

    private func step(_ state: DeliveryAttempts, at: Int64) -> Step {
        guard at < schedule.expiry(of: state.send), state.attempts < schedule.attempts else {
            return .finished(ending(of: state, .exhausted, at: at))
        }
        return .attempt(state)
    }

    /// The id of the effect that is the state's next attempt.
    public func effectID(_ state: DeliveryAttempts) -> String {
        "\(state.send.sendID)#\(state.attempts + 1)"
    }

    /// Goes on after the attempt that `state` called for.
    public func after(_ state: DeliveryAttempts, _ answer: ProviderAnswer, at: Int64) -> Next {
        var state = state
        state.attempts += 1
        state.lastStatus = answer.status
        switch answer {
        case .sent: return .finished(ending(of: state, .sent, at: at))
        case .permanent: return .finished(ending(of: state, .permanent, at: at))
        case .transient:
            let next = at + schedule.delay(afterAttempt: state.attempts, sendID: state.send.sendID)
            guard state.attempts < schedule.attempts, next < schedule.expiry(of: state.send) else {
                return .finished(ending(of: state, .exhausted, at: at))
            }
            state.nextAttemptMs = next
            return .again(state)
        }
    }

    private func ending(of state: DeliveryAttempts, _ result: DeliveryResult, at: Int64) -> Ending {
        let receipt = NotificationReceipt.with {
            $0.sendID = state.send.sendID
            $0.requestID = state.send.requestID
            $0.customerID = state.send.customerID
            $0.result = result
            $0.attempts = state.attempts
            $0.providerStatus = state.lastStatus
            $0.receivedAt = .init(milliseconds: at)
        }
        // The text and whom it went to are of no use any more.
        let memory = DeliveryAttempts.with {
            $0.attempts = state.attempts
            $0.lastStatus = state.lastStatus
            $0.finished = true
        }
        return Ending(state: memory, forgetAt: at + schedule.memory, receipt: receipt)
    }
}
