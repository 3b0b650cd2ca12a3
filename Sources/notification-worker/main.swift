import Foundation
import WorkerRuntime

exit(
    await Worker(
        "notification-worker", stages: [StageFactory(DispatchStage.self), StageFactory(DeliveryStage.self)]
    ).main())
