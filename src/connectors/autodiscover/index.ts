// Autodiscover: what the composition root may use.

export type { ServiceConnectionPoints } from './connection-points.ts';
export {
  createDirectoryConnectionPoints,
  type DirectoryPointsOptions,
} from './directory-connection-points.ts';
export { type FindExchangeOptions, type FoundExchange, findExchange } from './find-exchange.ts';
export { findPublicFolderRoutes, type PublicFolderRoutesOptions } from './public-folder-routes.ts';
export { type DiscoveryStep, type StepKind, stepKind, stepResult, stepText } from './steps.ts';
