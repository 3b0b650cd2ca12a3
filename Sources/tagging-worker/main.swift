import Foundation
import WorkerRuntime

exit(await Worker("tagging-worker", stages: [StageFactory(ProfilesStage.self)]).main())
