// The contract: schemas of what people write, and everything they can ask of the product. No logic.

export { type EarlierValue, httpsAddress, withoutUserInfo } from './address.ts';
export * from './announcement.ts';
export * from './backup-views.ts';
export * from './copy-views.ts';
export * from './drift-views.ts';
export * from './environment.ts';
export * from './forecast-views.ts';
export * from './operation-error.ts';
export * from './operations.ts';
export * from './person-views.ts';
export * from './photos-view.ts';
export * from './policy.ts';
export * from './reports-view.ts';
export * from './run-event-view.ts';
export * from './schedule.ts';
export * from './service-views.ts';
export { escapeMarkup, spreadsheetCell, UNSEEN_CHARACTERS } from './shown-text.ts';
export * from './views.ts';
export { DRIFT_WORDS, EXCLUSION_WORDS, REASON_WORDS } from './words-english.ts';
