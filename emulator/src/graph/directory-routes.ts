// The directory part of Graph (users, groups, organizational contacts, organization) in the table of routes.
import type { Route } from './routes.ts';

export const directoryRoutes: readonly Route[] = [];
