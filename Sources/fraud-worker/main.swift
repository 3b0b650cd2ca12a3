import Foundation
import WorkerRuntime

exit(
    await Worker(
        "fraud-worker",
        stages: [StageFactory(ClaimsStage.self), StageFactory(EntitiesStage.self), StageFactory(VerdictsStage.self)]
    ).main())
