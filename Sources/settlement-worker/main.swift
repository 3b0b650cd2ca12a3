import Foundation
import WorkerRuntime

exit(
    await Worker(
        "settlement-worker",
        stages: [StageFactory(RewardsStage.self), StageFactory(BudgetsStage.self), StageFactory(AccountsStage.self)]
    ).main())
