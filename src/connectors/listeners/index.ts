// Programs that are told of runs.

export { appendToFile } from './announcement-file.ts';
export { type SyslogOptions, sendToSyslog } from './syslog.ts';
export { postToWebhook, type WebhookOptions } from './webhook.ts';
