export { createNexus, Nexus } from "./client.js";
export type { NexusOptions } from "./client.js";
export { NexusProblem } from "./problem.js";
export type { Culprit, ProblemBody } from "./problem.js";
export { isRevision } from "./resources.js";
export type {
  Challenge,
  ChallengeFilters,
  Challenges,
  Learning,
  LearningFilters,
  Learnings,
  Page,
  Revision,
  Solution,
  SolutionFilters,
  Solutions,
  Topic,
  User,
} from "./resources.js";
export type { components, operations, paths } from "./schema.js";
export type { LoggedOutReason } from "./session.js";
export { memoryStorage, webStorage } from "./storage.js";
export type { Tokens, TokenStorage, WebStorage } from "./storage.js";
export type { ChangeOptions, CreateOptions, RequestOptions } from "./typing.js";
